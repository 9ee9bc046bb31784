"""Observes a target as a user would: a gentle stream of read-only calls, how long each took, and whether it failed."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import cycle
from math import inf
from typing import Any

from conformance.checks.outcomes import not_testable
from conformance.contracts.aside import aside
from conformance.contracts.caller import Caller
from conformance.contracts.paths import at_path
from conformance.contracts.refusals import body_of
from conformance.contracts.service_levels.sessions import NOT_FOUND, Sessions
from conformance.contracts.service_levels.settings import Call, Failure, Measure, ServiceLevels
from conformance.protocol.revisions import era_of
from conformance.wire.exchange import Exchange
from conformance.wire.pacing import TOO_MANY_REQUESTS

LEAST_EVERY = 0.01
BAD_REQUEST = 400


@dataclass(frozen=True, slots=True)
class Row:
    """One call: when it was sent, how long its answer took (infinitely long without one), and what became of it.

    `limited` is a 429, `refused` another status from 400 on that is no failure: the call was wrong, or not allowed.
    """

    at: float
    took: float
    failed: bool
    limited: bool
    refused: bool = False
    counts: tuple[Measure, ...] = ("availability", "errors", "latency")


@dataclass(frozen=True, slots=True)
class Observation:
    """`rows` in the order of time, in seconds since the first call."""

    rows: tuple[Row, ...]
    seconds: float

    @property
    def pointless(self) -> bool:
        """Whether most calls were refused: how fast and how often that happens tells nothing about the service."""
        return 2 * sum(row.refused for row in self.rows) > len(self.rows)

    def counted(self, measure: Measure) -> list[Row]:
        """Calls that were refused for their rate tell nothing about the service."""
        return [row for row in self.rows if measure in row.counts and not row.limited]


def observe(
    caller: Caller,
    levels: ServiceLevels,
    seconds: float,
    told: Callable[[float], None] = lambda at: None,
    tell_every: float = 10,
    seen: Callable[[Row], None] = lambda row: None,
) -> Observation:
    """Calls in turn until the time is over; a slow answer makes no burst afterwards.

    `told` is told how far it is, `seen` each call as soon as it is over.
    """
    every = max(LEAST_EVERY, caller.profile.seconds(levels.every_s))
    sessions = Sessions(aside(caller))
    rows: list[Row] = []
    telling = 0
    begun = time.monotonic()
    for call in cycle(calls_of(caller, levels)):
        headers = sessions.headers(call)
        at = time.monotonic() - begun
        if at >= seconds:
            break
        exchange = _send(caller, levels, call, headers)
        if exchange.status == NOT_FOUND and headers:
            sessions.forget(call)
            exchange = _send(caller, levels, call, sessions.headers(call))
        rows.append(_row(at, exchange, call, levels.failure))
        seen(rows[-1])
        if at >= (telling + 1) * tell_every:
            telling = int(at / tell_every)
            told(at)
        left = min(at + every, seconds) - (time.monotonic() - begun)
        time.sleep(max(0.0, left))
    sessions.close()
    return Observation(tuple(rows), time.monotonic() - begun)


def calls_of(caller: Caller, levels: ServiceLevels) -> tuple[Call, ...]:
    """The calls of the profile; for a target that speaks MCP, else, the one that does least."""
    if levels.calls:
        return levels.calls
    if not caller.revision:
        not_testable("say what to call under [[service_levels.calls]]")
    return (Call(rpc="server/discover" if era_of(caller.revision) == "modern" else "ping"),)


def _send(caller: Caller, levels: ServiceLevels, call: Call, headers: Mapping[str, str]) -> Exchange:
    """An outage is what is looked for, so each call is made as if it were the first."""
    fresh = aside(caller)
    options: dict[str, Any] = {
        "route": call.route, "persona": call.persona, "timeout": levels.timeout_s, "wait_for_limits": False,
        "until": lambda exchange: bool(exchange.messages), "headers": headers,
    }  # fmt: skip
    if call.rpc:
        return fresh.call(call.rpc, call.params, **options)
    return fresh.send(method=call.method, body=call.body, **options)


def _row(at: float, exchange: Exchange, call: Call, failure: Failure) -> Row:
    failed = is_failure(exchange, failure)
    limited = exchange.status == TOO_MANY_REQUESTS
    refused = not failed and not limited and (exchange.status or 0) >= BAD_REQUEST
    return Row(at, inf if failed else took(exchange), failed, limited, refused, call.counts)


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
