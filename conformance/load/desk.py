"""Where users get their work: the arrivals of the phase that is on, one after the other.

Open loop: each arrival has an intended start, and users take arrivals in their order. A user that is free early waits;
an arrival that finds no free user starts late, and its response time counts from the intended start all the same.
"""

from collections import deque
from collections.abc import Callable, Iterator
from time import perf_counter_ns as now_ns

from gevent.event import Event

from conformance.load.engine.alarm import Alarm, PlainAlarm
from conformance.load.recording.recorder import PhaseRecord

LATE_NS = 1_000_000
"""An arrival that waited less than this for a user is not called late."""
FOREVER_NS = 1 << 62


class Turn:
    """One arrival. `began_ns` is where the response time of its first request counts from, `end_ns` the planned end of
    its phase."""

    __slots__ = ("began_ns", "end_ns", "record")

    def __init__(self, record: PhaseRecord, began_ns: int, end_ns: int) -> None:
        self.record = record
        self.began_ns = began_ns
        self.end_ns = end_ns

    def take_begin(self) -> int:
        """The intended start for the first request of the turn, the present for those after it."""
        began, self.began_ns = self.began_ns, 0
        return began or now_ns()


class Stage:
    """A phase with its schedule, as nanoseconds from its begin; without one the loop is closed."""

    __slots__ = ("begin_ns", "end_ns", "record", "schedule", "stopped")

    def __init__(self, record: PhaseRecord, schedule: Iterator[int] | None) -> None:
        self.record = record
        self.begin_ns = record.began_ns
        seconds = record.plan.seconds
        self.end_ns = FOREVER_NS if seconds is None else self.begin_ns + int(seconds * 1e9)
        self.schedule = schedule
        self.stopped = False


class Desk:
    """`patience` is how many seconds an arrival may wait for a user before it is dropped."""

    def __init__(self, alarm: Alarm | PlainAlarm, patience: float) -> None:
        self._alarm = alarm
        self._patience_ns = int(patience * 1e9)
        self._stages: deque[Stage] = deque()
        self._changed = Event()
        self._to_release: set[Callable[[], None]] = set()

    def open(self, stage: Stage) -> None:
        """Stages are worked on in the order in which they were opened."""
        self._stages.append(stage)
        self._changed.set()

    def stop(self) -> None:
        """No more work; who holds a stream lets go of it."""
        now = now_ns()
        while self._stages:
            stage = self._stages.popleft()
            stage.end_ns = min(stage.end_ns, now)
            stage.stopped = True
            _drop_rest(stage)
        for release in list(self._to_release):
            release()

    def when_stopped(self, release: Callable[[], None]) -> None:
        self._to_release.add(release)

    def no_longer(self, release: Callable[[], None]) -> None:
        self._to_release.discard(release)

    def wait_until(self, at_ns: int) -> None:
        self._alarm.wait_until(at_ns)

    def take(self) -> Turn:
        """The next arrival, once it is due. Give the turn back."""
        while True:
            if not self._stages:
                self._changed.clear()
                self._changed.wait()
                continue
            stage = self._stages[0]
            turn = self._scheduled(stage) if stage.schedule is not None else self._at_once(stage)
            if turn is not None:
                turn.record.started += 1
                turn.record.in_flight += 1
                return turn

    def give_back(self, turn: Turn) -> None:
        turn.record.in_flight -= 1

    def _at_once(self, stage: Stage) -> Turn | None:
        """A closed loop: a user that is free starts."""
        self._alarm.wait_until(stage.begin_ns)
        now = now_ns()
        if now >= stage.end_ns:
            self._leave(stage)
            return None
        stage.record.due += 1
        return Turn(stage.record, now, stage.end_ns)

    def _scheduled(self, stage: Stage) -> Turn | None:
        offset = next(stage.schedule, None) if stage.schedule is not None else None
        if offset is None:
            self._leave(stage)
            return None
        at, now, record = stage.begin_ns + offset, now_ns(), stage.record
        if at > now:
            self._alarm.wait_until(at)
            if at >= stage.end_ns:
                return None
            record.due += 1
            if stage.stopped:  # who stopped it kept this user from waking in time
                record.dropped += 1
                return None
            record.lag.add((now_ns() - at) // 1000)
            return Turn(record, at, stage.end_ns)
        if at >= stage.end_ns:
            return None
        record.due += 1
        if now >= stage.end_ns:
            record.dropped += 1
            _drop_rest(stage)
            self._leave(stage)
            return None
        if now - at > self._patience_ns:
            record.dropped += 1
            return None
        record.late += now - at > LATE_NS
        return Turn(record, at, stage.end_ns)

    def _leave(self, stage: Stage) -> None:
        if self._stages and self._stages[0] is stage:
            self._stages.popleft()


def _drop_rest(stage: Stage) -> None:
    """Arrivals that were due before the end, and that nobody started."""
    for offset in stage.schedule or ():
        if stage.begin_ns + offset >= stage.end_ns:
            return
        stage.record.due += 1
        stage.record.dropped += 1
