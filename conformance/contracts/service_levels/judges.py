"""Holds what was observed, scraped or asked against the promised levels, by the one evaluator of windows."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import isfinite, isnan
from typing import Any, Final

from conformance.contracts.counters import grown, histogram_quantile
from conformance.contracts.metrics.exposition import Exposition
from conformance.contracts.metrics.judges import found_name
from conformance.contracts.metrics.settings import Metrics
from conformance.contracts.paths import at_path
from conformance.contracts.service_levels.observing import Observation, Row
from conformance.contracts.service_levels.settings import Objective, Query, ServiceLevels
from conformance.contracts.windows import Limit, Outcome, evaluate, samples, weighted_samples

MAX_SAMPLES: Final = 1_000_000


def availability(seen: Observation, levels: ServiceLevels) -> Outcome:
    limit = Limit(op="<", limit=levels.availability or 0, min_events=levels.min_events)
    rows = seen.counted("availability")
    outcome = evaluate(samples((row.at, float(not row.failed)) for row in rows), limit)
    return _unless_single(rows, outcome, 1 - (levels.availability or 0))


def error_rate(seen: Observation, levels: ServiceLevels) -> Outcome:
    """Promised to be below the limit, so the limit itself breaks the promise."""
    limit = Limit(op=">=", limit=levels.error_rate or 0, min_events=levels.min_events)
    return _unless_single(seen.counted("errors"), evaluate(samples(_errors(seen)), limit), levels.error_rate or 0)


def error_budget(seen: Observation, levels: ServiceLevels, seconds: Callable[[float], float]) -> Outcome:
    """Promised not to be exceeded in any window; `seconds` is the clock of the profile."""
    window = seconds(levels.error_window_s)
    limit = Limit(
        op=">", limit=levels.error_budget or 0, window_s=window, step_s=min(seconds(1), window / 10),
        min_events=levels.min_events,
    )  # fmt: skip
    return evaluate(samples(_errors(seen), begin=0, end=seen.seconds), limit)


def failures_in_a_row(seen: Observation, levels: ServiceLevels) -> Outcome:
    limit = Limit(op=">", limit=0, in_a_row=levels.failures_in_a_row, min_events=levels.min_events)
    return evaluate(samples(_errors(seen)), limit)


def latency(seen: Observation, levels: ServiceLevels) -> Outcome:
    """Of good answers: what failed is counted as an error, once."""
    limit = Limit(
        op=">=", limit=levels.p95_s or 0, statistic="percentile", percentile=levels.percentile,
        min_events=levels.min_events,
    )  # fmt: skip
    return evaluate(samples((row.at, row.took) for row in seen.counted("latency") if not row.failed), limit)


def _errors(seen: Observation) -> Iterator[tuple[float, float]]:
    return ((row.at, float(row.failed)) for row in seen.counted("errors"))


def _unless_single(rows: list[Row], outcome: Outcome, limit: float) -> Outcome:
    """One error among fewer calls than a share of the limit needs shows that there was one, not how often."""
    calls, failed = len(rows), sum(row.failed for row in rows)
    if outcome.verdict == "fail" and failed == 1 and calls * limit < 1:
        why = f"1 of {calls} calls failed, which says little about a limit of {limit:.4g}; observe longer (--watch)"
        return replace(outcome, verdict="not evaluated", reason=why)
    return outcome


@dataclass(frozen=True, slots=True)
class Judged:
    """One objective, and what became of it; `text` says it in words."""

    title: str
    severity: str
    outcome: Outcome
    text: str
    about: tuple[str, ...] = ()


def objectives(
    wanted: Iterable[Objective], families: Metrics, before: Exposition, after: Exposition
) -> Iterator[Judged]:
    """Each objective over what was counted between two scrapes; gauges are those of the later one."""
    for one in wanted:
        outcome = _judge(one, _measured(one, families, before, after))
        yield Judged(one.title, one.severity, outcome, _in_words(one, outcome), one.of)


@dataclass(frozen=True, slots=True)
class _Measured:
    """A sum over a number of events, and how many observations stand behind it; or why there is nothing."""

    total: float = 0
    events: float = 1
    seen: float = 1
    missing: str = ""


_NOTHING: Final = _Measured(missing="there was nothing to measure")


def _judge(one: Objective, measured: _Measured) -> Outcome:
    if measured.missing:
        return Outcome("not evaluated", measured.missing)
    if one.kind in ("ratio", "quantile") and measured.seen < one.min_events:
        return Outcome("not evaluated", f"{measured.seen:g} events between the scrapes, {one.min_events:g} are needed")
    limit = Limit(op=one.op, limit=one.limit, min_events=0)
    return evaluate(weighted_samples([(0, measured.total, measured.events)]), limit)


def _measured(one: Objective, families: Metrics, before: Exposition, after: Exposition) -> _Measured:
    names = [found_name(after, families, key) for key in one.of]
    if None in names:
        absent = ", ".join(key for key, name in zip(one.of, names, strict=True) if name is None)
        return _Measured(missing=f"nobody exports {absent}")
    found = _MEASURES[one.kind](one, [name for name in names if name is not None], before, after)
    return found if isfinite(found.total) and isfinite(found.events) else _NOTHING


def _ratio(one: Objective, names: list[str], before: Exposition, after: Exposition) -> _Measured:
    *parts, whole = names
    total = _growth(whole, before, after)
    return _Measured(sum(_growth(part, before, after) for part in parts), total, total) if total else _NOTHING


def _quantile(one: Objective, names: list[str], before: Exposition, after: Exposition) -> _Measured:
    buckets = grown(before.buckets(names[0]), after.buckets(names[0]))
    value = histogram_quantile(one.quantile, buckets)
    return _NOTHING if isnan(value) else _Measured(value, seen=buckets[-1][1])


def _value(one: Objective, names: list[str], before: Exposition, after: Exposition) -> _Measured:
    """A gauge, its worst series; of two, the part of the whole."""
    if len(names) == 1:
        known = [value for value in after.values(names[0]) if not isnan(value)]
        return _Measured((max if one.op[0] == ">" else min)(known)) if known else _NOTHING
    whole = after.total(names[-1])
    return _Measured(sum(after.total(name) or 0 for name in names[:-1]), whole) if whole and whole > 0 else _NOTHING


def _counted(one: Objective, names: list[str], before: Exposition, after: Exposition) -> _Measured:
    return _Measured(_growth(names[0], before, after))


def _growth(name: str, before: Exposition, after: Exposition) -> float:
    """How much a counter grew over all labels; series that started anew count from zero."""
    earlier = before.samples.get(name, {})
    later = after.samples.get(name, {})
    return sum(value - earlier.get(key, 0) if value >= earlier.get(key, 0) else value for key, value in later.items())


_MEASURES: Final[Mapping[str, Callable[[Objective, list[str], Exposition, Exposition], _Measured]]] = {
    "ratio": _ratio, "quantile": _quantile, "value": _value, "growth": _counted,
}  # fmt: skip


def _in_words(one: Objective, outcome: Outcome) -> str:
    if outcome.value is None:
        return f"{one.title}: {outcome.reason}"
    return f"{one.title} is {outcome.value:.4g}, broken when {one.op} {one.limit:g} ({one.severity})"


def query_answer(one: Query, body: Any) -> Judged:
    """Each series of an answer of `/api/v1/query_range` against the limit; the worst one counts."""
    outcomes = [_of_series(one, series) for series in _series(body)]
    order = {"fail": 0, "pass": 1, "not evaluated": 2}
    nothing = Outcome("not evaluated", str(at_path(body, "error") or "Prometheus has no such series")[:200])
    worst = min(outcomes, key=lambda outcome: order[outcome.verdict], default=nothing)
    said = worst.reason if worst.value is None else f"{worst.value:.4g}, broken when {one.op} {one.limit:g}"
    return Judged(one.title, one.severity, worst, f"{one.title}: {said}", (one.about or one.title,))


def _series(body: Any) -> Iterator[list[tuple[float, float]]]:
    results = at_path(body, "data.result")
    left = MAX_SAMPLES
    for one in results if isinstance(results, list) else []:
        rows = at_path(one, "values")
        if isinstance(rows, list):
            yield [row for row in map(_point, rows[:left]) if row is not None]
            left = max(0, left - len(rows))


def _point(row: Any) -> tuple[float, float] | None:
    """A sample of Prometheus: `[seconds, "value"]`; NaN is no value."""
    try:
        at, value = float(row[0]), float(row[1])
    except (TypeError, ValueError, LookupError, OverflowError):
        return None
    return None if isnan(value) or not isfinite(at) or abs(at) > 1e12 else (at, value)


def _of_series(one: Query, rows: list[tuple[float, float]]) -> Outcome:
    limit = Limit(
        op=one.op, limit=one.limit, statistic="last", window_s=one.step_s, step_s=one.step_s, for_s=one.for_s,
        min_events=1,
    )  # fmt: skip
    begin = min((at for at, _ in rows), default=0) - one.step_s
    return evaluate(samples(rows, begin=begin), limit)
