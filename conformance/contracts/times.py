"""Timestamps and durations in documents, as numbers of seconds.

What was parsed is remembered, as the lines of one rotation repeat it. Longer texts are none, so that the memory
for it is bounded.
"""

import math
import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

TIMESTAMP: Final = (
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$"
)
"""RFC 3339, with an offset: a time without one says nothing."""
UTC_TIMESTAMP: Final = TIMESTAMP.replace("[+-][0-9]{2}:[0-9]{2}", "[+-]00:00")
DURATION: Final = (
    "^P(?=[0-9T])([0-9]+D)?(T(?=[0-9])([0-9]+H)?([0-9]+M)?([0-9]+(\\.[0-9]+)?S)?)?$"
)
"""ISO 8601 of days, hours, minutes and seconds; months and years have no fixed length."""

_TIMESTAMP = re.compile(TIMESTAMP)
_UTC = re.compile(UTC_TIMESTAMP)
_DURATION = re.compile(DURATION)
_LONGEST: Final = 64
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(text: object) -> float | None:
    """Seconds since 1970 of a timestamp; None if it is none, or no day of the calendar."""
    return _instant(text) if isinstance(text, str) and len(text) <= _LONGEST else None


def is_utc(text: str) -> bool:
    """Whether a timestamp says UTC, as `Z` or as a zero offset."""
    return text[-1:] == "Z" or _UTC.fullmatch(text) is not None


def length(text: object) -> float | None:
    """Seconds of a duration; None if it is none."""
    return _length(text) if isinstance(text, str) and len(text) <= _LONGEST else None


def compact(seconds: float) -> str:
    """The instant as `YYYYMMDDTHHMMSSZ`, cut to the second."""
    return iso(math.floor(seconds)).replace("-", "").replace(":", "")


@lru_cache(256)
def iso(seconds: float) -> str:
    """The instant as `YYYY-MM-DDTHH:MM:SSZ`, or in plain seconds if the calendar does not reach so far."""
    try:
        return f"{(_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=None).isoformat(timespec='seconds')}Z"
    except OverflowError:
        return f"{seconds:.0f} s after 1970"


def hours(seconds: float) -> str:
    """`49.5 h`, for a sentence."""
    return f"{seconds / 3600:.4g} h" if seconds < 3.6e7 else f"{seconds / 3600:.0f} h"


@lru_cache(256)
def _instant(text: str) -> float | None:
    if _TIMESTAMP.fullmatch(text) is None:
        return None
    leap = text[17:19] == "60"
    try:
        parsed = datetime.fromisoformat((text[:17] + "59" + text[19:] if leap else text).upper())
    except ValueError:
        return None
    return (parsed - _EPOCH).total_seconds() + leap


@lru_cache(256)
def _length(text: str) -> float | None:
    parts = _DURATION.fullmatch(text)
    if parts is None:
        return None
    days, times, *_ = parts.groups()
    _, _, hours_, minutes, seconds, _ = parts.groups()
    return (
        _number(days) * 86400 + (_number(hours_) * 3600 + _number(minutes) * 60 + _number(seconds) if times else 0)
    )


def _number(part: str | None) -> float:
    """The number before the letter of a designator."""
    return float(part[:-1]) if part else 0.0
