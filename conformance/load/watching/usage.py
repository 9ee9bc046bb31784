"""Processor time and memory at one moment, and what they come to over a phase."""

from dataclasses import dataclass
from typing import Literal

from conformance.load.results.model import Resources

Source = Literal["process", "metrics"]


@dataclass(frozen=True, slots=True)
class Usage:
    """`at` is in seconds of the monotonic clock, `cpu` in seconds since some begin. The begin itself, where it is
    known, tells one life of the server from the next."""

    at: float
    cpu: float
    rss: int
    began: float | None = None


def resources(source: Source, usages: list[Usage]) -> Resources | None:
    """What was used between the first and the last; None when they are not of one and the same server."""
    if len(usages) < 2:
        return None
    first, last = usages[0], usages[-1]
    seconds, cpu = last.at - first.at, last.cpu - first.cpu
    if seconds <= 0 or cpu < 0 or len({one.began for one in usages}) > 1:
        return None
    return Resources(
        source=source,
        cpu=cpu / seconds,
        rss_begin_bytes=first.rss,
        rss_end_bytes=last.rss,
        rss_peak_bytes=max(one.rss for one in usages),
    )
