"""Retry-After (RFC 9110, 10.2.3): its form, and how many seconds it asks for."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from conformance.wire.exchange import Exchange

_SECONDS = re.compile(r"[0-9]+")
_DATE = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{4} "
    r"[0-9]{2}:[0-9]{2}:[0-9]{2} GMT"
)


def form_of(value: str) -> str | None:
    """`seconds`, `date`, or None for what is neither."""
    if _SECONDS.fullmatch(value):
        return "seconds"
    if _DATE.fullmatch(value) and _moment(value):
        return "date"
    return None


def problem(value: str, forms: Iterable[str]) -> str | None:
    """What is wrong with the form of a value; None when nothing is."""
    form = form_of(value)
    if form in tuple(forms):
        return None
    return f"{value!r} is a {form}" if form else f"{value!r} is neither a number of seconds nor an HTTP date"


def asked_s(exchange: Exchange) -> float | None:
    """The real seconds that an answer asks to wait, which may be below 0 for a date; None without a readable header.

    A date is compared with the server's own, when it tells it: clocks differ.
    """
    value = (exchange.header("retry-after") or "").strip()
    form = form_of(value)
    if form == "seconds":
        return float(value)
    moment = _moment(value) if form == "date" else None
    if moment is None:
        return None
    own = _moment((exchange.header("date") or "").strip())
    return (moment - (own or _ended(exchange))).total_seconds()


def cut_off_s(exchange: Exchange) -> float:
    """How many seconds `asked_s` may be wrong by: dates have whole seconds, so two of them lose up to one, and servers
    make their own date once a second, or later when they are busy."""
    return 2.0 if form_of((exchange.header("retry-after") or "").strip()) == "date" else 0.0


def _moment(value: str) -> datetime | None:
    try:
        return parsedate_to_datetime(value).astimezone(UTC)
    except ValueError:
        return None


def _ended(exchange: Exchange) -> datetime:
    return datetime.fromtimestamp(exchange.started + (exchange.head_at or 0.0), UTC)
