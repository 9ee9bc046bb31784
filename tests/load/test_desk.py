"""The desk gives each arrival to one user, in order, and counts those that nobody took in time."""

from collections.abc import Iterator
from time import perf_counter_ns as now_ns

import gevent
import pytest
from gevent.event import Event
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.load.desk import Desk, Stage, Turn
from conformance.load.engine.alarm import PlainAlarm, new_alarm
from conformance.load.plan import PhasePlan
from conformance.load.recording.recorder import PhaseRecord

MS = 1_000_000
PATIENCE = 10.0


@pytest.fixture
def desk() -> Iterator[Desk]:
    alarm = new_alarm()
    yield Desk(alarm, patience=PATIENCE)
    alarm.close()


def stage(
    *offsets_ms: float, seconds: float | None = 0.05, ago_ms: float = 0, name: str = "round 1", open_loop: bool = True
) -> Stage:
    """A phase that began `ago_ms` ago, or will begin, with arrivals at these moments."""
    plan = PhasePlan(name=name, role="round", seconds=seconds, rate=100.0 if open_loop else None)
    begin = now_ns() - int(ago_ms * MS)
    record = PhaseRecord(plan, begin, begin)
    return Stage(record, iter([int(offset * MS) for offset in offsets_ms]) if open_loop else None)


class Users:
    """Users that take turns until they are told to leave; each holds a turn for `busy_ms`."""

    def __init__(self, desk: Desk, count: int, busy_ms: float = 0) -> None:
        self.desk, self.busy_s = desk, busy_ms / 1000
        self.turns: list[Turn] = []
        self.taken_ns: list[int] = []
        self._greenlets = [gevent.spawn(self._work) for _ in range(count)]

    def _work(self) -> None:
        while True:
            turn = self.desk.take()
            self.turns.append(turn)
            self.taken_ns.append(now_ns())
            if self.busy_s:
                gevent.sleep(self.busy_s)
            self.desk.give_back(turn)

    def leave(self) -> None:
        gevent.killall(self._greenlets)


def after_all(desk: Desk, users: Users, after_ms: float = 40) -> None:
    """Until the users have come to an arrival that is due after all others. It is not among their turns."""
    last = stage(after_ms, name="last", seconds=PATIENCE)
    desk.open(last)
    with gevent.Timeout(PATIENCE):
        while not last.record.due:
            gevent.sleep(0.001)
    users.leave()
    users.turns[:] = [turn for turn in users.turns if turn.record is not last.record]


def counts(one: Stage) -> tuple[int, int, int, int]:
    record = one.record
    return record.due, record.started, record.late, record.dropped


def test_arrivals_are_taken_in_order_and_not_before_their_moment(desk: Desk) -> None:
    one = stage(2, 4, 6, 8, 10, 12, ago_ms=-60)
    desk.open(one)
    users = Users(desk, 3)
    after_all(desk, users, 120)
    assert [turn.began_ns - one.begin_ns for turn in users.turns] == [
        2 * MS,
        4 * MS,
        6 * MS,
        8 * MS,
        10 * MS,
        12 * MS,
    ]
    assert all(taken >= turn.began_ns for turn, taken in zip(users.turns, users.taken_ns, strict=False))
    assert counts(one) == (6, 6, 0, 0)
    assert one.record.lag.latencies().count == 6
    assert one.record.in_flight == 0


def test_an_arrival_that_waited_for_a_user_counts_from_its_intended_start(desk: Desk) -> None:
    one = stage(0, 10, 20, seconds=PATIENCE, ago_ms=50)
    desk.open(one)
    users = Users(desk, 1)
    after_all(desk, users)
    assert counts(one) == (3, 3, 3, 0)
    assert [turn.began_ns - one.begin_ns for turn in users.turns[:3]] == [0, 10 * MS, 20 * MS]
    assert one.record.lag.latencies().count == 0, "lag is of users that were free"


def test_only_the_first_request_of_a_turn_counts_from_the_intended_start(desk: Desk) -> None:
    one = stage(0, seconds=PATIENCE, ago_ms=50)
    desk.open(one)
    turn = desk.take()
    assert turn.take_begin() == one.begin_ns
    before = now_ns()
    assert turn.take_begin() >= before


def test_an_arrival_that_waited_too_long_is_dropped() -> None:
    desk = Desk(PlainAlarm(), patience=0.02)
    one = stage(0, 10, 90, seconds=PATIENCE, ago_ms=100)
    desk.open(one)
    users = Users(desk, 2)
    after_all(desk, users)
    assert counts(one) == (3, 1, 1, 2)
    assert users.turns[0].began_ns == one.begin_ns + 90 * MS


