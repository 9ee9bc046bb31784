"""From a planned step to its result: what it needs, whether it passed before, what it came to, what is waived."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Final

import msgspec

from conformance.contracts.times import iso
from conformance.release.checklist.model import (
    AnyStep,
    Artifact,
    Command,
    Load,
    Manual,
    Observe,
    Suite,
    Waiver,
)  # fmt: skip
from conformance.release.checklist.waivers import is_expired
from conformance.release.kinds import artifacts, commands, loads, manual, suites, windows
from conformance.release.kinds.outcome import Context, Outcome, listed
from conformance.release.results.model import Kind, Status, StepResult, Waived
from conformance.release.running.planning import Planned
from conformance.release.running.sealing import seal

KINDS: Final[dict[type, Kind]] = {
    Suite: "suite", Command: "command", Artifact: "artifact", Observe: "observe", Load: "load", Manual: "manual",
}  # fmt: skip
RUN_AGAIN: Final = (Artifact, Manual)
"""Looked at each time: it costs nothing, and what was young enough yesterday may be too old today."""

SATISFIED: Final = ("pass", "waived")

Ask = Callable[[str, Manual], "manual.Answer | None"]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is the same for all steps: the directory of the release, and who knows the answers to manual steps."""

    directory: Path
    answer: Ask


def blank(planned: Planned, status: Status, reason: str) -> StepResult:
    """The result of a step that was not judged."""
    step = planned.step
    return StepResult(
        id=planned.name, title=step.title, kind=KINDS[type(step)], severity=step.severity, status=status,
        rules=step.rules, owner=step.owner, needs=step.needs, reason=reason, advice=step.advice, link=step.link,
    )  # fmt: skip


def blocked_by(planned: Planned, results: Mapping[str, StepResult]) -> str:
    """Which of the steps that it needs did not pass; empty if none."""
    open_ones = [name for name in planned.step.needs if results[name].status not in SATISFIED]
    return f"needs {', '.join(f'{name} ({results[name].status})' for name in open_ones)}" if open_ones else ""


def judged(planned: Planned, context: Context, around: Surroundings) -> StepResult:
    """Runs the step. Whatever happens in it is an outcome."""
    began, clock = time.time(), time.monotonic()
    rmtree(context.work, ignore_errors=True)
    try:
        context.work.mkdir(parents=True)
        outcome = _outcome(planned, context, around)
        evidence = seal(context.work, around.directory, outcome.seen, context.redactor)
    except OSError as error:
        outcome, evidence = Outcome("incomplete", context.clean(f"could not be judged: {error}")), ()
    except Exception as error:
        why = f"internal error of this tool: {type(error).__name__}: {error}"
        outcome, evidence = Outcome("incomplete", context.clean(why)), ()
    return msgspec.structs.replace(
        blank(planned, outcome.status, outcome.reason), details=listed(outcome.details), command=outcome.command,
        began=iso(int(began)), ended=iso(int(time.time())), seconds=round(time.monotonic() - clock, 3),
        counts=dict(outcome.counts), evidence=evidence,
    )  # fmt: skip


def _outcome(planned: Planned, context: Context, around: Surroundings) -> Outcome:
    step: AnyStep = planned.step
    if planned.missing:
        told = listed(map(context.clean, planned.missing))
        return Outcome("incomplete", f"needs {told[0]}", told[1:])
    match step:
        case Suite():
            return suites.judge(step, context)
        case Command():
            return commands.judge(step, context)
        case Artifact():
            return artifacts.judge(step, context)
        case Observe():
            return windows.judge(step, context)
        case Load():
            return loads.judge(step, context)
        case Manual():
            return manual.judge(step, context, around.answer(planned.name, step))


def with_waiver(result: StepResult, waiver: Waiver | None, now: float) -> StepResult:
    """What a waiver makes of a result. One that has expired is a failure of its own: somebody has to look again."""
    if waiver is None:
        return result
    expired, needed = is_expired(waiver, now), result.status not in ("pass", "not run")
    waived = Waived(
        reason=waiver.reason, by=waiver.by, until=waiver.until, link=waiver.link, expired=expired, needed=needed
    )
    result = msgspec.structs.replace(result, waiver=waived)
    if expired and result.status != "not run":
        own = [f"the step itself: {result.status}{f', {result.reason}' if result.reason else ''}"]
        why = f"its waiver expired ({waiver.until}, by {waiver.by}): renew it with a reason, or take it out"
        return msgspec.structs.replace(result, status="fail", reason=why, details=listed([*own, *result.details]))
    if not needed:
        return result
    return msgspec.structs.replace(
        result, status="waived", reason=f"waived until {waiver.until} by {waiver.by}: {waiver.reason}",
        details=listed([f"{result.status}: {result.reason}", *result.details]),
    )  # fmt: skip
