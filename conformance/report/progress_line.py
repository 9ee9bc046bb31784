"""How far a run is, in a line."""

from collections.abc import Sequence
from dataclasses import dataclass

from conformance.report.text import printable

SURE_AFTER = 10
"""Checks after which an end is estimated, and the seconds that they have to have taken."""
SURE_SECONDS = 3.0
NAME = 48


@dataclass(frozen=True, slots=True)
class Wait:
    """Something that is waited for until `until`, in seconds since 1970."""

    until: float
    why: str


@dataclass(frozen=True, slots=True)
class Progress:
    """`running` are node ids, `seconds` is the time since the first check."""

    done: int
    total: int
    failing: int
    running: Sequence[str]
    waits: Sequence[Wait]
    seconds: float


def progress_line(progress: Progress, now: float) -> str:
    """Text of printable characters; `now` in seconds since 1970."""
    parts = [
        f"{progress.done}/{progress.total} judged",
        f"{progress.failing} failing" if progress.failing else "",
        _left(progress, now),
        *_waits(progress.waits, now),
        _running(progress.running),
    ]
    return " · ".join(part for part in parts if part)


def estimated_end(progress: Progress, now: float) -> float | None:
    """Seconds that the rest will take at the pace so far, or None while that would be a guess."""
    if progress.done < SURE_AFTER or progress.seconds < SURE_SECONDS or progress.total <= progress.done:
        return None
    waiting = max((wait.until - now for wait in progress.waits), default=0.0)
    return max(0.0, waiting) + progress.seconds / progress.done * (progress.total - progress.done)


def duration(seconds: float) -> str:
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 100 * 60 else f"{seconds / 3600:.1f} h"


def _left(progress: Progress, now: float) -> str:
    left = estimated_end(progress, now)
    return "" if left is None else f"about {duration(left)} left"


def _waits(waits: Sequence[Wait], now: float) -> list[str]:
    """Each reason once, with the longest wait for it."""
    longest: dict[str, float] = {}
    for wait in waits:
        if wait.until > now:
            longest[wait.why] = max(wait.until - now, longest.get(wait.why, 0.0))
    return [f"waiting {duration(seconds)}: {printable(why)}" for why, seconds in longest.items()]


def _running(nodeids: Sequence[str]) -> str:
    if not nodeids:
        return ""
    first = clipped_name(nodeids[0])
    return first if len(nodeids) == 1 else f"{first} and {len(nodeids) - 1} more"


def clipped_name(nodeid: str) -> str:
    """The name of a check without its file; a tool's name in it may be long, and may be anything."""
    name = printable(nodeid.partition("::")[2] or nodeid)
    return name if len(name) <= NAME else f"{name[: NAME - 1]}…"
