"""How busy this process of the generator is, and what it runs on."""

import platform
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from time import perf_counter, process_time

import psutil

from conformance.load.results.model import Machine, Process


class OwnWatch:
    """Watches the process that it is made in, all its threads together."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self._began = perf_counter(), process_time()

    def end(self) -> Process:
        """The share of one core since `begin`, and the peak of memory since the process began."""
        wall, cpu = perf_counter() - self._began[0], process_time() - self._began[1]
        return Process(cpu=cpu / wall if wall > 0 else 0.0, rss_bytes=peak_rss())


def peak_rss() -> int:
    """Bytes. The kernel's own counter is per program, while `getrusage` inherits that of the parent at its start."""
    memory = psutil.Process().memory_info()
    peak: int = getattr(memory, "peak_wset", 0) or _status("VmHWM") * 1024 or _maxrss()
    return max(peak, memory.rss)


def machine() -> Machine:
    return Machine(
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        python=f"{platform.python_implementation()} {platform.python_version()}",
        cpu=_cpu() or platform.processor() or platform.machine(),
        cores=psutil.cpu_count() or 1,
        memory_bytes=psutil.virtual_memory().total,
    )


def _status(name: str) -> int:
    """A number from `/proc/self/status`; 0 where there is none."""
    with suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1])
    return 0


def _maxrss() -> int:
    with suppress(ImportError):  # not on Windows
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
    return 0


def _cpu() -> str:
    with suppress(OSError):
        if sys.platform == "darwin":
            command = ["sysctl", "-n", "machdep.cpu.brand_string"]
            return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return ""
