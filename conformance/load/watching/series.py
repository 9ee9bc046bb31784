"""Watches the target from beside the generator, so that looking costs it nothing, and tells what each phase used."""

import threading
from bisect import bisect_left, bisect_right
from time import perf_counter_ns
from types import TracebackType

from conformance.load.results.model import Resources
from conformance.load.watching.target import Meter
from conformance.load.watching.usage import Usage, resources

EVERY_S = 0.5
REFRESH_EVERY = 10
"""Reads after which a meter looks for new processes of the target."""


class Series:
    """A context manager that reads a meter, if there is one, in a thread of its own."""

    def __init__(self, meter: Meter | None, every_s: float = EVERY_S) -> None:
        self._meter = meter
        self._every_s = every_s
        self._readings = threading.Condition()
        self._usages: list[tuple[int, Usage]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> "Series":
        if self._meter is not None:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._meter is not None:
            self._thread.join(5)

    def between(self, began_ns: int, ended_ns: int) -> Resources | None:
        """What was used between two moments of the monotonic clock: from the last reading before to the first after."""
        if self._meter is None:
            return None
        with self._readings:
            readings = list(self._usages)
        moments = [at for at, _ in readings]
        first = max(0, bisect_right(moments, began_ns) - 1)
        last = bisect_left(moments, ended_ns)
        return resources(self._meter.source, [usage for _, usage in readings[first : last + 1]])

    def await_more(self, count: int, timeout: float = 10.0) -> bool:
        """Whether that many further readings came within that many seconds."""
        with self._readings:
            wanted = len(self._usages) + count
            return self._readings.wait_for(lambda: len(self._usages) >= wanted, timeout)

    def _read(self) -> None:
        assert self._meter is not None
        count = 0
        while not self._over.is_set():
            if count % REFRESH_EVERY == 0:
                self._meter.refresh()
            count += 1
            usage = self._meter.read()
            if usage is not None:
                with self._readings:
                    self._usages.append((perf_counter_ns(), usage))
                    self._readings.notify_all()
            self._over.wait(self._every_s)
