"""An event loop whose timers are exact to some microseconds.

The loop of the standard library rounds each wait up to whole milliseconds, as `epoll_wait` does. This one waits for a
timer of the kernel that goes off a little early, and spins for the rest.
"""

import asyncio
import ctypes
import os
import selectors
from time import monotonic

EARLY = 100e-6
"""Seconds to spin before a timer is due: longer than it takes a sleeping process to run again."""

_libc = ctypes.CDLL(None, use_errno=True)

Events = list[tuple[selectors.SelectorKey, int]]


class _Interval(ctypes.Structure):
    _fields_ = (
        ("again_s", ctypes.c_long),
        ("again_ns", ctypes.c_long),
        ("first_s", ctypes.c_long),
        ("first_ns", ctypes.c_long),
    )


class PreciseSelector(selectors.EpollSelector):
    """Waits by a `timerfd`, Linux only."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = _libc.timerfd_create(1, os.O_NONBLOCK | os.O_CLOEXEC)
        if self._timer < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create failed")
        self._interval = _Interval()
        self.register(self._timer, selectors.EVENT_READ)

    def select(self, timeout: float | None = None) -> Events:
        if timeout is None or timeout <= 0:
            return self._select(timeout)
        if timeout <= EARLY:
            return self._spin(monotonic() + timeout)
        self._arm(timeout - EARLY)
        return self._select(None)

    def close(self) -> None:
        super().close()
        os.close(self._timer)

    def _spin(self, until: float) -> Events:
        while monotonic() < until:
            if events := self._select(0):
                return events
        return []

    def _arm(self, seconds: float) -> None:
        whole = int(seconds)
        self._interval.first_s = whole
        self._interval.first_ns = max(1, int((seconds - whole) * 1e9))
        _libc.timerfd_settime(self._timer, 0, ctypes.byref(self._interval), None)

    def _select(self, timeout: float | None) -> Events:
        events = super().select(timeout)
        for index, (key, _) in enumerate(events):
            if key.fd == self._timer:
                os.read(self._timer, 8)
                del events[index]
                break
        return events


def precise_loop() -> asyncio.SelectorEventLoop:
    return asyncio.SelectorEventLoop(PreciseSelector())
