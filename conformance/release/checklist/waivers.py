"""Waivers: what is let through by name, with a reason, and only for a while."""

from typing import Final

from conformance.contracts.times import instant
from conformance.release.checklist.model import Waiver

_DAY_S: Final = 86400


def end_of(until: str) -> float | None:
    """When a waiver ends, in seconds since 1970; a day is over at its end. None for what is no time."""
    day = instant(f"{until}T00:00:00Z")
    return day + _DAY_S if day is not None else instant(until)


def is_expired(waiver: Waiver, now: float) -> bool:
    end = end_of(waiver.until)
    return end is None or now >= end
