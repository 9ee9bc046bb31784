"""What the target uses: read from its process when it runs here, or from its own metrics. Nothing here raises."""

from typing import Protocol
from urllib.parse import urlsplit

from conformance.load.watching.family import FamilyMeter
from conformance.load.watching.listeners import addresses, find_process
from conformance.load.watching.metrics import MetricsMeter
from conformance.load.watching.usage import Source, Usage

PORTS = {"http": 80, "https": 443}


class Meter(Protocol):
    """Reads what the target has used up to now."""

    source: Source

    def refresh(self) -> None: ...

    def read(self) -> Usage | None: ...


def meter_of(url: str, *, verify: bool = True) -> Meter | None:
    """What reads this target; None when nothing does. `verify` is whether certificates are checked."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    process = find_process(parts.port or PORTS.get(parts.scheme, 80), host) if addresses(host) else None
    if process is not None:
        return FamilyMeter(process)
    meter = MetricsMeter(url, verify)
    return meter if meter.read() else None
