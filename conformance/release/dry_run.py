"""What would be run, without running it."""

import shlex
from collections.abc import Iterator, Mapping

from conformance.release.checklist.loading import Loaded
from conformance.release.checklist.model import (
    AnyStep,
    Artifact,
    Command,
    Load,
    Manual,
    Observe,
    Suite,
)  # fmt: skip
from conformance.release.checklist.waivers import is_expired
from conformance.release.kinds.outcome import bounded
from conformance.release.running.judging import KINDS
from conformance.release.running.planning import Planned
from conformance.wire.redact import Redactor


def told(loaded: Loaded, plan: Mapping[str, Planned], redactor: Redactor, now: float) -> Iterator[str]:
    """A block for each step, in the order in which they would be run."""
    yield f"{loaded.checklist.title}: {len(plan)} steps; nothing is run"
    for number, planned in enumerate(plan.values(), 1):
        step = planned.step
        rules = f" ({', '.join(step.rules)})" if step.rules else ""
        yield f"{number:>3} {planned.name}: {step.title}{rules}"
        for label, text in _facts(loaded, planned, now):
            yield f"      {label:<8} {bounded(redactor.text(text))}"
    missing = [name for name, one in plan.items() if one.missing]
    if missing:
        yield f"would be INCOMPLETE: {len(missing)} steps need more: {', '.join(missing)}"


def _facts(loaded: Loaded, planned: Planned, now: float) -> Iterator[tuple[str, str]]:
    step = planned.step
    yield KINDS[type(step)], _what(step)
    if step.needs:
        yield "after", ", ".join(step.needs)
    if step.severity == "advisory":
        yield "advisory", "does not keep the release back"
    if step.owner:
        yield "owner", step.owner
    yield from (("missing", one) for one in planned.missing)
    waiver = loaded.checklist.waivers.get(planned.name)
    if waiver:
        state = "expired" if is_expired(waiver, now) else "until"
        yield "waiver", f"{state} {waiver.until}, by {waiver.by}: {waiver.reason}"


def _what(step: AnyStep) -> str:
    match step:
        case Suite():
            chosen = ", ".join([*step.areas, *step.requirements]) or "everything"
            on = f" on {step.target}" if step.target else ""
            return f"{chosen}{on}{f' with {chr(44).join(step.profiles)}' if step.profiles else ''}"
        case Command():
            return step.run if isinstance(step.run, str) else shlex.join(step.run)
        case Artifact():
            return ", ".join(one.source for one in step.artifacts)
        case Observe():
            return f"{step.target} for {step.observe_s:g} s" if step.target else f"samples of {step.samples}"
        case Load():
            return f"{step.target}, {step.scenario}, gates {', '.join(step.gates) or 'of the profile'}"
        case Manual():
            return step.question
