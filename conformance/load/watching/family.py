"""What a process and those that it began use together."""

from time import monotonic

import psutil

from conformance.load.watching.listeners import family
from conformance.load.watching.usage import Source, Usage


class FamilyMeter:
    """Children are looked for at the begin and by `refresh`, as that takes long; processor time of those that have
    ended meanwhile stays counted."""

    source: Source = "process"

    def __init__(self, root: psutil.Process) -> None:
        self._root = root
        self._cpu: dict[psutil.Process, float] = {}
        self.refresh()

    def refresh(self) -> None:
        for process in family(self._root):
            self._cpu.setdefault(process, 0.0)

    def read(self) -> Usage | None:
        """None when the process is not there any more, or may not be looked at."""
        rss = sum(self._read(process) for process in self._cpu)
        if not rss:
            return None
        return Usage(monotonic(), sum(self._cpu.values()), rss)

    def _read(self, process: psutil.Process) -> int:
        """Resident bytes, 0 when it has ended."""
        try:
            with process.oneshot():
                times = process.cpu_times()
                rss: int = process.memory_info().rss
        except (psutil.Error, OSError):
            return 0
        self._cpu[process] = times.user + times.system
        return rss
