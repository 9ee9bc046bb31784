"""Verdicts put together: one requirement one line, one cause one finding, and the exit code of the run."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from conformance import exit_codes
from conformance.report.verdict import JUDGED, WORST_FIRST, Status, Verdict


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """One requirement that is broken: every verdict that says so, and the requirements that stand on it."""

    requirement: str
    verdicts: tuple[Verdict, ...]
    blocked: tuple[str, ...]

    @property
    def first(self) -> Verdict:
        return self.verdicts[0]

    @property
    def scopes(self) -> list[str]:
        return sorted({one.scope for one in self.verdicts})

    @property
    def subjects(self) -> list[str]:
        return sorted({one.subject for one in self.verdicts if one.subject})


def grouped(verdicts: Iterable[Verdict], status: Status) -> list[FindingGroup]:
    """Verdicts of one status by requirement, in the order in which they came."""
    everything = list(verdicts)
    groups: dict[str, list[Verdict]] = {}
    blocked: dict[str, set[str]] = {}
    for one in everything:
        if one.status == status:
            groups.setdefault(one.requirement, []).append(one)
        if one.blocked_by:
            blocked.setdefault(one.blocked_by, set()).add(one.requirement)
    return [FindingGroup(id, tuple(members), tuple(sorted(blocked.get(id, ())))) for id, members in groups.items()]


def worst(statuses: Iterable[Status]) -> Status:
    """The status that speaks for several."""
    present = set(statuses)
    return next(status for status in WORST_FIRST if status in present)


def by_requirement(verdicts: Iterable[Verdict]) -> dict[tuple[str, str], Status]:
    """The status of each (requirement, revision or profile)."""
    found: dict[tuple[str, str], list[Status]] = {}
    for one in verdicts:
        found.setdefault((one.requirement, one.scope), []).append(one.status)
    return {key: worst(statuses) for key, statuses in found.items()}


def exit_code(verdicts: Sequence[Verdict], *, require_complete: bool) -> int:
    """The exit code that the verdicts call for (docs/exit-codes.md)."""
    if any(one.red and one.status in ("fail", "warn") for one in verdicts):
        return exit_codes.BROKEN
    if any(one.blocked_by == "TargetLost" for one in verdicts):
        return exit_codes.UNREACHABLE
    if any(one.status == "error" for one in verdicts):
        return exit_codes.HARNESS
    if not any(one.status in JUDGED for one in verdicts):
        return exit_codes.NOTHING
    if require_complete and _unjudged_musts(verdicts):
        return exit_codes.INCOMPLETE
    return exit_codes.OK


def is_accepted_failure(verdict: Verdict) -> bool:
    """Whether it is a broken MUST that a baseline puts up with."""
    return verdict.accepted is not None and verdict.status == "fail"


def by_family(verdicts: Sequence[Verdict]) -> list[list[Verdict]]:
    """The verdicts on MCP and those on contracts, apart; a family that nothing was said of is left out."""
    families = ([one for one in verdicts if one.is_contract is contract] for contract in (False, True))
    return [judged for judged in families if judged]


def kept_by_profile(verdicts: Iterable[Verdict]) -> dict[str, str]:
    """What each profile's contracts came to: kept, broken, or incomplete where a MUST was not judged."""
    of: dict[str, list[Verdict]] = {}
    for one in verdicts:
        if one.profile:
            of.setdefault(one.profile, []).append(one)
    return {profile: _kept(judged) for profile, judged in of.items()}


def _kept(verdicts: Sequence[Verdict]) -> str:
    if any(one.red or is_accepted_failure(one) for one in verdicts):
        return "broken"
    unjudged = _unjudged_musts(verdicts) or not any(one.status in JUDGED for one in verdicts)
    return "incomplete" if unjudged else "kept"


def conforms(verdicts: Sequence[Verdict]) -> bool | None:
    """Whether the target conforms to MCP, as far as it was judged; None where nothing about MCP was looked at. What a
    baseline accepts stays broken."""
    of_mcp = [one for one in verdicts if not one.is_contract]
    if any(is_accepted_failure(one) for one in of_mcp):
        return False
    return exit_code(of_mcp, require_complete=False) == exit_codes.OK if of_mcp else None


def _unjudged_musts(verdicts: Sequence[Verdict]) -> list[tuple[str, str]]:
    musts = {one.requirement for one in verdicts if one.level.startswith("MUST")}
    statuses = by_requirement(verdicts)
    return [key for key, status in statuses.items() if key[0] in musts and status in ("blocked", "not testable")]
