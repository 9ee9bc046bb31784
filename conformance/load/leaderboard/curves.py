"""Points of the charts, out of the histograms of runs. Latencies are in milliseconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from conformance.load.leaderboard.model import Row
from conformance.load.leaderboard.runs import Run, counting
from conformance.load.recording.histogram import decoded, merged
from conformance.load.results.model import Phase
from conformance.load.results.percentiles import values_at

_STEPS: Final = 14
"""Points for each factor of ten in 1/(1 - p)."""
_GRID: Final = tuple(100 - 100 / 10 ** (step / _STEPS) for step in range(1, 5 * _STEPS + 1))
_CLIMBS: Final = ("step", "ramp")
LOAD_PERCENTILES: Final = (50.0, 95.0, 99.0)


@dataclass(frozen=True)
class Curve:
    """`low` and `high` are those of the rounds; they may be shorter than `y`, and are then its begin."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


@dataclass(frozen=True)
class Line:
    """A server in a chart: `style` is the same in all charts of a page."""

    name: str
    style: int
    row: Row
    run: Run


def distribution(run: Run) -> Curve:
    """Response time over 1/(1 - p), as far as enough values lie beyond."""
    rounds = [decoded(one.total.response.encoded) for one in counting(run.result)]
    whole = values_at(merged(rounds), _GRID)
    each = [values_at(one, _GRID) for one in rounds]
    repeats = len(each) > 1 and run.result.plan.shape != "ramp"
    shared = [at for at in whole if repeats and all(at in one for one in each)]
    return Curve(
        tuple(100 / (100 - at) for at in whole),
        tuple(value / 1000 for value in whole.values()),
        tuple(min(one[at] for one in each) / 1000 for at in shared),
        tuple(max(one[at] for one in each) / 1000 for at in shared),
    )


def over_load(run: Run, percentile: float) -> Curve:
    """A percentile over the rate of good answers, by the steps of a climb that have enough values, in the order of
    their arrival rates: under overload the curve bends back. Steps at the same rate are merged."""
    steps: dict[float, list[Phase]] = {}
    for one in run.result.phases:
        if one.role in _CLIMBS and one.measured and one.rate is not None:
            steps.setdefault(one.rate, []).append(one)
    points = [point for rate in sorted(steps) if (point := _point(steps[rate], percentile))]
    return Curve(tuple(x for x, _ in points), tuple(y for _, y in points))


def _point(phases: Sequence[Phase], percentile: float) -> tuple[float, float] | None:
    found = values_at(merged(decoded(one.total.response.encoded) for one in phases), [percentile])
    seconds = sum(one.seconds for one in phases)
    if not found or seconds <= 0:
        return None
    return sum(one.total.good for one in phases) / seconds, found[percentile] / 1000
