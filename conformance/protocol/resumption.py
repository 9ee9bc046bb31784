"""Going on with an event stream whose connection the server closed early.

From 2025-11-25 on a server may close the connection of any stream once it has sent an event with an id; the client
comes back with GET and Last-Event-ID (transports#sending-messages-to-the-server). Without this a server that
makes use of it would seem to answer nothing at all.
"""

import time
from collections.abc import Mapping
from typing import Any

from conformance.protocol.messages import is_request
from conformance.protocol.reply import response_seen
from conformance.wire.channel import Channel, Context
from conformance.wire.exchange import Exchange
from conformance.wire.http import OnMessage

LAST_EVENT_ID = "last-event-id"
MAX_RECONNECTIONS = 10
MAX_PAUSE = 5.0


def last_event_id(*exchanges: Exchange) -> str | None:
    """The id to resume by: that of the last event that had one; None when there is nothing to resume by."""
    ids = [event.id for exchange in exchanges for event in exchange.events if event.id is not None]
    return (ids[-1] or None) if ids else None


def resumes(exchange: Exchange) -> bool:
    """Whether the request resumes an earlier stream, whose messages may then come again."""
    return any(name.lower() == LAST_EVENT_ID for name, _ in exchange.request.headers)


def was_left_open(exchange: Exchange, message: Any) -> bool:
    """Whether the connection of a request's stream was closed in good order, but without the response."""
    finished = exchange.ending == "complete" and exchange.is_stream
    return finished and is_request(message) and not response_seen(exchange)


def resume(
    channel: Channel,
    headers: Mapping[str, Any],
    exchange: Exchange,
    revision: str,
    on_message: OnMessage | None = None,
    timeout: float | None = None,
) -> None:
    """Follow a stream until its response has come, or the server has nothing more; extends `exchange.continued`."""
    deadline = time.monotonic() + (timeout or channel.timeout)
    part = exchange
    for _ in range(MAX_RECONNECTIONS):
        resume_by = last_event_id(exchange, *exchange.continued)
        left = deadline - time.monotonic()
        if resume_by is None or response_seen(part) or not part.is_stream or left <= 0:
            return
        time.sleep(min(_pause(part), left, MAX_PAUSE))
        part = channel.send(
            "GET",
            {**headers, "accept": "text/event-stream", LAST_EVENT_ID: resume_by},
            context=Context(revision),
            until=response_seen,
            timeout=max(0.1, left),
            on_message=on_message,
        )
        if part.is_stream:
            exchange.continued.append(part)


def _pause(exchange: Exchange) -> float:
    """Seconds that the server asked for in the last `retry` field."""
    waits = [event.retry for event in exchange.events if event.retry is not None]
    return waits[-1] / 1000 if waits else 0.1
