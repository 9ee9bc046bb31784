"""Puts together what several processes, or several operations, have recorded. Histograms are added, never averaged."""

from collections import Counter
from collections.abc import Iterable, Sequence

from hdrh.histogram import HdrHistogram

from conformance.load.recording.histogram import decoded, encoded, merged
from conformance.load.results.model import (
    Arrivals,
    Connections,
    Generator,
    Kind,
    Latencies,
    Operation,
    Phase,
    Streams,
)

TOTAL = "total"


def as_latencies(histogram: HdrHistogram, sum_us: float) -> Latencies:
    """The library could reckon the mean from its buckets, less exactly and in some 30 ms, while load is running."""
    count = int(histogram.total_count)
    return Latencies(
        count=count,
        min_us=int(histogram.get_min_value()) if count else 0,
        max_us=int(histogram.get_max_value()) if count else 0,
        mean_us=round(sum_us / count, 3) if count else 0.0,
        encoded=encoded(histogram),
    )


def sum_of(parts: Iterable[Latencies]) -> Latencies:
    there = list(parts)
    sum_us = sum(part.mean_us * part.count for part in there)
    return as_latencies(merged(decoded(part.encoded) for part in there), sum_us)


def _optional(parts: Iterable[Latencies | None]) -> Latencies | None:
    there = [part for part in parts if part is not None]
    return sum_of(there) if there else None


def joined(name: str, kind: Kind, parts: Sequence[Operation]) -> Operation:
    """One operation out of several; the first example of each kind of failure is kept."""
    failures: Counter[str] = Counter()
    for part in parts:
        failures.update(part.failures)
    return Operation(
        name=name,
        kind=kind,
        good=sum(part.good for part in parts),
        failures=dict(sorted(failures.items())),  # type: ignore[arg-type]
        examples={kind: text for part in reversed(parts) for kind, text in part.examples.items()},
        bytes_sent=sum(part.bytes_sent for part in parts),
        bytes_received=sum(part.bytes_received for part in parts),
        response=sum_of(part.response for part in parts),
        service=sum_of(part.service for part in parts),
        failed=sum_of(part.failed for part in parts),
        first_event=_optional(part.first_event for part in parts),
        largest_gap=_optional(part.largest_gap for part in parts),
    )


def total_of(operations: Iterable[Operation]) -> Operation:
    """All work together; what only has to come first, and journeys made of work, would count it twice."""
    return joined(TOTAL, "work", [one for one in operations if one.kind == "work"])


def merged_phase(parts: Sequence[Phase]) -> Phase:
    """One phase as several processes have recorded it."""
    names = dict.fromkeys((one.name, one.kind) for part in parts for one in part.operations)
    operations = tuple(
        joined(name, kind, [one for part in parts for one in part.operations if (one.name, one.kind) == (name, kind)])
        for name, kind in names
    )
    first = parts[0]
    return Phase(
        name=first.name,
        role=first.role,
        measured=first.measured,
        began_s=min(part.began_s for part in parts),
        planned_s=first.planned_s,
        seconds=max(part.seconds for part in parts),
        complete=all(part.complete for part in parts),
        users=sum(part.users for part in parts),
        rate=first.rate,
        rate_end=first.rate_end,
        arrivals=_arrivals([part.arrivals for part in parts]),
        total=total_of(operations),
        operations=operations,
        connections=_connections([part.connections for part in parts]),
        streams=_streams([part.streams for part in parts if part.streams is not None]),
        generator=_generators([part.generator for part in parts]),
        target=next((part.target for part in parts if part.target is not None), None),
        sampled=sum(part.sampled for part in parts),
    )


def _arrivals(parts: Sequence[Arrivals]) -> Arrivals:
    return Arrivals(
        due=sum(part.due for part in parts),
        started=sum(part.started for part in parts),
        late=sum(part.late for part in parts),
        dropped=sum(part.dropped for part in parts),
    )


def _connections(parts: Sequence[Connections]) -> Connections:
    return Connections(
        opened=sum(part.opened for part in parts),
        failed=sum(part.failed for part in parts),
        setup=sum_of(part.setup for part in parts),
    )


def _streams(parts: Sequence[Streams]) -> Streams | None:
    if not parts:
        return None
    return Streams(
        opened=sum(part.opened for part in parts),
        most_held=sum(part.most_held for part in parts),
        events=sum(part.events for part in parts),
        beats=sum(part.beats for part in parts),
        broken=sum(part.broken for part in parts),
    )


def _generators(parts: Sequence[Generator]) -> Generator:
    return Generator(
        processes=tuple(process for part in parts for process in part.processes),
        lag=sum_of(part.lag for part in parts),
        loop=sum_of(part.loop for part in parts),
    )
