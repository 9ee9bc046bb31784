"""Sends requests that a profile describes, at once or in the background."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conformance.contracts.caller import Caller
from conformance.contracts.described import Described
from conformance.wire.exchange import Exchange
from conformance.wire.http import Pending


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request that was sent and answered; times are those of the monotonic clock."""

    began: float
    ended: float
    exchange: Exchange


_used: dict[tuple[str, str], float] = {}
"""When a request was last sent to a target, by the URL of that and the words for the request."""


def last_use(caller: Caller, request: Described) -> float:
    """When a request was last sent, on the monotonic clock; 0 when it never was."""
    return _used.get((caller.channel.url, str(request)), 0.0)


def start(caller: Caller, request: Described, headers: Mapping[str, str | None] = {}) -> Pending:
    """Send in the background; a refusal for the rate comes back as it is."""
    body, own = dressed(caller, request)
    _used[caller.channel.url, str(request)] = time.monotonic()
    return caller.open(
        request.route, method=request.http_method, body=body, headers={**own, **headers}, persona=request.persona,
        variables=request.variables,
    )  # fmt: skip


def finish(caller: Caller, began: float, pending: Pending) -> Attempt:
    pending.wait_end(caller.channel.timeout + 5)
    answered = pending.close()
    return Attempt(began, time.monotonic(), answered)


def attempt(caller: Caller, request: Described, headers: Mapping[str, str | None] = {}) -> Attempt:
    """Send and wait for the answer; a refusal for the rate comes back as it is."""
    began = time.monotonic()
    return finish(caller, began, start(caller, request, headers))


def dressed(caller: Caller, request: Described) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    probe = caller.profile.probe
    if request.body is not None:
        return request.body, dict(request.headers)
    if not request.method and probe.body is not None:
        return probe.body, {**probe.headers, **request.headers}
    if not request.method and request.http_method != "POST":
        return None, dict(request.headers)
    params = request.params if request.method else probe.params
    message = caller.message(request.method or caller.probe_method, params or None)
    return message, {**caller.mcp_headers(message), **request.headers}
