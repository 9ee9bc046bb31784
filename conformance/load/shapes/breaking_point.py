"""The highest rate that keeps every gate: doubled until one breaks, then bisected, then held for long enough."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from math import sqrt

from conformance.load.plan import PhasePlan
from conformance.load.results.model import BreakingPoint, Phase, Plan
from conformance.load.shapes.steady import phase, warm_up

PRECISION = 1.05
"""The search ends when the rate that broke is at most that many times the one that held."""
MOST_STEPS = 24
LOWEST = 0.1
LONGEST_S = 60.0

Search = Generator[tuple[PhasePlan, ...], Sequence[Phase], BreakingPoint]
Say = Callable[[Phase], str | None]


@dataclass(slots=True)
class _Bracket:
    """The rates that held, and the lowest that broke with the reason; `steps` were made so far. What comes next is
    between `low`, which need not have been tried, and `high`."""

    plan: Plan
    held: list[float] = field(default_factory=list)
    low: float | None = None
    high: float | None = None
    why: str = ""
    steps: int = 0
    first: list[PhasePlan] = field(default_factory=list)

    def step(self, rate: float, seconds: float) -> tuple[PhasePlan, ...]:
        self.steps += 1
        before, self.first = self.first, []
        return (*before, phase(self.plan, f"step {self.steps}: {rate:.4g}/s", "step", seconds, rate))

    def learn(self, rate: float, reason: str | None) -> None:
        if reason:
            self.high, self.why = rate, reason
            self.low = None if self.low is not None and self.low >= rate else self.low
        else:
            self.low = rate
            self.held.append(rate)

    def point(self, why: str = "") -> BreakingPoint:
        said = why or self.why or "the highest rate to try held"
        return BreakingPoint(rate=self._held(), broken_at=self.high, why=said, steps=self.steps)

    def _held(self) -> float | None:
        if self.low in self.held:
            return self.low
        return max((rate for rate in self.held if self.high is None or rate < self.high), default=None)

    @property
    def next_rate(self) -> float | None:
        """What to try next; None when enough is known."""
        most = self.plan.to_rate
        if self.low is None:
            rate = (self.high or self.plan.rate or 10.0) / (2 if self.high else 1)
            return rate if rate >= LOWEST else None
        if most is not None and self.low >= most:
            return None
        if self.high is None:
            return min(self.low * 2, most or float("inf"))
        return sqrt(self.low * self.high) if self.high > self.low * PRECISION else None


def breaking_point(plan: Plan, broken: Say, stop: Say, samples: int) -> Search:
    """`broken` tells which promise a step did not keep, `stop` why a step says nothing of the target.

    The rate that held is tried once more for as long as `samples` take, within a minute, unless the steps were so long.
    """
    bracket = _Bracket(plan, first=warm_up(plan, plan.rate or 10.0))
    while bracket.steps < MOST_STEPS:
        rate, seconds = bracket.next_rate, plan.duration_s
        if rate is None:
            long_enough = min(LONGEST_S, samples / bracket.low) if bracket.low else 0.0
            if bracket.low is None or long_enough <= plan.duration_s:
                break
            rate, seconds = bracket.low, long_enough
        *_, seen = yield bracket.step(rate, seconds)
        if reason := stop(seen):
            return bracket.point(reason)
        reason = broken(seen)
        bracket.learn(rate, reason)
        if seconds > plan.duration_s:
            if not reason:
                break
            bracket.low = rate / PRECISION / PRECISION
    return bracket.point()
