"""The model of a release record, `release.json`, from which its JSON Schema is made. Times are RFC 3339, in UTC."""

from typing import Final, Literal

from msgspec import Struct

from conformance.release.checklist.model import Severity

SUITE: Final = "release"
FORMAT: Final = 1

Verdict = Literal["GO", "NO-GO", "INCOMPLETE"]
Status = Literal["pass", "fail", "incomplete", "waived", "blocked", "not run"]
Kind = Literal["suite", "command", "artifact", "observe", "load", "manual"]


class Evidence(Struct, frozen=True, kw_only=True):
    """A file behind a step. `path` is that of the member of the bundle, empty for what is not kept in it; `source` says
    where it was found."""

    name: str
    path: str = ""
    source: str = ""
    bytes: int
    sha256: str
    note: str = ""
    """Why it is not kept."""


class Waived(Struct, frozen=True, kw_only=True):
    """The waiver of a step; `needed` tells whether the step would have held the release back without it."""

    reason: str
    by: str
    until: str
    link: str = ""
    expired: bool = False
    needed: bool = False


class StepResult(Struct, frozen=True, kw_only=True):
    """What became of a step. `reason` is one sentence, `details` are what is behind it.

    command      what was run, without secrets
    counts       of verdicts, by status, where the step ran checks
    kept         whether it passed in an earlier run, and was not run again
    """

    id: str
    title: str
    kind: Kind
    severity: Severity
    status: Status
    rules: tuple[str, ...] = ()
    owner: str = ""
    needs: tuple[str, ...] = ()
    reason: str = ""
    details: tuple[str, ...] = ()
    advice: str = ""
    link: str = ""
    command: str = ""
    began: str = ""
    ended: str = ""
    seconds: float = 0
    kept: bool = False
    waiver: Waived | None = None
    counts: dict[str, int] = {}
    evidence: tuple[Evidence, ...] = ()


class Source(Struct, frozen=True, kw_only=True):
    """The checklist that was judged by; `sha256` is over all files that it is made of, `left_out` are steps of those
    below it that it takes out."""

    name: str
    title: str
    version: str
    sha256: str
    files: tuple[str, ...]
    left_out: tuple[str, ...] = ()


class Release(Struct, frozen=True, kw_only=True):
    """The whole record. `counts` are of steps, by status; `selected` are the steps that were asked for, if not all."""

    suite: str = SUITE
    format: int = FORMAT
    tool: str
    """Version of mcp-conformance."""
    checklist: Source
    variables: dict[str, str]
    """What was given for each variable, without secrets."""
    began: str
    ended: str
    verdict: Verdict
    sentence: str
    """The verdict in a line."""
    interrupted: bool = False
    selected: tuple[str, ...] = ()
    counts: dict[str, int]
    steps: tuple[StepResult, ...]


class Member(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of the bundle."""

    path: str
    bytes: int
    sha256: str


class Manifest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`manifest.json` of a bundle: everything that is in it, except itself, by path."""

    format: int = FORMAT
    tool: str
    made: str
    verdict: Verdict
    members: tuple[Member, ...]
