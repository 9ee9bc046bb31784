"""Wakes greenlets at moments of the monotonic clock, to some ten microseconds.

The event loop's own timers are rounded up to milliseconds, which would be added to every latency that is counted from
an intended start. Where the system has timer file descriptors (Linux), one of them is watched instead.
"""

import ctypes
import os
import sys
from heapq import heappop, heappush
from itertools import count
from time import perf_counter_ns as now_ns
from typing import Any

import gevent
from gevent.hub import Waiter

NS = 1_000_000_000
_MONOTONIC = 1
_ABSOLUTE = 1


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Timer(ctypes.Structure):
    _fields_ = (("interval", _Timespec), ("value", _Timespec))


class Alarm:
    """One for all greenlets of a process."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, int, Any]] = []
        self._numbers = count()
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._file = self._libc.timerfd_create(_MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC)
        if self._file < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._hub = gevent.get_hub()
        self._watcher = self._hub.loop.io(self._file, 1)
        self._watcher.start(self._ring)

    def wait_until(self, at_ns: int) -> None:
        """Until that moment of `time.perf_counter_ns`; returns at once if it has passed."""
        if at_ns <= now_ns():
            return
        waiter: Any = Waiter(self._hub)
        first = not self._waiting or at_ns < self._waiting[0][0]
        heappush(self._waiting, (at_ns, next(self._numbers), waiter))
        if first:
            self._set(at_ns)
        waiter.get()

    def close(self) -> None:
        self._watcher.stop()
        self._watcher.close()
        os.close(self._file)

    def _ring(self) -> None:
        try:
            os.read(self._file, 8)
        except BlockingIOError:
            return
        while self._waiting and self._waiting[0][0] <= now_ns():
            heappop(self._waiting)[2].switch(None)
        if self._waiting:
            self._set(self._waiting[0][0])

    def _set(self, at_ns: int) -> None:
        seconds, nanoseconds = divmod(at_ns, NS)
        timer = _Timer(_Timespec(0, 0), _Timespec(seconds, nanoseconds))
        self._libc.timerfd_settime(self._file, _ABSOLUTE, ctypes.byref(timer), None)


class PlainAlarm:
    """The same by the timers of the event loop, rounded up to milliseconds."""

    def wait_until(self, at_ns: int) -> None:
        left = (at_ns - now_ns()) / NS
        if left > 0:
            gevent.sleep(left)

    def close(self) -> None:
        return None


def new_alarm() -> Alarm | PlainAlarm:
    return Alarm() if sys.platform == "linux" else PlainAlarm()
