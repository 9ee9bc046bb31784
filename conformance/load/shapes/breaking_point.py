"""The highest rate that keeps every gate: doubled until one breaks, then bisected."""

from collections.abc import Callable, Generator, Sequence
from math import sqrt

from conformance.load.plan import PhasePlan
from conformance.load.results.model import BreakingPoint, Phase, Plan
from conformance.load.shapes.steady import phase, warm_up

PRECISION = 1.05
"""The search ends when the rate that broke is at most that many times the one that held."""
MOST_STEPS = 24
LOWEST = 0.1

Search = Generator[tuple[PhasePlan, ...], Sequence[Phase], BreakingPoint]


def breaking_point(plan: Plan, broken: Callable[[Phase], str | None], stop: Callable[[Phase], str | None]) -> Search:
    """`broken` tells which promise a step did not keep, `stop` why a step says nothing of the target.

    The last word is a step that held: when the search ends at one that was only bracketed, that is what is reported.
    """
    rate = plan.rate or 10.0
    low: float | None = None
    high: float | None = None
    why, steps, first = "", 0, warm_up(plan, rate)
    while steps < MOST_STEPS:
        steps += 1
        *_, seen = yield (*first, phase(plan, f"step {steps}: {rate:.4g}/s", "step", plan.duration_s, rate))
        first = []
        if reason := stop(seen):
            return BreakingPoint(rate=low, broken_at=high, why=reason, steps=steps)
        if reason := broken(seen):
            high, why = rate, reason
        else:
            low = rate
        if low is not None and plan.to_rate is not None and low >= plan.to_rate:
            return BreakingPoint(rate=low, broken_at=None, why="the highest rate to try held", steps=steps)
        if low is not None and high is not None and high <= low * PRECISION:
            break
        rate = _next(low, high, plan.to_rate)
        if rate < LOWEST:
            break
    return BreakingPoint(rate=low, broken_at=high, why=why or "the search was long enough", steps=steps)


def _next(low: float | None, high: float | None, most: float | None) -> float:
    if low is None:
        return (high or LOWEST) / 2
    if high is None:
        return min(low * 2, most) if most is not None else low * 2
    return sqrt(low * high)
