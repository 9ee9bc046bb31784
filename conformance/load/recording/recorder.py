"""What one process records of one phase, and how that becomes a part of the result."""

from collections import Counter
from time import perf_counter_ns as now_ns

from hdrh.histogram import HdrHistogram

from conformance.load.plan import PhasePlan
from conformance.load.recording.histogram import decoded, new_histogram, record
from conformance.load.recording.merging import as_latencies, total_of
from conformance.load.results.model import (
    Arrivals,
    Connections,
    FailureKind,
    Generator,
    Kind,
    Latencies,
    Operation,
    Phase,
    Process,
    Resources,
    Streams,
)

EXAMPLE_LENGTH = 300


class Values:
    """Microseconds, taken one by one and put into a histogram in batches.

    Once it was told only its text is kept: a run of hours has many phases.
    """

    __slots__ = ("_histogram", "_packed", "_pending", "_sum_us", "add")

    def __init__(self) -> None:
        self._histogram: HdrHistogram | None = None
        self._packed = ""
        self._sum_us = 0
        self._pending: list[int] = []
        self.add = self._pending.append

    def flush(self) -> None:
        if self._pending:
            record(self._live(), self._pending)
            self._sum_us += sum(self._pending)
            self._pending.clear()

    def latencies(self) -> Latencies:
        self.flush()
        told = as_latencies(self._live(), self._sum_us)
        self._packed, self._histogram = told.encoded, None
        return told

    def _live(self) -> HdrHistogram:
        if self._histogram is None:
            self._histogram = decoded(self._packed) if self._packed else new_histogram()
        return self._histogram


class OperationRecord:
    """One operation of one phase."""

    __slots__ = (
        "bytes_received", "bytes_sent", "examples", "failed", "failures", "first_event", "good", "kind",
        "largest_gap", "name", "next_sample", "response", "sampled", "service", "unseen",
    )  # fmt: skip

    def __init__(self, name: str, kind: Kind) -> None:
        self.name, self.kind = name, kind
        self.good = self.bytes_sent = self.bytes_received = 0
        self.failures: Counter[FailureKind] = Counter()
        self.examples: dict[FailureKind, str] = {}
        self.response, self.service, self.failed = Values(), Values(), Values()
        self.first_event: Values | None = None
        self.largest_gap: Values | None = None
        self.sampled, self.next_sample = 0, 0.0
        self.unseen: list[tuple[int, FailureKind | None]] = []
        """Response times, each with its failure, that Locust's own statistics have not been told yet."""

    def succeeded(self, response_us: int, service_us: int) -> None:
        self.good += 1
        self.response.add(response_us)
        self.service.add(service_us)
        self.unseen.append((response_us, None))

    def went_wrong(self, kind: FailureKind, text: str, service_us: int) -> None:
        self.failures[kind] += 1
        self.failed.add(service_us)
        self.unseen.append((service_us, kind))
        self.examples.setdefault(kind, text[:EXAMPLE_LENGTH])

    def turned_out_wrong(self, kind: FailureKind, text: str) -> None:
        """What was counted as good at first; its time stays where it is."""
        self.good -= 1
        self.failures[kind] += 1
        self.examples.setdefault(kind, text[:EXAMPLE_LENGTH])

    def moved(self, sent: int, received: int) -> None:
        """Bytes of the HTTP messages."""
        self.bytes_sent += sent
        self.bytes_received += received

    def streamed(self, first_event_us: int | None, largest_gap_us: int) -> None:
        self.first_event = self.first_event or Values()
        self.largest_gap = self.largest_gap or Values()
        if first_event_us is not None:
            self.first_event.add(first_event_us)
        self.largest_gap.add(largest_gap_us)

    def flush(self) -> None:
        for values in (self.response, self.service, self.failed, self.first_event, self.largest_gap):
            if values is not None:
                values.flush()

    def operation(self) -> Operation:
        return Operation(
            name=self.name,
            kind=self.kind,
            good=self.good,
            failures=dict(self.failures),
            examples=self.examples,
            bytes_sent=self.bytes_sent,
            bytes_received=self.bytes_received,
            response=self.response.latencies(),
            service=self.service.latencies(),
            failed=self.failed.latencies(),
            first_event=self.first_event.latencies() if self.first_event else None,
            largest_gap=self.largest_gap.latencies() if self.largest_gap else None,
        )