def test_nothing_is_started_after_the_end_of_its_phase(desk: Desk) -> None:
    over, following = stage(0, 10, 20, 30, seconds=0.05, ago_ms=60), stage(0, 1, name="round 2", ago_ms=-60)
    desk.open(over)
    desk.open(following)
    users = Users(desk, 2)
    after_all(desk, users, 120)
    assert counts(over) == (4, 0, 0, 4)
    assert counts(following) == (2, 2, 0, 0)


def test_a_stop_ends_what_is_on_and_what_would_come(desk: Desk) -> None:
    """One arrival is overdue, as all users are busy; others are awaited, and were never due."""
    begun = stage(0, 1, 10_000, 20_000, seconds=60, ago_ms=50)
    coming = stage(0, 1, name="round 2", ago_ms=-60_000)
    desk.open(begun)
    desk.open(coming)
    released: list[str] = []
    desk.when_stopped(lambda: released.append("holds a stream"))
    gone = lambda: released.append("gone")  # noqa: E731
    desk.when_stopped(gone)
    desk.no_longer(gone)
    held = desk.take()
    desk.stop()
    users = Users(desk, 2)
    after_all(desk, users)
    desk.give_back(held)
    assert counts(begun) == (2, 1, 1, 1)
    assert counts(coming) == (0, 0, 0, 0)
    assert users.turns == []
    assert released == ["holds a stream"]


def test_a_user_that_awaits_an_arrival_starts_nothing_after_a_stop(desk: Desk) -> None:
    one = stage(5, 6, 7, seconds=60)
    desk.open(one)
    users = Users(desk, 2)
    gevent.sleep(0)
    desk.stop()
    after_all(desk, users)
    assert counts(one) == (0, 0, 0, 0)
    assert users.turns == []


def test_a_user_that_a_stop_kept_from_waking_starts_nothing(desk: Desk) -> None:
    """Locust keeps its process busy for a while before it tells that it stops."""
    one = stage(5, 6, 60_000, seconds=600)
    desk.open(one)
    users = Users(desk, 2)
    gevent.sleep(0)
    while now_ns() < one.begin_ns + 8 * MS:
        pass
    desk.stop()
    after_all(desk, users)
    assert users.turns == []
    assert counts(one) == (2, 0, 0, 2)


def test_a_closed_loop_starts_anew_until_the_end(desk: Desk) -> None:
    one = stage(seconds=0.05, ago_ms=-5, open_loop=False)
    desk.open(one)
    users = Users(desk, 3, busy_ms=5)
    after_all(desk, users)
    due, started, late, dropped = counts(one)
    assert due == started == len(users.turns) > 3
    assert (late, dropped) == (0, 0)
    assert all(one.begin_ns <= turn.began_ns < one.end_ns for turn in users.turns)


def test_a_phase_without_an_end_lasts_until_it_is_stopped(desk: Desk) -> None:
    one = stage(seconds=None, open_loop=False)
    desk.open(one)
    users = Users(desk, 1, busy_ms=1)
    with gevent.Timeout(PATIENCE):
        while one.record.started < 5:
            gevent.sleep(0.001)
    desk.stop()
    after_all(desk, users)
    assert one.record.due == one.record.started == len(users.turns)


def test_without_a_phase_users_wait(desk: Desk) -> None:
    users = Users(desk, 2)
    idle = Event()
    gevent.spawn(idle.set)
    assert idle.wait(PATIENCE)
    assert users.turns == []
    desk.open(stage(0, 0, seconds=PATIENCE))
    after_all(desk, users)
    assert len(users.turns) == 2


@settings(max_examples=15, deadline=None)
@given(
    offsets=st.lists(st.integers(-30, 12), min_size=1, max_size=30),
    users=st.integers(1, 4),
    busy=st.sampled_from([0, 1, 4]),
    patience=st.sampled_from([0.001, 0.01, PATIENCE]),
    seconds=st.sampled_from([0.005, 0.03]),
)
def test_each_arrival_is_started_or_dropped(
    offsets: list[int], users: int, busy: int, patience: float, seconds: float
) -> None:
    """Nothing is lost and nothing is started twice, however few users there are."""
    alarm = new_alarm()
    desk = Desk(alarm, patience)
    one = stage(*sorted(max(0, offset) for offset in offsets), seconds=seconds)
    due = sum(max(0, offset) * MS < seconds * 1e9 for offset in offsets)
    desk.open(one)
    working = Users(desk, users, busy)
    after_all(desk, working)
    alarm.close()
    assert one.record.due == due
    assert one.record.started + one.record.dropped == due
    assert one.record.started == len(working.turns)
    assert one.record.late <= one.record.started
