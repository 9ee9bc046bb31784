"""A verdict: what one check says of one requirement under one revision, with its evidence."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Status = Literal["pass", "fail", "warn", "not applicable", "not testable", "blocked", "error"]

WORST_FIRST: tuple[Status, ...] = ("fail", "error", "warn", "blocked", "pass", "not testable", "not applicable")
"""Which status speaks for a requirement that several checks judged: the first that occurs."""

JUDGED: frozenset[Status] = frozenset({"pass", "fail", "warn"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """`profile` is set for a rule of a contract, which has no revision; `clauses` are the promises behind such a rule.
    `subject` names the tool, resource or prompt, where the check is about one; `subjects` is the number of things
    looked at; `red` tells whether it fails the run."""

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
        return {key: value for key, value in asdict(self).items() if key in always or value not in (None, (), "")}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Verdict":
        lists = {key: tuple(document[key]) for key in ("links", "readings", "clauses", "transcript") if key in document}
        return cls(**{**document, **lists})
