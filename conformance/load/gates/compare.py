"""Compares a run with a stored one of the same plan.

A round is the unit: answers of one round are not independent of each other (they share queues, pauses and caches), so
thousands of them are not thousands of observations. Each figure is tested by Welch's t-test on the logarithms of its
rounds; the p-values of all figures compared are corrected by Holm's method, so that among twenty figures one is not
"worse" by chance alone. The confidence intervals are those of each figure by itself.

    better, worse   significant after the correction, and larger than what is relevant
    same            the confidence interval lies within what is not relevant, or the figure differs by less than that
                    though significantly
    unknown         anything else: too few rounds, too much noise to say either, or figures that are those of
                    another mix of operations, or of a generator that was the limit
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from conformance.load.recording.merging import TOTAL
from conformance.load.results.model import Difference, Figures, Phase, Result, Spread
from conformance.load.results.statistics import CONFIDENCE, Ratio, ratio_of
from conformance.load.results.wording import bounded, duration, rate, share
from conformance.target.errors import ConfigError

RELEVANT: Final = 1.05
"""Ratios between this and its inverse do not matter: machines and days differ by more."""
RELEVANT_ERRORS: Final = 0.001
"""Error rates that differ by less do not matter, whatever their ratio: one failure in a thousand."""
NOT_THE_TARGET: Final = ("generator-bound", "worker-lost", "nothing-measured", "interrupted")
"""Findings after which figures do not tell how fast a target is."""
COMPARED: Final = ("p50", "p95", "p99")

Verdict = Literal["better", "worse", "same", "unknown"]


def compare(before: Result, after: Result) -> tuple[Difference, ...]:
    """Throughput, p50, p95, p99 and error rate, of all work and of each operation that both have; of a search for the
    breaking point, the rate that was found. A result of another machine is compared, and the texts say so.

    Raises ConfigError with one line when the plans differ in what has to be the same.
    """
    _check_plans(before, after)
    pairs = [_breaking_points(before, after)] if after.plan.shape == "breaking-point" else list(_pairs(before, after))
    ratios = [_ratio(pair) for pair in pairs if pair]
    adjusted = holm([one.p_value if one else None for one in ratios])
    there = [pair for pair in pairs if pair]
    return tuple(
        _difference(pair, ratio, p_value, _remarks(pair, before, after), told=_told(pair, before, after))
        for pair, ratio, p_value in zip(there, ratios, adjusted, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Pair:
    """One figure of both runs: what to tell, and the values of the rounds, all to be above zero to be tested."""

    operation: str
    figure: str
    before: float
    after: float
    old: Sequence[float]
    new: Sequence[float]


def _check_plans(before: Result, after: Result) -> None:
    for name in ("scenario", "shape", "model", "arrivals", "rate", "to_rate", "users", "think_s"):
        old, new = getattr(before.plan, name), getattr(after.plan, name)
        if old != new:
            was, now = bounded(str(old), 40), bounded(str(new), 40)
            raise ConfigError(
                f"--baseline: its {name.removesuffix('_s').replace('_', ' ')} is {was} and that of this run {now}; "
                "only runs of the same plan can be compared"
            )


def _told(pair: _Pair, before: Result, after: Result) -> bool:
    """Whether the figures can tell something of the target at all."""
    spoilt = (one.invalidates and one.code in NOT_THE_TARGET for one in (*before.findings, *after.findings))
    return not any(spoilt) and not _mixed(pair, before, after)


def _mixed(pair: _Pair, before: Result, after: Result) -> bool:
    """Whether it is the total of one mix of operations against that of another."""
    return pair.operation == TOTAL and before.plan.operations != after.plan.operations


def _remarks(pair: _Pair, before: Result, after: Result) -> Iterator[str]:
    if before.machine != after.machine:
        yield "on another machine"
    if _mixed(pair, before, after):
        yield "of another mix of operations"
    for name, one in (("baseline", before), ("run", after)):
        codes = ", ".join(dict.fromkeys(finding.code for finding in one.findings if finding.invalidates))
        if codes:
            yield f"the {name} is invalid: {codes}"


def _pairs(before: Result, after: Result) -> Iterator[_Pair]:
    """Of all work, then of the operations both have; of work that is one operation only, once."""
    old = {(one.name, one.kind): one for one in before.figures}
    new = {(one.name, one.kind): one for one in after.figures}
    work = [key for key in {**old, **new} if key[1] == "work" and key[0] != TOTAL]
    for key, figures in new.items():
        if key in old and not (len(work) == 1 and key == work[0]):
            yield from _of_figures(old[key], figures, before.phases, after.phases)


def _of_figures(old: Figures, new: Figures, before: Sequence[Phase], after: Sequence[Phase]) -> Iterator[_Pair]:
    yield _of_spreads(new.name, "throughput", old.throughput, new.throughput)
    for name in COMPARED:
        if name in old.percentiles and name in new.percentiles:
            yield _of_spreads(new.name, name, old.percentiles[name], new.percentiles[name])
    yield _Pair(new.name, "errors", old.error_rate, new.error_rate, _errors(old, before), _errors(new, after))


def _of_spreads(operation: str, figure: str, old: Spread, new: Spread) -> _Pair:
    return _Pair(operation, figure, _pooled(old), _pooled(new), old.rounds, new.rounds)


def _pooled(one: Spread) -> float:
    return one.median if one.pooled is None else one.pooled


def _errors(figures: Figures, phases: Sequence[Phase]) -> list[float]:
    """Of each round, with half a failure more: a round without any has no logarithm, and has not shown that there are
    none."""
    parts = [part for one in phases if one.measured for part in (one.total, *one.operations)]
    there = [part for part in parts if (part.name, part.kind) == (figures.name, figures.kind)]
    return [(part.failed_count + 0.5) / (part.count + 1) for part in there]


def _breaking_points(before: Result, after: Result) -> _Pair | None:
    old = before.breaking_point.rate if before.breaking_point else None
    new = after.breaking_point.rate if after.breaking_point else None
    return _Pair(TOTAL, "breaking point", old, new, [old], [new]) if old and new else None


def _ratio(pair: _Pair) -> Ratio | None:
    try:
        return ratio_of(pair.old, pair.new)
    except ValueError:
        return None


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """The p-values corrected for their number: the smallest times all of them, the next times one less, and so on; none
    smaller than the one before it."""
    told = sorted((value, at) for at, value in enumerate(p_values) if value is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    highest = 0.0
    for rank, (value, at) in enumerate(told):
        highest = max(highest, min(1.0, value * (len(told) - rank)))
        adjusted[at] = highest
    return adjusted


def _difference(
    pair: _Pair, ratio: Ratio | None, p_value: float | None, remarks: Iterable[str], *, told: bool
) -> Difference:
    verdict = _verdict(pair, ratio, p_value) if ratio and p_value is not None and told else "unknown"
    remarked = "; ".join(remarks)
    said = f"{_before_and_after(pair)}: {_why(pair, ratio, p_value, verdict, told=told)}"
    return Difference(
        operation=pair.operation,
        figure=pair.figure,
        before=pair.before,
        after=pair.after,
        ratio=ratio.ratio if ratio else pair.after / pair.before if pair.before else 1.0,
        low=ratio.low if ratio else None,
        high=ratio.high if ratio else None,
        p_value=p_value,
        verdict=verdict,
        text=f"{said} ({remarked})" if remarked else said,
    )


def _verdict(pair: _Pair, ratio: Ratio, p_value: float) -> Verdict:
    if pair.figure == "errors" and abs(pair.after - pair.before) < RELEVANT_ERRORS:
        return "same"
    small = 1 / RELEVANT <= ratio.ratio <= RELEVANT
    if p_value < 1 - CONFIDENCE:
        more_is_better = pair.figure in ("throughput", "breaking point")
        return "same" if small else "better" if (ratio.ratio > 1) == more_is_better else "worse"
    narrow = ratio.low is not None and ratio.high is not None and ratio.low >= 1 / RELEVANT and ratio.high <= RELEVANT
    return "same" if narrow else "unknown"


_SPOKEN: Final[Mapping[str, str]] = {"throughput": "rate", "breaking point": "rate", "errors": "share"}


def _before_and_after(pair: _Pair) -> str:
    tell = {"rate": rate, "share": share}.get(_SPOKEN.get(pair.figure, ""), duration)
    return f"{pair.figure} of {bounded(pair.operation, 60)} {tell(pair.before)} → {tell(pair.after)}"


def _why(pair: _Pair, ratio: Ratio | None, p_value: float | None, verdict: Verdict, *, told: bool) -> str:
    if not told:
        return "unknown, as these figures do not tell of the target alone"
    if ratio is None and pair.old and pair.new:
        return "unknown, as a round of nothing has no ratio"
    if ratio is None or p_value is None or ratio.low is None or ratio.high is None:
        return "unknown, as it takes two rounds on each side to tell a difference from noise"
    interval = f"{_change(ratio.low)} to {_change(ratio.high)} with 95 % confidence"
    if verdict == "unknown":
        return f"unknown; {interval} cannot be told from noise"
    return f"{verdict}; {interval}, p = {p_value:.2g} corrected"


def _change(ratio: float) -> str:
    return f"{100 * (ratio - 1):+.1f} %" if ratio < 10 else f"{ratio:.3g} times"
