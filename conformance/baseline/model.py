"""A baseline as its file says it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from conformance.report.verdict import Accepted, Verdict

UNFILLED = "TODO"
"""What `baseline init` writes where only a person can say something."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A failure that is accepted through the day `expires` (UTC). `requirement` is the id of a rule of MCP or of a
    contract, `target` a glob on the URL or on the server's name; what is not said is any."""

    requirement: str
    reason: str
    owner: str
    expires: date
    target: str = "*"
    revision: str | None = None
    profile: str | None = None
    subject: str | None = None
    link: str | None = None

    @property
    def scope(self) -> tuple[str, str, str | None, str | None, str | None]:
        """Two entries of one scope say the same."""
        return self.requirement, self.target, self.revision, self.profile, self.subject

    @property
    def is_filled(self) -> bool:
        return all(value.strip() not in ("", UNFILLED) for value in (self.reason, self.owner))

    @property
    def words(self) -> Accepted:
        return Accepted(self.reason, self.owner, self.expires.isoformat(), self.link)

    def is_about(self, verdict: Verdict) -> bool:
        return (
            self.requirement == verdict.requirement
            and self.revision in (None, verdict.revision)
            and self.profile in (None, verdict.profile)
            and self.subject in (None, verdict.subject)
        )

    def is_for(self, names: Iterable[str]) -> bool:
        """Whether the target with these names is meant."""
        return any(name == self.target or fnmatchcase(name, self.target) for name in names)


@dataclass(frozen=True, slots=True)
class Baseline:
    """`promote` and `accept` map the id of a SHOULD to the reason why its warnings are red, or silent."""

    path: Path
    entries: tuple[Entry, ...] = ()
    promote: Mapping[str, str] = field(default_factory=dict)
    accept: Mapping[str, str] = field(default_factory=dict)

    def label(self, number: int) -> str:
        """What a message calls an entry; the first has the number 1."""
        entry = self.entries[number - 1]
        narrower = [part for part in (entry.revision, entry.profile, entry.subject) if part]
        return f"entry {number} ({', '.join([entry.requirement, *narrower])})"
