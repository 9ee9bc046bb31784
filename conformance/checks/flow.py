"""What flows in an exchange: notifications with their times, progress tokens, requests of the server."""

from collections.abc import Iterable, Iterator
from typing import Any

from conformance.protocol.messages import JsonObject, each, is_notification, is_request
from conformance.protocol.reply import Reply
from conformance.wire.exchange import Exchange

PROGRESS = "notifications/progress"
CANCELLED = "notifications/cancelled"

Token = str | int | float


def notified(reply: Reply, method: str) -> list[JsonObject]:
    """The notifications of one method in an answer."""
    return [one for one in reply.notifications if one["method"] == method]


def member(message: Any, key: str) -> Any:
    """A member of the params of a message; None without it."""
    params = message.get("params") if isinstance(message, dict) else None
    return params.get(key) if isinstance(params, dict) else None


def arrivals(exchange: Exchange, method: str) -> Iterator[tuple[float, JsonObject]]:
    """The notifications of one method on one connection, each with its time in seconds since the request."""
    for message in list(exchange.messages):
        for one in each(message.value):
            if is_notification(one) and one["method"] == method:
                yield message.at, one


def busiest_second(reply: Reply, method: str) -> int:
    """The most notifications of one method that came within any second."""
    times = [at for at, _ in arrivals(reply.exchange, method)]
    most = first = 0
    for last, at in enumerate(times):
        while at - times[first] > 1:
            first += 1
        most = max(most, last - first + 1)
    return most


def token_of(request: Any) -> Token | None:
    """The progress token that a request gives to its receiver."""
    meta = member(request, "_meta") if is_request(request) else None
    token = meta.get("progressToken") if isinstance(meta, dict) else None
    return token if is_token(token) else None


def tokens_of(message: Any) -> list[Token]:
    """The progress tokens of the requests in a message or batch."""
    return [token for one in each(message) if (token := token_of(one)) is not None]


def is_token(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def is_same(first: Token, second: Token) -> bool:
    """Whether two tokens are equal in value and JSON type; JSON has one type of number."""
    return isinstance(first, str) == isinstance(second, str) and first == second


def asked_ids(values: Iterable[Any]) -> tuple[Any, ...]:
    """The ids of the requests among these JSON values that a server sent."""
    return tuple(one["id"] for value in values for one in each(value) if is_request(one))


def cancelled_ids(messages: Iterable[Any]) -> tuple[Any, ...]:
    """The ids of the requests that these messages of ours cancel."""
    ours = (one for message in messages for one in each(message) if is_notification(one))
    return tuple(member(one, "requestId") for one in ours if one["method"] == CANCELLED)


def is_progress_of(message: Any, token: Token) -> bool:
    """Whether a message reports progress under this token."""
    if not isinstance(message, dict) or message.get("method") != PROGRESS:
        return False
    found = member(message, "progressToken")
    return is_token(found) and is_same(found, token)
