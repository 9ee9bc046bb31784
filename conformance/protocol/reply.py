"""What a target answered to one message: the HTTP exchange and the JSON-RPC messages in it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from conformance.protocol.messages import JsonObject, each, is_notification, is_request, is_response, same_id
from conformance.wire.exchange import Exchange
from conformance.wire.http import Pending


class NoResult(Exception):
    """A result was needed to go on, and the target gave none.

    The runner turns it into *blocked*, naming the requirement that the method stands for: one cause, one finding.
    """

    def __init__(self, reply: "Reply", why: str) -> None:
        super().__init__(f"{reply.method or 'the message'}: {why}")
        self.reply = reply


@dataclass(slots=True)
class Reply:
    """The answer to `message` (None for a raw body). Everything is read from the exchange when it is asked for."""

    exchange: Exchange
    message: Any = None

    @property
    def method(self) -> str | None:
        """The method that was asked for; None where the message has none, or none that is a text."""
        method = self.message.get("method") if isinstance(self.message, dict) else None
        return method if isinstance(method, str) else None

    @property
    def status(self) -> int | None:
        return self.exchange.status

    def header(self, name: str) -> str | None:
        return self.exchange.header(name)

    @property
    def messages(self) -> list[Any]:
        """All JSON-RPC messages of the answer, members of batches one by one, in the order of arrival."""
        parts = (self.exchange, *self.exchange.continued)
        return [one for part in parts for message in part.messages for one in each(message.value)]

    @property
    def responses(self) -> list[JsonObject]:
        return [one for one in self.messages if is_response(one)]

    @property
    def notifications(self) -> list[JsonObject]:
        return [one for one in self.messages if is_notification(one)]

    @property
    def requests(self) -> list[JsonObject]:
        """Requests that the server sent on this exchange; a notification that wrongly has an id is none."""
        sent = [one for one in self.messages if is_request(one)]
        return [one for one in sent if not str(one["method"]).startswith("notifications/")]

    @property
    def response(self) -> JsonObject | None:
        """The response with the id of the request; a sole response with a wrong id counts, as one check is enough
        to report the id."""
        responses = self.responses
        wanted = self.message.get("id") if isinstance(self.message, dict) else None
        for one in responses:
            if same_id(one.get("id"), wanted):
                return one
        return responses[0] if len(responses) == 1 else None

    @property
    def error(self) -> JsonObject | None:
        """The JSON-RPC error object, or None."""
        error = (self.response or {}).get("error")
        return error if isinstance(error, dict) else None

    @property
    def error_code(self) -> Any:
        return (self.error or {}).get("code")

    @property
    def has_result(self) -> bool:
        return isinstance((self.response or {}).get("result"), dict)

    @property
    def result(self) -> JsonObject:
        """The result object. Raises `NoResult` when there is none."""
        result = (self.response or {}).get("result")
        if isinstance(result, dict):
            return result
        raise NoResult(self, self.outcome)

    @property
    def outcome(self) -> str:
        """What came back, in a few words."""
        exchange = self.exchange
        if not exchange.answered:
            return exchange.failure or "no HTTP response"
        parts = [f"HTTP {exchange.status}"]
        if error := self.error:
            parts.append(f"JSON-RPC error {error.get('code')} ({str(error.get('message'))[:120]})")
        elif self.response is not None:
            parts.append("a JSON-RPC result")
        else:
            parts.append(f"no JSON-RPC response ({exchange.media_type or 'no content type'})")
        if exchange.ending != "complete" and exchange.failure:
            parts.append(exchange.failure)
        return ", ".join(parts)

    @property
    def refused(self) -> bool:
        """Whether the target declined: an HTTP error status or a JSON-RPC error."""
        return (self.status or 0) >= 400 or self.error is not None


def response_seen(exchange: Exchange) -> bool:
    """Whether any JSON-RPC response has come in yet."""
    return any(is_response(one) for message in exchange.messages for one in each(message.value))


def all_responses_seen(message: Any) -> Callable[[Exchange], bool]:
    """Whether as many responses have come in as the message, or batch, has requests; one, if it has none."""
    wanted = max(1, sum(map(is_request, each(message))))

    def seen(exchange: Exchange) -> bool:
        return sum(is_response(one) for message in exchange.messages for one in each(message.value)) >= wanted

    return seen


@dataclass(slots=True)
class LiveReply:
    """A request whose answer is still coming in."""

    pending: Pending
    message: Any = None

    @property
    def reply(self) -> Reply:
        """What has come so far."""
        return Reply(self.pending.exchange, self.message)

    def wait_for_head(self, timeout: float) -> bool:
        """Wait for the status line; False when none came in time."""
        return self.pending.wait(lambda exchange: exchange.answered, timeout)

    def wait_for_event_id(self, timeout: float) -> str | None:
        """Wait for the first event that has an id; that id, or None when none came in time."""
        self.pending.wait(lambda exchange: any(event.id for event in exchange.events), timeout)
        return next((event.id for event in self.pending.exchange.events if event.id), None)

    def wait_for_message(self, timeout: float, kind: str | None = None) -> bool:
        """Wait until a message (of this method, when given) has come; False when none did in time."""
        return self.pending.wait(lambda exchange: any(_of_kind(exchange, kind)), timeout)

    def wait_for_response(self, timeout: float) -> Reply:
        """Wait for the response, or the end of the stream or the time."""
        self.pending.wait(response_seen, timeout)
        return self.reply

    def wait_end(self, timeout: float) -> bool:
        return self.pending.wait_end(timeout)

    def close(self) -> Reply:
        """Drop the connection if it is still open."""
        self.pending.close()
        return self.reply


def _of_kind(exchange: Exchange, kind: str | None) -> Iterator[bool]:
    for message in exchange.messages:
        for one in each(message.value):
            yield kind is None or (isinstance(one, dict) and one.get("method") == kind)
