"""Observes a target as a user would: a gentle stream of read-only calls, how long each took, and whether it failed."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from math import inf
from typing import Any

from conformance.contracts.aside import aside
from conformance.contracts.caller import Caller
from conformance.contracts.paths import at_path
from conformance.contracts.refusals import body_of
from conformance.contracts.service_levels.settings import Call, Failure, Measure, ServiceLevels
from conformance.wire.exchange import Exchange
from conformance.wire.pacing import TOO_MANY_REQUESTS

LEAST_EVERY = 0.01


@dataclass(frozen=True, slots=True)
class Row:
    """One call: when it was sent, how long its answer took (infinitely long without one), and what became of it."""

    at: float
    took: float
    failed: bool
    limited: bool
    counts: tuple[Measure, ...] = ("availability", "errors", "latency")


@dataclass(frozen=True, slots=True)
class Observation:
    """`rows` in the order of time, in seconds since the first call."""

    rows: tuple[Row, ...]
    seconds: float

    def counted(self, measure: Measure) -> list[Row]:
        """Calls that were refused for their rate tell nothing about the service."""
        return [row for row in self.rows if measure in row.counts and not row.limited]


def observe(
    caller: Caller, levels: ServiceLevels, seconds: float, told: Callable[[float], None] = lambda at: None
) -> Observation:
    """Calls in turn until the time is over; `told` is told how far it is. A slow answer makes no burst afterwards."""
    every = max(LEAST_EVERY, caller.profile.seconds(levels.every_s))
    begun = time.monotonic()
    rows: list[Row] = []
    for call in cycle(levels.calls):
        at = time.monotonic() - begun
        if at >= seconds:
            break
        rows.append(_row(at, _send(caller, levels, call), call, levels.failure))
        told(at)
        left = min(at + every, seconds) - (time.monotonic() - begun)
        time.sleep(max(0.0, left))
    return Observation(tuple(rows), time.monotonic() - begun)


def _send(caller: Caller, levels: ServiceLevels, call: Call) -> Exchange:
    """An outage is what is looked for, so each call is made as if it were the first."""
    fresh = aside(caller)
    options: dict[str, Any] = {
        "route": call.route, "persona": call.persona, "timeout": levels.timeout_s, "wait_for_limits": False,
        "until": lambda exchange: bool(exchange.messages),
    }  # fmt: skip
    if call.rpc:
        return fresh.call(call.rpc, call.params, **options)
    return fresh.send(method=call.method, body=call.body, **options)


def _row(at: float, exchange: Exchange, call: Call, failure: Failure) -> Row:
    failed = is_failure(exchange, failure)
    return Row(at, inf if failed else took(exchange), failed, exchange.status == TOO_MANY_REQUESTS, call.counts)


def took(exchange: Exchange) -> float:
    """Seconds until the answer was there: the first message of a stream, else the end of the body."""
    if exchange.is_stream and exchange.messages:
        return exchange.messages[0].at
    return inf if exchange.ended_at is None else exchange.ended_at


def is_failure(exchange: Exchange, failure: Failure) -> bool:
    """What counts as an error under the definition of the profile."""
    complete = exchange.ending == "complete" or bool(exchange.messages)
    if exchange.status is None or not complete or exchange.status >= failure.status:
        return True
    if not failure.rpc_error and not failure.member:
        return False
    body = body_of(exchange)
    if failure.rpc_error and (at_path(body, "error") is not None or at_path(body, "result.isError") is True):
        return True
    found = at_path(body, failure.member) if failure.member else None
    return found is not None and bool(found) == failure.member_is
