"""What several processes have recorded, put together, is what one would have recorded."""

from collections.abc import Iterable
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.load.generator.talk import Part
from conformance.load.plan import PhasePlan
from conformance.load.recording.merging import merged_phase, sum_of
from conformance.load.recording.recorder import PhaseRecord, StreamCounts
from conformance.load.results.model import FailureKind, Kind, Phase, Process, Resources
from tests.load.results import latencies

PLAN = PhasePlan(name="round 1", role="round", seconds=2.0, rate=50.0)
TIMES = st.integers(1, 4_000_000)
EVENTS = st.tuples(
    st.integers(0, 2),
    st.sampled_from(["echo", "read", "initialize"]),
    st.sampled_from(get_args(Kind)),
    st.sampled_from([None, *get_args(FailureKind)]),
    TIMES,
    TIMES,
)
Event = tuple[int, str, Kind, FailureKind | None, int, int]


def recorded(events: Iterable[Event], *, users: int = 1, cpu: float = 0.1) -> PhaseRecord:
    record = PhaseRecord(PLAN, 0, 0)
    record.ended_ns = 2_000_000_000
    record.users, record.process = users, Process(cpu=cpu, rss_bytes=7)
    for _, name, kind, failure, response, service in events:
        record.due += 1
        record.started += 1
        record.late += service > response
        operation = record.operation(name, kind)
        operation.moved(10, 20)
        if failure is None:
            operation.succeeded(response, service)
        else:
            operation.went_wrong(failure, f"{failure} {response}", service)
        if name == "read":
            operation.streamed(service if failure is None else None, response)
        record.connected(service if failure != "transport" else None)
        record.lag.add(service)
        record.loop.add(response)
    return record


def sent(record: PhaseRecord) -> Phase:
    """Through the form in which a worker hands it to its master."""
    part = Part(programme=1, number=1, after_ns=5, phase=record.phase())
    return msgspec.json.decode(msgspec.json.encode(part), type=Part).phase


def comparable(phase: Phase) -> dict[str, Any]:
    """All but the order of operations, and what the processes are; means to a thousandth of a microsecond."""
    plain = msgspec.to_builtins(phase)
    plain["operations"] = sorted(plain["operations"], key=lambda one: (one["name"], one["kind"]))
    for operation in (plain["total"], *plain["operations"]):
        operation.pop("examples")
        operation["failures"] = dict(sorted(operation["failures"].items()))
    plain["generator"].pop("processes")
    return rounded(plain)  # type: ignore[no-any-return]


def rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: pytest.approx(each, abs=0.01) if key == "mean_us" else rounded(each) for key, each in value.items()
        }
    return [rounded(each) for each in value] if isinstance(value, list) else value


@settings(max_examples=25, deadline=None)
@given(st.lists(EVENTS, max_size=25), st.integers(1, 3))
def test_processes_together_recorded_what_one_would_have(events: list[Event], count: int) -> None:
    shares = [[event for event in events if event[0] % count == index] for index in range(count)]
    together = merged_phase([sent(recorded(share)) for share in shares])
    assert comparable(together) == comparable(sent(recorded(events, users=count)))


def test_who_took_part_and_how_it_ended_is_told() -> None:
    first, second = recorded([], users=3, cpu=0.2), recorded([], users=4, cpu=0.9)
    second.began_ns, second.ended_ns, second.cut_short = -500_000_000, 2_000_000_000, True
    together = merged_phase([sent(first), sent(second)])
    assert [process.cpu for process in together.generator.processes] == [0.2, 0.9]
    assert (together.users, together.rate, together.complete) == (7, 50.0, False)
    assert (together.began_s, together.seconds) == (-0.5, 2.5)


def test_held_streams_are_added() -> None:
    first, second, none = recorded([]), recorded([]), recorded([])
    for record, count in ((first, 3), (second, 2)):
        record.streams = StreamCounts()
        for _ in range(count):
            record.streams.holds_one_more()
        record.streams.held -= 1
        record.streams.holds_one_more()
        record.streams.events, record.streams.beats, record.streams.broken = 10, 20, 1
    streams = merged_phase([sent(none), sent(first), sent(second)]).streams
    assert streams is not None
    assert (streams.opened, streams.most_held, streams.events, streams.beats, streams.broken) == (7, 5, 20, 40, 2)
    assert merged_phase([sent(none), sent(none)]).streams is None


def test_the_first_example_of_each_kind_is_kept() -> None:
    first = recorded([(0, "echo", "work", "http", 1, 1)])
    second = recorded([(0, "echo", "work", "http", 2, 2), (0, "echo", "work", "tool", 3, 3)])
    (operation,) = merged_phase([sent(first), sent(second)]).operations
    assert operation.examples == {"http": "http 1", "tool": "tool 3"}
    assert operation.failures == {"http": 2, "tool": 1}


def test_what_the_target_used_is_told_once() -> None:
    used = Resources(source="process", cpu=0.5, rss_begin_bytes=1, rss_end_bytes=2, rss_peak_bytes=3)
    first, second = recorded([]), recorded([])
    second.target = used
    assert merged_phase([sent(first), sent(second)]).target == used


def test_a_percentile_of_all_is_none_of_percentiles() -> None:
    """A slow process with few answers: the mean of the two p99 would be some half a second."""
    together = sum_of([latencies([1000] * 990 + [2000] * 10), latencies([1_000_000] * 5)])
    assert together.count == 1005
    assert together.percentile(99) == pytest.approx(2000, rel=0.001)
    assert together.percentile(99.9) == pytest.approx(1_000_000, rel=0.001)
