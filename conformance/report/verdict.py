"""A verdict: what one check says of one requirement under one revision, with its evidence."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

Status = Literal["pass", "fail", "warn", "not applicable", "not testable", "blocked", "error"]

WORST_FIRST: tuple[Status, ...] = ("fail", "error", "warn", "blocked", "pass", "not testable", "not applicable")
"""Which status speaks for a requirement that several checks judged: the first that occurs."""

JUDGED: frozenset[Status] = frozenset({"pass", "fail", "warn"})


@dataclass(frozen=True, slots=True)
class Accepted:
    """Why a baseline puts up with a failure or a warning: in whose name and until when (`expires`, YYYY-MM-DD)."""

    reason: str
    owner: str | None = None
    expires: str | None = None
    link: str | None = None

    @property
    def in_words(self) -> str:
        """The reason, in whose name and until when, in a line."""
        more = [part for part in (self.owner, self.expires and f"until {self.expires}", self.link) if part]
        return f"{self.reason} ({', '.join(more)})" if more else self.reason

    def to_json(self) -> dict[str, str]:
        return {key: value for key, value in asdict(self).items() if value}


@dataclass(frozen=True, slots=True)
class Verdict:
    """`profile` is set for a rule of a contract, which has no revision; `clauses` are the promises behind such a rule.
    `subject` names the tool, resource or prompt, where the check is about one; `subjects` is the number of things
    looked at; `red` tells whether it fails the run, `accepted` that it does not because a baseline says so."""

    requirement: str
    revision: str
    status: Status
    level: str = ""
    area: str = ""
    rule: str = ""
    nodeid: str = ""
    subject: str | None = None
    subjects: int = 1
    red: bool = False
    expected: str | None = None
    received: str | None = None
    reason: str | None = None
    blocked_by: str | None = None
    replay: str | None = None
    links: tuple[str, ...] = ()
    seconds: float = 0.0
    requests: int = 0
    readings: tuple[str, ...] = ()
    profile: str | None = None
    clauses: tuple[str, ...] = ()
    advice: str | None = None
    accepted: Accepted | None = None
    transcript: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)

    @property
    def is_contract(self) -> bool:
        """Whether it is about an operator's contract, which says nothing about MCP."""
        return self.profile is not None

    @property
    def scope(self) -> str:
        """The revision, or the profile of a contract."""
        return self.profile or self.revision

    @property
    def spec(self) -> str:
        """The address of the first place that states the rule."""
        return self.links[0] if self.links else ""

    def to_json(self) -> dict[str, Any]:
        """Only what is set, so that a verdict reads short."""
        always = ("requirement", "revision", "status")
        found = {key: value for key, value in asdict(self).items() if key in always or value not in (None, (), "")}
        return found if self.accepted is None else {**found, "accepted": self.accepted.to_json()}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Verdict":
        """Members that this version does not know are left out."""
        known: dict[str, Any] = {key: value for key, value in document.items() if key in _MEMBERS}
        lists: dict[str, Any] = {
            key: tuple(known[key]) for key in ("links", "readings", "clauses", "transcript") if key in known
        }
        if accepted := known.get("accepted"):
            known["accepted"] = Accepted(**{key: value for key, value in accepted.items() if key in _ACCEPTED})
        return cls(**{**known, **lists})


_MEMBERS = frozenset(one.name for one in fields(Verdict))
_ACCEPTED = frozenset(one.name for one in fields(Accepted))
