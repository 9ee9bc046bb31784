"""Whether there was enough to measure."""

from collections.abc import Callable, Iterator
from itertools import islice
from math import ceil
from typing import Final

from conformance.load.results.model import Figures, Finding, Spread
from conformance.load.results.percentiles import PERCENTILES, needed
from conformance.load.results.rules.run import Run
from conformance.load.results.wording import bounded, duration, number, rate, share, stretch

ROUNDS: Final = 3
"""Two rounds have a difference but no spread."""
THROUGHPUT_SPREAD: Final = 0.10
P99_SPREAD: Final = 0.25
"""Shares of the median of the rounds: of throughput, and of p99, which varies more as fewer values decide it."""
CHANCE: Final = 3
"""Standard deviations of a count, its square root: what random arrivals do to a throughput is no instability."""
OF_TOTAL: Final = ("p50", "p90", "p95", "p99", "p99.9")
OF_OPERATIONS: Final = ("p50", "p90", "p95", "p99")
"""Percentiles that are missed when they are not there."""
_NAMED: Final = 3


def too_short(run: Run) -> Iterator[Finding]:
    if run.seconds < run.limits.seconds:
        text = (
            f"Only {run.seconds:.1f} s were measured, and a ranking needs {run.limits.seconds:g} s. "
            "Raise --duration or --rounds."
        )
        yield Finding(code="too-short", invalidates=True, text=text)


def too_few_samples(run: Run) -> Iterator[Finding]:
    """One note for the total and one for all operations together, unless the total is of one only."""
    total = [(one, _missing(one, OF_TOTAL)) for one in run.figures[:1] if one.good]
    work = [one for one in run.figures[1:] if one.kind == "work" and one.good]
    others = [(one, _missing(one, OF_OPERATIONS)) for one in work if len(work) > 1]
    for group in (total, others):
        lacking = [(one, name) for one, name in group if name]
        if lacking:
            yield Finding(code="too-few-samples", invalidates=False, text=_lacking(lacking, run.seconds))


def _missing(one: Figures, names: tuple[str, ...]) -> str:
    """The lowest percentile that is not there."""
    return next((name for name in names if name not in one.percentiles), "")


def _lacking(lacking: list[tuple[Figures, str]], seconds: float) -> str:
    told = "; ".join(
        f"{name} of {bounded(one.name, 60)} has {number(one.good)} of {number(needed(PERCENTILES[name]))} samples"
        for one, name in islice(lacking, _NAMED)
    )
    more = f"; and {len(lacking) - _NAMED} operations more" if len(lacking) > _NAMED else ""
    long_enough = max(needed(PERCENTILES[name]) / one.good * seconds for one, name in lacking)
    return (
        f"Too few samples to tell a percentile: {told}{more}. "
        f"At this throughput it takes {stretch(ceil(long_enough))} of measuring in all (--duration, --rounds)."
    )


def too_few_rounds(run: Run) -> Iterator[Finding]:
    rounds = sum(one.role == "round" for one in run.judged)
    if run.plan.shape == "constant" and rounds < ROUNDS:
        counted = f"{rounds} measured {'round' if rounds == 1 else 'rounds'}"
        text = f"{counted}: {ROUNDS} are needed to see the spread (--rounds)."
        yield Finding(code="too-few-rounds", invalidates=False, text=text)


def unstable(run: Run) -> Iterator[Finding]:
    """How far rounds of one rate are from their median."""
    if not run.figures:
        return
    total = run.figures[0]
    count = total.good / max(1, len(total.throughput.rounds))
    signs = [*_far("throughput", total.throughput, max(THROUGHPUT_SPREAD, CHANCE / max(1, count) ** 0.5), rate)]
    if "p99" in total.percentiles:
        signs += _far("p99", total.percentiles["p99"], P99_SPREAD, duration)
    if signs:
        text = (
            f"The rounds differ: {'; '.join(signs)}. Something else used the machine, or the target changes as it runs "
            "(warming up, growing, collecting garbage): look at each round before comparing."
        )
        yield Finding(code="unstable", invalidates=False, text=text)


def _far(name: str, one: Spread, limit: float, tell: Callable[[float], str]) -> Iterator[str]:
    if len(one.rounds) < 2 or not one.median:
        return
    away = max(one.high - one.median, one.median - one.low) / one.median
    if away > limit:
        yield f"{name} from {tell(one.low)} to {tell(one.high)}, {share(away)} off the median (limit {share(limit)})"