class StreamCounts:
    """Event streams that are held open."""

    __slots__ = ("beats", "broken", "events", "held", "most_held", "opened")

    def __init__(self) -> None:
        self.opened = self.held = self.most_held = self.events = self.beats = self.broken = 0

    def holds_one_more(self) -> None:
        self.opened += 1
        self.held += 1
        self.most_held = max(self.most_held, self.held)

    def counts(self) -> Streams:
        return Streams(
            opened=self.opened, most_held=self.most_held, events=self.events, beats=self.beats, broken=self.broken
        )


class PhaseRecord:
    """All that this process has seen of one phase. It may be written to for a while after the phase has ended, until
    the last answer to what was started in it is there."""

    def __init__(self, plan: PhasePlan, began_ns: int, run_began_ns: int) -> None:
        self.plan = plan
        self.began_ns = began_ns
        self.ended_ns: int | None = None
        self.cut_short = False
        self.due = self.started = self.late = self.dropped = 0
        self.in_flight = 0
        self.lag, self.loop, self.setup = Values(), Values(), Values()
        self.opened = self.refused = 0
        self.streams: StreamCounts | None = None
        self.process = Process(cpu=0.0, rss_bytes=0)
        self.target: Resources | None = None
        self.users = 0
        self._run_began_ns = run_began_ns
        self._operations: dict[tuple[str, Kind], OperationRecord] = {}

    def operation(self, name: str, kind: Kind = "work") -> OperationRecord:
        found = self._operations.get((name, kind))
        if found is None:
            found = self._operations[name, kind] = OperationRecord(name, kind)
        return found

    def connected(self, took_ns: int | None) -> None:
        if took_ns is None:
            self.refused += 1
        else:
            self.opened += 1
            self.setup.add(took_ns // 1000)

    def operations(self) -> list[OperationRecord]:
        return list(self._operations.values())

    def work_done(self) -> tuple[int, int]:
        """Requests of kind `work` that went well, and that failed."""
        work = [one for one in self._operations.values() if one.kind == "work"]
        return sum(one.good for one in work), sum(one.failures.total() for one in work)

    def flush(self) -> None:
        for values in (self.lag, self.loop, self.setup):
            values.flush()
        for operation in self._operations.values():
            operation.flush()

    def phase(self) -> Phase:
        operations = tuple(one.operation() for one in self._operations.values())
        ended = now_ns() if self.ended_ns is None else self.ended_ns
        seconds = (ended - self.began_ns) / 1e9
        return Phase(
            name=self.plan.name,
            role=self.plan.role,
            measured=self.plan.measured,
            began_s=round((self.began_ns - self._run_began_ns) / 1e9, 3),
            planned_s=seconds if self.plan.seconds is None else self.plan.seconds,
            seconds=round(seconds, 6),
            complete=not self.cut_short,
            users=self.users,
            rate=self.plan.rate,
            rate_end=self.plan.rate_end,
            arrivals=Arrivals(due=self.due, started=self.started, late=self.late, dropped=self.dropped),
            total=total_of(operations),
            operations=operations,
            connections=Connections(opened=self.opened, failed=self.refused, setup=self.setup.latencies()),
            streams=self.streams.counts() if self.streams else None,
            generator=Generator(processes=(self.process,), lag=self.lag.latencies(), loop=self.loop.latencies()),
            target=self.target,
            sampled=sum(one.sampled for one in self._operations.values()),
        )
