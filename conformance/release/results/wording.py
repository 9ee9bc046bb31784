"""The words that the terminal, the page and the summary have in common."""

from collections.abc import Iterator, Sequence
from typing import Final

from conformance.release.results.model import Release, Status, StepResult

SIGNS: Final[dict[Status, str]] = {
    "pass": "✓", "fail": "✕", "incomplete": "?", "waived": "~", "blocked": "■", "not run": "·",
}  # fmt: skip
"""A status is not told by its colour alone."""

MEANING: Final = {
    "GO": "Every blocker passed, or is waived by name.",
    "NO-GO": "A blocker failed. Do not release.",
    "INCOMPLETE": "Not everything was judged. That is not a go.",
}
WORST_FIRST: Final[tuple[Status, ...]] = ("fail", "incomplete", "blocked", "not run", "waived", "pass")
_ADVISED: Final = 3


def duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60:02} s"


def open_steps(release: Release) -> list[StepResult]:
    """What keeps the release back, worst first."""
    held = [step for step in release.steps if step.severity == "blocker" and step.status not in ("pass", "waived")]
    return sorted(held, key=lambda step: WORST_FIRST.index(step.status))


def what_to_do(release: Release) -> Iterator[str]:
    """The next moves of a tired operator, the first one first."""
    if release.interrupted:
        yield "The run was interrupted: start the same command again. What passed is kept."
    held = open_steps(release)
    causes = [step for step in held if step.status in ("fail", "incomplete")]
    for step in causes[:_ADVISED]:
        yield f"{step.id}: {_advice(step)}{f' (owner: {step.owner})' if step.owner else ''}"
    if len(causes) > _ADVISED:
        yield f"and {len(causes) - _ADVISED} more, in the order of the report"
    if held and not causes and not release.interrupted:
        yield "Nothing is broken so far. Start the command again without --step, to run what is left."
    elif held and not release.interrupted:
        yield "Then start the same command again: steps that passed are not run again."
    if release.verdict == "GO":
        advised = [step for step in release.steps if step.severity == "advisory"]
        for status, what in (("fail", "failed"), ("incomplete", "was not judged")):
            named = ", ".join(step.id for step in advised if step.status == status)
            if named:
                yield f"Advisory, look at it soon, as it {what}: {named}"
        yield "Release. File the bundle with the release; `mcp-conformance release verify` checks it."


def _advice(step: StepResult) -> str:
    """What to do about a failure is of no use where something is missing."""
    if step.status == "incomplete":
        return "give what is missing, as its line says"
    return step.advice or _usual(step)


def _usual(step: StepResult) -> str:
    page = next((one.path for one in step.evidence if one.name == "report.html" and one.path), "its report")
    usual = {
        "suite": f"open {page} beside this report; each finding says what to do",
        "command": "read the end of its output.log in the evidence",
        "artifact": "look at the artifact, and at what made it",
        "observe": "look at the times of the worst window in the log of the service",
        "load": "look at the gates in its load.json",
        "manual": "talk to whoever answered",
    }
    return usual[step.kind]


def told_once(step: StepResult) -> Sequence[str]:
    """The details, without the one that the reason has said already."""
    return [detail for detail in step.details if detail not in step.reason]


def labels(step: StepResult) -> Sequence[str]:
    """Short facts about a step: its rules, its severity, and whether it was run now."""
    kept = [f"kept from {step.ended}"] if step.kept else []
    advisory = ["advisory"] if step.severity == "advisory" else []
    return [*step.rules, *advisory, *kept]
