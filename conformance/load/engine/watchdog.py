"""Deadlines of all requests of a process: one greenlet looks after them, as a timer for each would cost more."""

from collections.abc import Callable
from functools import cache
from time import perf_counter_ns as now_ns

import gevent

TICK_S = 0.02
"""So much later than its deadline a request may be given up."""


class Watchdog:
    def __init__(self) -> None:
        self._deadlines: dict[Callable[[], None], int] = {}
        gevent.spawn(self._look)

    def watch(self, expire: Callable[[], None], deadline_ns: int) -> None:
        """Call `expire` once that moment has passed, unless it is released before."""
        self._deadlines[expire] = deadline_ns

    def release(self, expire: Callable[[], None]) -> None:
        self._deadlines.pop(expire, None)

    def _look(self) -> None:
        while True:
            gevent.sleep(TICK_S)
            now = now_ns()
            for expire in [one for one, deadline in self._deadlines.items() if deadline <= now]:
                self.release(expire)
                expire()


@cache
def watchdog() -> Watchdog:
    """The one of this process."""
    return Watchdog()
