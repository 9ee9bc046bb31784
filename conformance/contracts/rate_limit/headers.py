"""X-RateLimit-*: what an answer tells about the limit, the rest and the reset."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from conformance.contracts.rate_limit.settings import LimitHeaders
from conformance.wire.exchange import Exchange

_NUMBER = re.compile(r"\s*([0-9]+)\s*")
_LIMIT = re.compile(r"\s*([0-9]+)\s*([,;].*)?")
"""Some add the window after the limit: `100, 100;w=60`."""


@dataclass(frozen=True, slots=True)
class Told:
    """Numbers of one answer; None where a header is missing or no number. `reset_s` is in seconds from the answer."""

    limit: int | None
    remaining: int | None
    reset_s: float | None


def read(exchange: Exchange, names: LimitHeaders) -> Told:
    limit, remaining = exchange.header(names.limit), exchange.header(names.remaining)
    reset = _number(_NUMBER, exchange.header(names.reset))
    if reset is None:
        return Told(_number(_LIMIT, limit), _number(_NUMBER, remaining), None)
    answered = exchange.started + (exchange.head_at or 0.0)
    left = reset - answered if names.reset_form == "unix" else reset
    return Told(_number(_LIMIT, limit), _number(_NUMBER, remaining), float(left))


def comes(exchange: Exchange, names: LimitHeaders) -> bool:
    """Whether any of the headers is there."""
    return any(exchange.header(name) is not None for name in (names.limit, names.remaining, names.reset))


def problems(exchange: Exchange, names: LimitHeaders, window_s: float) -> Iterator[str]:
    """What is wrong with the headers of one answer; `window_s` in real seconds."""
    told = read(exchange, names)
    for name, number in ((names.limit, told.limit), (names.remaining, told.remaining), (names.reset, told.reset_s)):
        value = exchange.header(name)
        if value is None:
            yield f"no {name}"
        elif number is None:
            yield f"{name}: {value} is no whole number"
    if told.limit is not None and told.remaining is not None and told.remaining > told.limit:
        yield f"{names.remaining} is {told.remaining}, more than the limit of {told.limit}"
    if told.reset_s is not None and not -names.skew_s <= told.reset_s <= window_s + 1 + names.skew_s:
        yield f"{names.reset} is {told.reset_s:.0f} s from now, and a window has {window_s:g} s"


def _number(pattern: "re.Pattern[str]", value: str | None) -> int | None:
    found = pattern.fullmatch(value) if value is not None and len(value) < 100 else None
    return int(found[1]) if found else None
