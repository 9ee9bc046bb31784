"""The sliding-window evaluator: one meaning of "over 5 % in 2 minutes", "for 5 min" and "3 in a row" for every rule.

A `Limit` says when a promise is *broken*: "exceeds", "over" and "below" are strict (`>`, `<`); a promise of "at most"
or "within" is broken by more than that, so it is `>` too. Times are seconds on one clock, monotonic where they were
measured; they are rounded to microseconds, so that the edges of windows are exact. A window looks back from its end,
which belongs to it; its beginning does not, unless the observation begins there.
"""

import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise
from math import isfinite, isnan
from typing import Final, Literal

Statistic = Literal["ratio", "percentile", "last", "sum"]
Op = Literal[">", ">=", "<", "<="]
Verdict = Literal["pass", "fail", "not evaluated"]

_OPS: Final[dict[Op, Callable[[float, float], bool]]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip
_MICRO: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """When a promise is broken. `window_s` None: the whole observation, judged once, at its end.

    statistic   ratio       sum of the values / number of events (an error rate of values 0 and 1; a mean)
                percentile  of the values by nearest rank, the `percentile`-th
                last        the newest value of the window (a gauge)
                sum         of the values (how many in the window)
    step_s      the windows end at each step; a breach counts when it has held at each step for `for_s`
    in_a_row    if not 0: no windows, but that many samples one after the other, each beyond the limit
    min_events  a window with fewer events is not evaluated
    """

    op: Op
    limit: float
    statistic: Statistic = "ratio"
    percentile: float = 95
    window_s: float | None = None
    step_s: float = 1
    for_s: float = 0
    in_a_row: int = 0
    min_events: float = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """`value` is the worst that was seen, at `at` seconds and among `events` events; None: nothing was evaluated.
    The worst window of a percentile is the one with most values beyond the limit."""

    verdict: Verdict
    reason: str
    value: float | None = None
    at: float | None = None
    events: float = 0


@dataclass(frozen=True, slots=True)
class Samples:
    """Values by time, in order; `events[i]` tells how many events value i stands for, which is their sum.

    `begin` and `end` are when the observation began and ended.
    """

    at: Sequence[int]
    values: Sequence[float]
    events: Sequence[float]
    begin: int
    end: int

    @property
    def observed_s(self) -> float:
        return (self.end - self.begin) / _MICRO


def samples(rows: Iterable[tuple[float, float]], *, begin: float | None = None, end: float | None = None) -> Samples:
    """Samples of (time, value), one event each, in any order. ValueError for what is not a number."""
    return weighted_samples(((at, value, 1) for at, value in rows), begin=begin, end=end)


def weighted_samples(
    rows: Iterable[tuple[float, float, float]], *, begin: float | None = None, end: float | None = None
) -> Samples:
    """Samples of (time, sum of the values, number of events); an observation may begin before the first of them."""
    times: list[int] = []
    values: list[float] = []
    events: list[float] = []
    for at, value, count in rows:
        if isnan(value) or not isfinite(count) or count < 0:
            raise ValueError(f"no number of events: {value!r} for {count!r}")
        times.append(round(at * _MICRO))
        values.append(value)
        events.append(count)
    if any(later < earlier for earlier, later in pairwise(times)):
        order = sorted(range(len(times)), key=times.__getitem__)
        times, values, events = [times[i] for i in order], [values[i] for i in order], [events[i] for i in order]
    first, last = (times[0], times[-1]) if times else (0, 0)
    return Samples(
        times, values, events,
        first if begin is None else round(begin * _MICRO), last if end is None else round(end * _MICRO),
    )  # fmt: skip


def evaluate(observed: Samples, limit: Limit) -> Outcome:
    """Whether the limit was kept. *fail* where a breach held long enough, *not evaluated* where nothing tells."""
    if not observed.at:
        return Outcome("not evaluated", "nothing was observed")
    if limit.in_a_row:
        return _in_a_row(observed, limit)
    measure = _MEASURES[limit.statistic](observed, limit)
    return _judge(observed, limit, measure)


@dataclass(frozen=True, slots=True)
class _Measure:
    """What windows are compared by. Both functions take the indices of a window: from, and up to.

    `score` grows with the value, and only has to be ordered; `beyond` tells whether the limit is broken.
    """

    events: Callable[[int, int], float]
    beyond: Callable[[int, int], bool]
    score: Callable[[int, int], float]
    value: Callable[[int, int], float]


def _judge(observed: Samples, limit: Limit, measure: _Measure) -> Outcome:
    """Goes through the steps at which a window changes: between them it says the same."""
    worse = operator.gt if limit.op[0] == ">" else operator.lt
    step, lasting = _micros(limit.step_s), _micros(limit.for_s)
    worst: tuple[float, int, int, int] | None = None
    since: int | None = None
    failed = False
    for at, until, low, high in _windows(observed, limit.window_s, step):
        if high == low or measure.events(low, high) < limit.min_events:
            since = None
            continue
        score = measure.score(low, high)
        if worst is None or worse(score, worst[0]):
            worst = (score, at, low, high)
        if not measure.beyond(low, high):
            since = None
            continue
        since = at if since is None else since
        failed = failed or until - since >= lasting
    if worst is None:
        return Outcome("not evaluated", _too_little(observed, limit))
    _, at, low, high = worst
    verdict: Verdict = "fail" if failed else "pass"
    return Outcome(verdict, "", measure.value(low, high), at / _MICRO, measure.events(low, high))


def _windows(observed: Samples, window_s: float | None, step: int) -> Iterator[tuple[int, int, int, int]]:
    """The ends of whole windows at which their content changes: that time, the last step with the same content, and
    the indices of the content."""
    at, begin, end = observed.at, observed.begin, observed.end
    if window_s is None:
        yield end, end, 0, len(at)
        return
    window = _micros(window_s)
    first, last = -(-window // step), (end - begin) // step
    entering = [-((begin - one) // step) for one in at]
    leaving = [-((begin - max(one, begin + 1) - window) // step) for one in at]
    steps = [one for one in dict.fromkeys(sorted([first, *entering, *leaving])) if first <= one <= last]
    low = high = 0
    count = len(at)
    for number, following in pairwise((*steps, last + 1)):
        now = begin + number * step
        while high < count and at[high] <= now:
            high += 1
        edge = now - window if now - window > begin else begin - 1
        while low < high and at[low] <= edge:
            low += 1
        yield now, begin + (following - 1) * step, low, high


def _of_sums(observed: Samples, limit: Limit) -> _Measure:
    values, events = _totals(_finite(observed.values)), _totals(observed.events)
    total = limit.statistic == "sum"
    compare = _OPS[limit.op]

    def value(low: int, high: int) -> float:
        found = values[high] - values[low]
        return found if total else found / (events[high] - events[low])

    def count(low: int, high: int) -> float:
        return events[high] - events[low]

    return _Measure(count, lambda low, high: compare(value(low, high), limit.limit), value, value)


def _of_ranks(observed: Samples, limit: Limit) -> _Measure:
    """The percentile is beyond a limit when too many values are on the wrong side of it; so none has to be sorted."""
    beside = _OPS["<=" if limit.op in (">", "<=") else "<"]
    share = Fraction(str(limit.percentile)) / 100
    numerator, denominator = share.numerator, share.denominator
    below = _totals([beside(value, limit.limit) for value in observed.values])
    upwards = limit.op[0] == ">"

    def beyond(low: int, high: int) -> bool:
        rank = max(1, -(-(high - low) * numerator // denominator))
        return (below[high] - below[low] < rank) == upwards

    def score(low: int, high: int) -> float:
        return 1 - (below[high] - below[low]) / (high - low)

    def value(low: int, high: int) -> float:
        return percentile(observed.values[low:high], limit.percentile)

    return _Measure(lambda low, high: high - low, beyond, score, value)


def _of_last(observed: Samples, limit: Limit) -> _Measure:
    compare = _OPS[limit.op]

    def value(low: int, high: int) -> float:
        return observed.values[high - 1]

    def beyond(low: int, high: int) -> bool:
        return compare(value(low, high), limit.limit)

    return _Measure(lambda low, high: high - low, beyond, value, value)


_MEASURES: Final[dict[Statistic, Callable[[Samples, Limit], _Measure]]] = {
    "ratio": _of_sums, "sum": _of_sums, "percentile": _of_ranks, "last": _of_last,
}  # fmt: skip


def _in_a_row(observed: Samples, limit: Limit) -> Outcome:
    """`value` is the longest row, `at` the time of its last sample."""
    compare = _OPS[limit.op]
    row = longest = 0
    at = observed.at[0]
    for now, value in zip(observed.at, observed.values, strict=True):
        row = row + 1 if compare(value, limit.limit) else 0
        if row > longest:
            longest, at = row, now
    if longest >= limit.in_a_row:
        return Outcome("fail", "", longest, at / _MICRO, len(observed.at))
    if len(observed.at) < max(limit.in_a_row, limit.min_events):
        return Outcome("not evaluated", _too_little(observed, limit))
    return Outcome("pass", "", longest, at / _MICRO, len(observed.at))


def _too_little(observed: Samples, limit: Limit) -> str:
    if limit.window_s is not None and observed.observed_s < limit.window_s:
        return f"{observed.observed_s:g} s were observed, less than the window of {limit.window_s:g} s"
    count = sum(observed.events)
    return f"{count:g} events were observed, and no window had the {limit.min_events:g} that are needed"


def percentile(values: Iterable[float], percent: float) -> float:
    """The nearest-rank percentile: the smallest value that at least `percent` % of the values do not exceed."""
    ordered = sorted(values)
    share = Fraction(str(percent)) / 100
    rank = -(-len(ordered) * share.numerator // share.denominator)
    return ordered[max(rank, 1) - 1]


def _totals(values: Iterable[float]) -> list[float]:
    return list(accumulate(values, initial=0))


def _finite(values: Sequence[float]) -> Sequence[float]:
    if not all(map(isfinite, values)):
        raise ValueError("sums need finite values")
    return values


def _micros(seconds: float) -> int:
    return max(1, round(seconds * _MICRO)) if seconds else 0
