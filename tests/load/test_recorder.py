"""What one process records of a phase, and what becomes of it in the result."""

import pytest
from msgspec import Raw

from conformance.load.plan import PhasePlan
from conformance.load.recording.recorder import EXAMPLE_LENGTH, PhaseRecord, Values
from conformance.load.recording.samples import LARGEST, MOST, Samples

SECOND = 1_000_000_000


def record(seconds: float | None = 2.0, role: str = "round") -> PhaseRecord:
    plan = PhasePlan(name="round 1", role=role, seconds=seconds, rate=10.0, rate_end=20.0)  # type: ignore[arg-type]
    return PhaseRecord(plan, began_ns=5 * SECOND, run_began_ns=2 * SECOND)


def test_values_are_the_same_whenever_they_are_flushed() -> None:
    at_once, in_batches = Values(), Values()
    for number in range(1, 1001):
        at_once.add(number)
        in_batches.add(number)
        if number % 7 == 0:
            in_batches.flush()
    assert at_once.latencies() == in_batches.latencies()
    told = at_once.latencies()
    assert (told.count, told.min_us, told.max_us, told.mean_us) == (1000, 1, 1000, 500.5)
    assert told.percentile(50) == 500


def test_no_values_are_told_as_none() -> None:
    told = Values().latencies()
    assert (told.count, told.min_us, told.max_us, told.mean_us) == (0, 0, 0, 0.0)
    assert told.percentile(99) is None


def test_good_and_bad_answers_are_kept_apart() -> None:
    one = record().operation("echo")
    one.succeeded(300, 100)
    one.succeeded(500, 200)
    one.went_wrong("timeout", "no answer within 1 s", 1_000_000)
    one.went_wrong("timeout", "another", 2_000_000)
    one.went_wrong("http", "HTTP 500", 70)
    one.moved(10, 20)
    one.moved(1, 2)
    told = one.operation()
    assert (told.good, told.failures, told.failed_count, told.count) == (2, {"timeout": 2, "http": 1}, 3, 5)
    assert told.examples == {"timeout": "no answer within 1 s", "http": "HTTP 500"}
    assert (told.bytes_sent, told.bytes_received) == (11, 22)
    assert (told.response.count, told.response.max_us) == (2, 500)
    assert (told.service.count, told.service.max_us) == (2, 200)
    assert (told.failed.count, told.failed.min_us) == (3, 70)
    assert told.first_event is told.largest_gap is None


def test_examples_are_short() -> None:
    one = record().operation("echo")
    one.went_wrong("http", "x" * 10_000, 1)
    one.turned_out_wrong("content", "y" * 10_000)
    assert {len(text) for text in one.operation().examples.values()} == {EXAMPLE_LENGTH}


def test_an_answer_that_turned_out_wrong_is_no_longer_good() -> None:
    one = record().operation("echo")
    one.succeeded(300, 100)
    one.turned_out_wrong("content", "breaks its schema")
    told = one.operation()
    assert (told.good, told.failures, told.count) == (0, {"content": 1}, 1)
    assert told.response.count == 1, "it was answered in that time all the same"


def test_streams_tell_of_first_events_and_gaps() -> None:
    one = record().operation("listen")
    one.streamed(50, 900)
    one.streamed(None, 700)
    told = one.operation()
    assert told.first_event is not None
    assert told.largest_gap is not None
    assert (told.first_event.count, told.largest_gap.count, told.largest_gap.max_us) == (1, 2, 900)


def test_only_work_is_in_the_total() -> None:
    one = record()
    one.operation("initialize", "setup").succeeded(10, 10)
    one.operation("echo").succeeded(20, 20)
    one.operation("read").went_wrong("http", "HTTP 500", 30)
    one.operation("session", "journey").succeeded(40, 40)
    one.operation("echo", "setup").succeeded(50, 50)
    told = one.phase()
    assert one.work_done() == (1, 1)
    assert (told.total.good, told.total.failures, told.total.response.max_us) == (1, {"http": 1}, 20)
    assert [(each.name, each.kind) for each in told.operations] == [
        ("initialize", "setup"), ("echo", "work"), ("read", "work"), ("session", "journey"), ("echo", "setup"),
    ]  # fmt: skip


def test_a_phase_tells_its_plan_and_its_times() -> None:
    one = record()
    one.ended_ns = 6 * SECOND
    one.due, one.started, one.late, one.dropped = 9, 7, 3, 2
    one.users = 4
    one.connected(1_500_000)
    one.connected(None)
    one.cut_short = True
    told = one.phase()
    assert (told.began_s, told.seconds, told.planned_s, told.complete) == (3.0, 1.0, 2.0, False)
    assert (told.rate, told.rate_end, told.users, told.measured) == (10.0, 20.0, 4, True)
    arrivals = told.arrivals
    assert (arrivals.due, arrivals.started, arrivals.late, arrivals.dropped) == (9, 7, 3, 2)
    assert (told.connections.opened, told.connections.failed, told.connections.setup.max_us) == (1, 1, 1500)
    assert told.streams is None
    assert not record(role="warm-up").phase().measured


def test_a_phase_without_a_planned_end_was_planned_as_long_as_it_took() -> None:
    one = record(seconds=None)
    one.ended_ns = 9 * SECOND
    assert (one.phase().planned_s, one.phase().seconds) == (4.0, 4.0)


def test_only_some_results_are_sampled_and_those_that_break_their_schema_fail() -> None:
    one, samples = record().operation("echo"), Samples()
    for _ in range(1000):
        one.succeeded(1, 1)
        samples.offer(one, "tools/call", Raw(b'{"content":[]}'))
    asked: list[tuple[str, bytes]] = []

    def judge(method: str, result: bytes) -> str:
        asked.append((method, result))
        return "breaks its schema"

    samples.judge(judge)
    samples.judge(judge)
    assert asked == [("tools/call", b'{"content":[]}')], "one in a quarter of a second, judged once"
    told = one.operation()
    assert (told.good, told.failures, one.sampled) == (999, {"content": 1}, 1)


def test_samples_are_few_and_small() -> None:
    one, samples = record().operation("echo"), Samples()
    for _ in range(MOST + 5):
        one.next_sample = 0.0
        samples.offer(one, "tools/call", Raw(b"{}"))
    other = record().operation("read")
    samples.offer(other, "tools/call", Raw(b'"' + b"x" * LARGEST + b'"'))
    samples.offer(record().operation("raw"), "", Raw(b"{}"))
    count = 0

    def judge(method: str, result: bytes) -> None:
        nonlocal count
        count += 1

    samples.judge(judge)
    assert count == one.sampled == MOST
    assert other.sampled == 0


@pytest.mark.parametrize("microseconds", [-5, 0, 10**12])
def test_values_out_of_range_are_counted(microseconds: int) -> None:
    values = Values()
    values.add(microseconds)
    assert values.latencies().count == 1
