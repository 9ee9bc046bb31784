"""Greenlets wake at their moments, in their order, and not before."""

import random
from time import perf_counter_ns as now_ns

import gevent
import pytest
from gevent.event import Event

from conformance.load.engine.alarm import Alarm, PlainAlarm, new_alarm

MS = 1_000_000
Any = Alarm | PlainAlarm


@pytest.fixture(params=[new_alarm, PlainAlarm])
def alarm(request: pytest.FixtureRequest):  # type: ignore[no-untyped-def]
    made = request.param()
    yield made
    made.close()


def test_nobody_wakes_before_the_moment(alarm: Any) -> None:
    begin = now_ns()
    offsets = [random.Random(1).randrange(-MS, 20 * MS) for _ in range(200)]
    woken: list[int] = []

    def wait(at: int) -> None:
        alarm.wait_until(at)
        woken.append(now_ns() - at)

    gevent.joinall([gevent.spawn(wait, begin + offset) for offset in offsets], timeout=10, raise_error=True)
    assert len(woken) == len(offsets)
    rounding = 0 if isinstance(alarm, Alarm) else MS
    assert min(woken) >= -rounding


def test_who_is_due_first_wakes_first(alarm: Any) -> None:
    """Whatever the order in which they began to wait: each new one may be earlier than all before it. The first moment
    is far enough away for all of them to wait by then."""
    begin = now_ns() + 300 * MS
    order: list[int] = []

    def wait(place: int) -> None:
        alarm.wait_until(begin + place * 2 * MS)
        order.append(place)

    places = [3, 9, 1, 7, 0, 8, 2, 6, 4, 5]
    gevent.joinall([gevent.spawn(wait, place) for place in places], timeout=10, raise_error=True)
    assert order == sorted(places)


def test_a_moment_that_has_passed_is_not_waited_for(alarm: Any) -> None:
    others = Event()
    gevent.spawn(others.set)
    alarm.wait_until(now_ns() - 1)
    alarm.wait_until(0)
    assert not others.is_set(), "others got their turn, so it has waited"


def test_who_is_woken_may_wait_again(alarm: Any) -> None:
    seen: list[int] = []

    def beat() -> None:
        at = now_ns()
        for number in range(5):
            at += MS
            alarm.wait_until(at)
            seen.append(number)

    gevent.joinall([gevent.spawn(beat), gevent.spawn(beat)], timeout=10, raise_error=True)
    assert sorted(seen) == sorted([*range(5), *range(5)])


def test_who_has_gone_keeps_nobody_asleep(alarm: Any) -> None:
    """A user that is stopped while it waits must not take those after it along."""
    at = now_ns() + 10 * MS
    gone = gevent.spawn(alarm.wait_until, at)
    stays = gevent.spawn(alarm.wait_until, at + MS)
    gevent.sleep(0)
    gone.kill()
    stays.get(timeout=10)
    assert now_ns() >= at


def test_an_error_of_one_keeps_nobody_asleep(alarm: Any, capsys: pytest.CaptureFixture[str]) -> None:
    at = now_ns() + 5 * MS

    def fail() -> None:
        alarm.wait_until(at)
        raise ValueError("as it goes")

    failing, stays = gevent.spawn(fail), gevent.spawn(alarm.wait_until, at + 1)
    stays.get(timeout=10)
    gevent.joinall([failing], timeout=10)
    assert isinstance(failing.exception, ValueError)
    assert "as it goes" in capsys.readouterr().err
