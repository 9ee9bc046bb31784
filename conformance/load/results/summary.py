"""The figures of a run, made from the measured phases. They can be made again from any result file."""

from collections.abc import Iterable, Sequence
from statistics import median

from conformance.load.recording.histogram import decoded, merged
from conformance.load.recording.merging import TOTAL
from conformance.load.results.model import FailureKind, Figures, Kind, Latencies, Operation, Phase, Spread
from conformance.load.results.percentiles import PERCENTILES, values_at


def figures(phases: Sequence[Phase]) -> tuple[Figures, ...]:
    """All work first, under the name `total`, then each operation in the order in which they came up; none without
    measured phases. Journeys and set-up are operations of their own, never part of the total.

    Throughput is good answers a second: of each measured phase, and pooled over their whole time. A phase without the
    operation counts as 0. Percentiles are pooled by adding the histograms, and are there when enough values stand
    behind them (`percentiles.BEYOND`); their rounds are those phases that have enough values as well. When no phase
    has, `rounds` is empty, and median, low and high are the pooled value.

    Raises ValueError when a distribution is no histogram of ours.
    """
    measured = [one for one in phases if one.measured]
    if not measured:
        return ()
    names = dict.fromkeys((each.name, each.kind) for one in measured for each in one.operations)
    each = (_figures(name, kind, measured, [_found(one, name, kind) for one in measured]) for name, kind in names)
    return (_figures(TOTAL, "work", measured, [one.total for one in measured]), *each)


def spread_of(rounds: Sequence[float], pooled: float) -> Spread:
    values = rounds or (pooled,)
    return Spread(rounds=tuple(rounds), median=median(values), low=min(values), high=max(values), pooled=pooled)


def failures_of(parts: Iterable[Operation]) -> dict[FailureKind, int]:
    counts: dict[FailureKind, int] = {}
    for part in parts:
        for kind, count in part.failures.items():
            counts[kind] = counts.get(kind, 0) + count
    return dict(sorted(counts.items()))


def _found(phase: Phase, name: str, kind: Kind) -> Operation | None:
    return next((one for one in phase.operations if (one.name, one.kind) == (name, kind)), None)


def _figures(name: str, kind: Kind, phases: Sequence[Phase], parts: Sequence[Operation | None]) -> Figures:
    """`parts` has the operation of each phase."""
    there = [part for part in parts if part is not None]
    good, failures = sum(part.good for part in there), failures_of(there)
    count = good + sum(failures.values())
    return Figures(
        name=name,
        kind=kind,
        good=good,
        failures=failures,
        error_rate=sum(failures.values()) / count if count else 0.0,
        throughput=_throughput(phases, parts),
        percentiles=_percentiles([part.response for part in there]),
        service=_percentiles([part.service for part in there]),
    )


def _throughput(phases: Sequence[Phase], parts: Sequence[Operation | None]) -> Spread:
    good = [part.good if part else 0 for part in parts]
    rounds = [_rate(count, one.seconds) for count, one in zip(good, phases, strict=True)]
    return spread_of(rounds, _rate(sum(good), sum(one.seconds for one in phases)))


def _rate(count: int, seconds: float) -> float:
    return count / seconds if seconds > 0 else 0.0


def _percentiles(distributions: Sequence[Latencies]) -> dict[str, Spread]:
    histograms = [decoded(one.encoded) for one in distributions]
    rounds = [values_at(one, PERCENTILES.values()) for one in histograms]
    pooled = values_at(merged(histograms), PERCENTILES.values())
    return {
        name: spread_of([one[at] for one in rounds if at in one], pooled[at])
        for name, at in PERCENTILES.items()
        if at in pooled
    }
