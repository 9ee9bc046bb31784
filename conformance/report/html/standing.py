"""Go or no-go in a few words, for MCP and for each profile of contracts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from conformance.report.findings import by_requirement, is_accepted_failure
from conformance.report.html.inert import inert
from conformance.report.merging import TargetRun
from conformance.report.verdict import JUDGED, WORST_FIRST, Status, Verdict

Tone = Literal["bad", "unsure", "good"]
WORST_TONE: tuple[Tone, ...] = ("bad", "unsure", "good")


@dataclass(frozen=True, slots=True)
class Standing:
    """`family` is MCP or the name of a profile."""

    family: str
    tone: Tone
    word: str
    detail: str


def standings(run: TargetRun) -> list[Standing]:
    """One for MCP, where anything was said of it, and one for each profile."""
    of_mcp = [one for one in run.verdicts if not one.is_contract]
    profiles = sorted({one.profile for one in run.verdicts if one.profile})
    found = [_standing("MCP", of_mcp, run)] if of_mcp or not profiles else []
    contracts = ([one for one in run.verdicts if one.profile == name] for name in profiles)
    return found + [_standing(name, judged, run) for name, judged in zip(profiles, contracts, strict=True)]


def _standing(family: str, verdicts: Sequence[Verdict], run: TargetRun) -> Standing:
    tone, word = _word(family, verdicts, run)
    return Standing(inert(family, 80), tone, word, _detail(verdicts, run))


def _word(family: str, verdicts: Sequence[Verdict], run: TargetRun) -> tuple[Tone, str]:
    mcp = family == "MCP"
    if any(one.red and one.status != "error" for one in verdicts):
        return "bad", "Does not conform" if mcp else "Contracts broken"
    if any(one.status == "error" for one in verdicts):
        return "bad", "Not judged to the end"
    if not run.complete or any(one.blocked_by == "TargetLost" for one in verdicts):
        return "unsure", "Incomplete"
    if not any(one.status in JUDGED for one in verdicts):
        return "unsure", "Nothing was judged"
    if any(map(is_accepted_failure, verdicts)):
        return "unsure", "Does not conform" if mcp else "Contracts broken"
    if not mcp and unjudged_musts(verdicts):
        return "unsure", "Contracts incomplete"
    return "good", "Conforms" if mcp else "Contracts kept"


def _detail(verdicts: Sequence[Verdict], run: TargetRun) -> str:
    red = {one.requirement for one in verdicts if one.red and one.status != "error"}
    accepted = {one.requirement for one in verdicts if one.accepted}
    warned = {one.requirement for one in verdicts if one.status == "warn" and not one.accepted} - red
    errors = {one.requirement for one in verdicts if one.status == "error"}
    said = [f"{requirements(len(red))} broken"] if red else []
    said += [f"{requirements(len(errors))} met an error of the harness"] if errors else []
    said += ["the target was lost on the way"] if any(one.blocked_by == "TargetLost" for one in verdicts) else []
    said += ["the run did not come to its end"] if not run.complete else []
    said += [f"{len(warned)} warned about"] if warned else []
    said += [f"{len(accepted)} accepted by the baseline"] if accepted else []
    open_musts = len(unjudged_musts(verdicts))
    said += [f"{open_musts} MUST not judged"] if open_musts else []
    return ", ".join(said) or "as far as it was judged"


def unjudged_musts(verdicts: Iterable[Verdict]) -> set[str]:
    """Ids of requirements of level MUST that were judged nowhere, though they apply."""
    musts = [one for one in verdicts if one.level.startswith("MUST")]
    judged = {one.requirement for one in musts if one.status in JUDGED or one.status == "error"}
    return {one.requirement for one in musts if one.status in ("blocked", "not testable")} - judged


def requirements(count: int) -> str:
    return "1 requirement" if count == 1 else f"{count:,} requirements"


def overall(of_targets: Sequence[Sequence[Standing]]) -> Standing:
    """The verdict over all targets and families; for one target the words are those of its worst family."""
    if len(of_targets) == 1:
        return _worst(of_targets[0])
    total = len(of_targets)
    kinds: tuple[tuple[Tone, str], ...] = (("bad", "broken"), ("unsure", "open"))
    for tone, said in kinds:
        numbers = [number for number, one in enumerate(of_targets, start=1) if _worst(one).tone == tone]
        if numbers:
            return Standing("", tone, f"{len(numbers)} of {total} targets {said}", _listed(numbers))
    return Standing("", "good", f"All {total} targets conform", "as far as they were judged")


def _worst(standings: Sequence[Standing]) -> Standing:
    return min(standings, key=lambda one: WORST_TONE.index(one.tone))


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(f"T{number}" for number in numbers)


def counts(runs: Iterable[TargetRun]) -> dict[Status, int]:
    """How many requirements, under each revision or profile of each target, have which status; the worst first."""
    found: dict[Status, int] = dict.fromkeys(WORST_FIRST, 0)
    for run in runs:
        for status in by_requirement(run.verdicts).values():
            found[status] += 1
    return {status: count for status, count in found.items() if count}
