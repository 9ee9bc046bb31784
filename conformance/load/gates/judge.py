"""Holds thresholds against what was measured.

Percentiles are of the pooled distribution of all phases given, never means of percentiles. `errors` is the share of
requests that failed, `availability` the share that was answered well: of the operation named, else of all work, that is
neither of set-up nor of journeys, unless they are named. Failures are in no distribution of times; a promise of latency
is kept by good answers, and a promise of `errors` has to stand beside it.

Nothing passes for lack of evidence: what has too few samples to be told is `not evaluated`.
"""

from collections.abc import Iterable, Sequence

from conformance.load.gates.threshold import KINDS, TIMES, Measure, Threshold
from conformance.load.recording.histogram import decoded
from conformance.load.recording.merging import TOTAL, joined, sum_of
from conformance.load.results.model import Gate, Latencies, Operation, Phase
from conformance.load.results.percentiles import needed, values_at
from conformance.load.results.wording import bounded, duration, number, rate, share

NOT_SINGLE = 3


def judge(thresholds: Iterable[Threshold], phases: Sequence[Phase]) -> tuple[Gate, ...]:
    """One gate for each threshold, over the measured ones of the phases."""
    measured, wanted = [one for one in phases if one.measured], list(thresholds)
    parts = {name: _operation(name, measured) for name in dict.fromkeys(one.operation for one in wanted)}
    return tuple(_judged(one, parts[one.operation], measured) for one in wanted)


def clearly_broken(thresholds: Iterable[Threshold], phase: Phase) -> str | None:
    """A threshold on times that a phase breaks, in words, though it has too few samples for a gate.

    More values are over the limit than the percentile allows, and they are not single ones. A search can go on from
    that; a verdict needs more.
    """
    for one in thresholds:
        part = _operation(one.operation, [phase])
        found = _distribution(one.measure, part, [phase]) if part and one.measure in TIMES else None
        if found is None or one.percentile is None:
            continue
        over = _over(found, one)
        if over >= NOT_SINGLE and over > found.count * (1 - one.percentile / 100):
            return f"{bounded(str(one), 120)}: {number(over)} of {number(found.count)} took longer"
    return None


def _over(found: Latencies, one: Threshold) -> int:
    histogram = decoded(found.encoded)
    within: int = histogram.get_counts_array_index(int(one.limit))
    return found.count - int(sum(histogram.counts[: within + 1]))


def _judged(one: Threshold, part: Operation | None, phases: Sequence[Phase]) -> Gate:
    if part is None:
        names = sorted({each.name for phase in phases for each in phase.operations})
        there = bounded(", ".join(names), 120) or "none"
        return _gate(one, None, f"no operation of this name was measured; there are: {there}")
    if one.measure in TIMES:
        return _of_times(one, part, phases)
    if not part.count:
        return _gate(one, None, "no request was measured")
    if one.measure == "throughput":
        seconds = sum(phase.seconds for phase in phases)
        return _gate(one, part.good / seconds) if seconds > 0 else _gate(one, None, "no time was measured")
    return _of_shares(one, part)


def _operation(name: str, phases: Sequence[Phase]) -> Operation | None:
    """The operation of this name; else all whose names begin with it, up to the first space, together."""
    if name == TOTAL:
        return joined(TOTAL, "work", [phase.total for phase in phases]) if phases else None
    every = [each for phase in phases for each in phase.operations]
    same = [each for each in every if each.name == name] or [each for each in every if each.name.split(" ")[0] == name]
    kind = next((kind for kind in KINDS if any(each.kind == kind for each in same)), None)
    return joined(name, kind, [each for each in same if each.kind == kind]) if kind else None


def _of_times(one: Threshold, part: Operation, phases: Sequence[Phase]) -> Gate:
    found = _distribution(one.measure, part, phases)
    if found is None or not found.count:
        return _gate(one, None, "nothing of this kind was measured")
    if one.percentile is None:
        return _gate(one, found.max_us, failed=part.failed_count)
    value = values_at(decoded(found.encoded), [one.percentile]).get(one.percentile)
    if value is None:
        return _gate(one, None, f"{number(found.count)} samples, {number(needed(one.percentile))} are needed")
    never = _never_started(phases)
    if one.measure == "response" and never > 1 - one.percentile / 100 and one.kept_by(value):
        return _gate(one, None, f"{share(never)} of the arrivals were never started, which {one.figure} does not have")
    return _gate(one, value, failed=part.failed_count)


def _distribution(measure: Measure, part: Operation, phases: Sequence[Phase]) -> Latencies | None:
    """Streams of the total are those of all operations: a stream may be what comes first, or a journey."""
    if measure in ("response", "service"):
        return part.response if measure == "response" else part.service
    kept = [part] if part.name != TOTAL else [each for phase in phases for each in phase.operations]
    streams = [each.first_event if measure == "first-event" else each.largest_gap for each in kept]
    there = [each for each in streams if each is not None]
    return sum_of(there) if there else None


def _never_started(phases: Sequence[Phase]) -> float:
    due = sum(phase.arrivals.due for phase in phases)
    return sum(phase.arrivals.dropped for phase in phases) / due if due else 0.0


def _of_shares(one: Threshold, part: Operation) -> Gate:
    """One failure among fewer requests than the limit allows one in shows that there was one, not how often."""
    wrong = one.measure == "errors"
    allowed = one.limit if wrong else 1 - one.limit
    if allowed > 0 and part.failed_count < 2 and round(part.count * allowed, 9) < 1:
        why = f"{number(part.failed_count)} of {number(part.count)} requests failed, which says little about this limit"
        return _gate(one, None, why)
    return _gate(one, (part.failed_count if wrong else part.good) / part.count)


def _gate(one: Threshold, measured: float | None, why: str = "", *, failed: int = 0) -> Gate:
    """`failed` requests that the measured times do not have."""
    without = f"; {number(failed)} failed requests are not in it" if failed else ""
    said = why if measured is None else f"{spoken(one.measure, measured)}{without}"
    return Gate(
        threshold=one.short,
        operation=one.operation,
        source=one.source,
        verdict="not evaluated" if measured is None else "pass" if one.kept_by(measured) else "fail",
        measured=measured,
        limit=one.limit,
        unit=one.unit,
        text=f"{bounded(str(one), 120)}: {said}",
    )


def spoken(measure: Measure, value: float) -> str:
    if measure in TIMES:
        return duration(value)
    return rate(value) if measure == "throughput" else share(value)
