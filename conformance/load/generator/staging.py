"""Runs the phases of a programme in one process: opens them at the desk, watches, and hands in what was recorded."""

from collections.abc import Callable, Sequence
from time import perf_counter_ns as now_ns

import gevent
from gevent.event import Event

from conformance.load.arrivals import starts
from conformance.load.desk import Desk, Stage
from conformance.load.engine.alarm import Alarm, PlainAlarm
from conformance.load.generator.locust_stats import tell
from conformance.load.plan import PhasePlan, Share
from conformance.load.recording.recorder import PhaseRecord
from conformance.load.watching.own import OwnWatch

LEAD_NS = 50_000_000
"""Time between the decision to begin and the begin, so that no arrival is late already."""
TICK_S = 0.05
LET_IN_S = 1.0
"""How much longer than a request may take answers are waited for after the end of a phase."""

HandIn = Callable[[int, PhaseRecord], None]
"""Is given the number of a phase and what was recorded of it, once that is complete."""


class Staging:
    """`timeout` is how many seconds a request may take."""

    def __init__(self, desk: Desk, alarm: Alarm | PlainAlarm, timeout: float) -> None:
        self.run_began_ns = now_ns()
        self._desk = desk
        self._alarm = alarm
        self._timeout = timeout
        self._stopped = Event()
        self._current: PhaseRecord | None = None
        self._open: list[PhaseRecord] = []
        gevent.spawn(self._tick)

    def play(self, plans: Sequence[PhasePlan], share: Share, users: Callable[[], int], hand_in: HandIn) -> None:
        """All phases, one right after the other. Returns when everything was handed in."""
        begin = now_ns() + LEAD_NS
        records = []
        for plan in plans:
            record = PhaseRecord(plan, begin, self.run_began_ns)
            self._desk.open(Stage(record, starts(plan, share) if plan.rate is not None else None))
            records.append(record)
            begin += int((plan.seconds or 0) * 1e9)
        ends = [gevent.spawn(self._watch, *numbered, users, hand_in) for numbered in enumerate(records)]
        gevent.joinall(ends, raise_error=True)

    def progress(self) -> tuple[PhaseRecord, float] | None:
        """The phase that is on, and the seconds since its begin."""
        return (self._current, (now_ns() - self._current.began_ns) / 1e9) if self._open and self._current else None

    def again(self) -> None:
        """After a stop, make ready for more."""
        self._stopped.clear()

    def stop(self) -> None:
        """End the phase that is on now, and begin no other."""
        self._stopped.set()
        self._desk.stop()

    def _watch(self, number: int, record: PhaseRecord, users: Callable[[], int], hand_in: HandIn) -> None:
        self._wait(record.began_ns)
        if self._stopped.is_set() and now_ns() < record.began_ns:
            return
        self._current = record
        self._open.append(record)
        own = OwnWatch()
        seconds = record.plan.seconds
        end = None if seconds is None else record.began_ns + int(seconds * 1e9)
        self._wait(end)
        record.ended_ns = min(now_ns(), end) if end is not None else now_ns()
        record.cut_short = self._stopped.is_set() and (end is None or now_ns() < end) and seconds is not None
        record.users = users()
        record.process = own.end()
        self._let_in(record)
        tell(record)
        self._open.remove(record)
        hand_in(number, record)

    def _wait(self, until_ns: int | None) -> None:
        """Until that moment, or the stop of the run."""
        self._stopped.wait(None if until_ns is None else max(0.0, (until_ns - now_ns()) / 1e9))

    def _let_in(self, record: PhaseRecord) -> None:
        """Answers to what was started come in for as long as a request may take."""
        deadline = now_ns() + int((self._timeout + LET_IN_S) * 1e9)
        while record.in_flight and now_ns() < deadline:
            gevent.sleep(0.01)

    def _tick(self) -> None:
        """How late a timer comes tells how busy the loop is. Values go into histograms in batches."""
        last_told = now_ns()
        while True:
            due = now_ns() + int(TICK_S * 1e9)
            gevent.sleep(TICK_S)
            if self._current is not None:
                self._current.loop.add(max(0, now_ns() - due) // 1000)
            for record in self._open:
                record.flush()
            if now_ns() - last_told > 500_000_000:
                last_told = now_ns()
                for record in self._open:
                    tell(record)
