"""Plays a shape on a generator: gives it one programme after the other, and keeps what comes back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from conformance.load.driving import Generator
from conformance.load.gates.judge import clearly_broken, judge
from conformance.load.gates.threshold import Threshold
from conformance.load.generator.talk import Done
from conformance.load.results.model import BreakingPoint, Phase, Plan
from conformance.load.results.percentiles import needed
from conformance.load.results.redacting import Redact, redacted
from conformance.load.results.wording import share
from conformance.load.shapes import SHAPES
from conformance.load.shapes.breaking_point import Search, breaking_point
from conformance.load.watching.series import Series

KEPT_UP = 0.97
BUSY = 0.9
"""Share of a core from which on a process of the generator is the limit itself."""

OnPhase = Callable[[Phase], None]


@dataclass(slots=True)
class Conducted:
    """`lost` is the number of workers that left before the end."""

    phases: list[Phase] = field(default_factory=list)
    breaking_point: BreakingPoint | None = None
    interrupted: bool = False
    lost: int = 0


def conduct(
    plan: Plan,
    thresholds: Sequence[Threshold],
    generator: Generator,
    series: Series,
    timeout: float,
    redact: Redact,
    on_phase: OnPhase,
) -> Conducted:
    """Until the shape is through, or the run is interrupted. What the target said is redacted.

    Raises `GeneratorLost`.
    """
    done = Conducted()
    search = plan.shape == "breaking-point"
    shape = _search(plan, thresholds) if search else SHAPES[plan.shape](plan)
    try:
        programme = next(shape)
        while not done.interrupted:
            played = generator.play(programme, timeout)
            phases = [_completed(one, series, redact) for one in played.phases]
            for phase in phases:
                on_phase(phase)
            done.phases += phases
            done.lost += played.lost
            done.interrupted = played.interrupted
            if not phases:
                break
            if not done.interrupted:
                programme = shape.send(phases)
    except StopIteration as end:
        done.breaking_point = end.value
    return done


def _completed(one: Done, series: Series, redact: Redact) -> Phase:
    return redacted(replace(one.phase, target=series.between(one.began_ns, one.ended_ns)), redact)


def _search(plan: Plan, thresholds: Sequence[Threshold]) -> Search:
    samples = max((needed(one.percentile) for one in thresholds if one.percentile is not None), default=0)
    return breaking_point(plan, _broken(thresholds), _says_nothing, samples)


def _broken(thresholds: Sequence[Threshold]) -> Callable[[Phase], str | None]:
    """Which promise a step did not keep; that it has to keep up goes without saying."""

    def broken(phase: Phase) -> str | None:
        failed = next((gate.text for gate in judge(thresholds, [phase]) if gate.verdict == "fail"), None)
        failed = failed or clearly_broken(thresholds, phase)
        if failed is not None:
            return failed
        answered = phase.total.count / phase.arrivals.due if phase.arrivals.due else 1.0
        kept_up = min(answered, phase.arrivals.started / phase.arrivals.due if phase.arrivals.due else 1.0)
        return f"only {share(kept_up)} of what was due was started and answered" if kept_up < KEPT_UP else None

    return broken


def _says_nothing(phase: Phase) -> str | None:
    """Why a step says nothing of the target."""
    busiest = max((process.cpu for process in phase.generator.processes), default=0.0)
    if busiest > BUSY:
        return f"the generator was the limit: one of its processes used {share(busiest)} of a core; use --processes"
    if limited := phase.total.failures.get("rate-limited"):
        return f"the target limits the rate: {limited} answers were 429"
    return None
