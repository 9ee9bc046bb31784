"""From steps to go or no-go."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from conformance import exit_codes
from conformance.release.results.model import Release, StepResult, Verdict

EXIT_CODES: Final[dict[Verdict, int]] = {
    "GO": exit_codes.OK, "NO-GO": exit_codes.BROKEN, "INCOMPLETE": exit_codes.INCOMPLETE,
}  # fmt: skip
_NAMED: Final = 4
_OPEN: Final = ("incomplete", "blocked", "not run")


def verdict_of(steps: Sequence[StepResult]) -> Verdict:
    """NO-GO when a blocker failed; INCOMPLETE when one was not judged, or none passed; else GO."""
    blockers = [step.status for step in steps if step.severity == "blocker"]
    if "fail" in blockers:
        return "NO-GO"
    return "GO" if "pass" in blockers and not set(blockers) & set(_OPEN) else "INCOMPLETE"


def counts_of(steps: Sequence[StepResult]) -> dict[str, int]:
    return dict(sorted(Counter(step.status for step in steps).items()))


def exit_code(release: Release) -> int:
    """INTERRUPTED when it did not come to its end, whatever was found until then."""
    return exit_codes.INTERRUPTED if release.interrupted else EXIT_CODES[release.verdict]


def sentence(title: str, steps: Sequence[StepResult]) -> str:
    """`NO-GO: eMCP release: 1 of 12 blockers failed (smoke); 2 were not judged (clean-install, manager)`."""
    verdict = verdict_of(steps)
    blockers = [step for step in steps if step.severity == "blocker"]
    said = [part for part in (
        _named("failed", [step for step in blockers if step.status == "fail"]),
        _named("not judged", [step for step in blockers if step.status in _OPEN]),
        _named("waived", [step for step in blockers if step.status == "waived"]),
        _named("failed, advisory", [step for step in steps if step.severity == "advisory" and step.status == "fail"]),
    ) if part]  # fmt: skip
    passed = sum(step.status == "pass" for step in blockers)
    return f"{verdict}: {title}: {'; '.join([f'{passed} of {len(blockers)} blockers passed', *said])}"


def _named(what: str, steps: Sequence[StepResult]) -> str:
    if not steps:
        return ""
    names = ", ".join(step.id for step in steps[:_NAMED])
    more = f" and {len(steps) - _NAMED} more" if len(steps) > _NAMED else ""
    return f"{len(steps)} {what} ({names}{more})"
