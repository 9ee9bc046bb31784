"""What the target uses: read from its process when it runs here, or from its own metrics.

Used in a process that gevent has patched, so everything here is plain, and short: a read takes a fraction of a
millisecond for a process, one request for metrics. Nothing here raises.
"""

from typing import Protocol
from urllib.parse import urlsplit

from conformance.load.results.model import Resources
from conformance.load.watching.family import FamilyMeter
from conformance.load.watching.listeners import addresses, find_process
from conformance.load.watching.metrics import MetricsMeter
from conformance.load.watching.usage import Source, Usage, resources

PORTS = {"http": 80, "https": 443}


class Meter(Protocol):
    """Reads what the target has used up to now."""

    source: Source

    def refresh(self) -> None: ...

    def read(self) -> Usage | None: ...


class TargetWatch:
    """Watches over a phase: `begin`, then `sample` now and then, then `end`."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._usages: list[Usage] = []

    def begin(self) -> None:
        self._meter.refresh()
        begin = self._meter.read()
        self._usages = [begin] if begin else []

    def sample(self) -> None:
        if self._usages and (usage := self._meter.read()):
            self._usages.append(usage)

    def end(self) -> Resources | None:
        """None when the target could not be read at the begin and at the end, or was started anew meanwhile."""
        self._meter.refresh()
        end = self._meter.read()
        return resources(self._meter.source, [*self._usages, end]) if end else None


def watch_target(url: str, *, verify: bool = True) -> TargetWatch | None:
    """The way to watch this target; None when there is none. `verify` is whether certificates are checked."""
    meter = meter_of(url, verify=verify)
    return TargetWatch(meter) if meter else None


def meter_of(url: str, *, verify: bool = True) -> Meter | None:
    """What reads this target; None when nothing does. `verify` is whether certificates are checked."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    process = find_process(parts.port or PORTS.get(parts.scheme, 80), host) if addresses(host) else None
    if process is not None:
        return FamilyMeter(process)
    meter = MetricsMeter(url, verify)
    return meter if meter.read() else None
