"""The legacy era: an `initialize` handshake opens a session (2024-11-05 to 2025-11-25, basic/lifecycle)."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from conformance.protocol.messages import (
    CLIENT_INFO,
    METHOD_NOT_FOUND,
    POST_HEADERS,
    SESSION_HEADER,
    VERSION_HEADER,
    JsonObject,
    encode,
    error_response,
    is_request,
    notification,
    request,
    result_response,
)
from conformance.protocol.peer import Peer
from conformance.protocol.reply import Reply
from conformance.protocol.revisions import REVISIONS
from conformance.wire.channel import Channel, Context, TargetLost
from conformance.wire.exchange import Message
from conformance.wire.http import OnMessage
from conformance.wire.pacing import BudgetExhausted

Handler = Callable[[JsonObject], JsonObject]


@dataclass(slots=True)
class LegacyDialect:
    """The session of one client: its id, the negotiated revision, and answers to the server's requests."""

    revision: str
    capabilities: Mapping[str, Any] = field(default_factory=dict)
    session: str | None = None
    negotiated: bool = False
    handlers: dict[str, Handler] = field(default_factory=dict)

    def dress(self, message: JsonObject) -> JsonObject:
        return message

    def headers(self, message: Any) -> dict[str, Any]:
        headers: dict[str, Any] = {}
        if self.session is not None:
            headers[SESSION_HEADER] = self.session
        if self.negotiated and self.revision >= "2025-06-18":
            headers[VERSION_HEADER] = self.revision
        return headers

    def on_message(self, channel: Channel) -> OnMessage | None:
        def answer(message: Message) -> None:
            if is_request(message.value):
                channel.wire.in_background(lambda: self._respond(channel, message.value))

        return answer

    def _respond(self, channel: Channel, asked: JsonObject) -> None:
        """A client answers what the server asks: `ping` always, the rest by the handlers of the test.

        With an id that no request may have, the response breaks the rules as well.
        """
        usable = isinstance(asked["id"], str | int) and not isinstance(asked["id"], bool)
        method = str(asked.get("method"))
        if method == "ping":
            response = result_response(asked["id"], {})
        elif handler := self.handlers.get(method):
            response = result_response(asked["id"], handler(asked.get("params") or {}))
        else:
            response = error_response(asked["id"], METHOD_NOT_FOUND, f"{method} is not supported by this client")
        with suppress(TargetLost, BudgetExhausted):
            channel.send(
                "POST",
                {**POST_HEADERS, **self.headers(response)},
                encode(response),
                context=Context(self.revision, response, not usable, client_capabilities=self.capabilities),
            )

    def close(self, channel: Channel) -> None:
        """End the session politely; a server need not support it (405)."""
        if self.session is not None:
            with suppress(TargetLost, BudgetExhausted):
                channel.send("DELETE", self.headers(None), context=Context(self.revision), timeout=3.0)
            self.session = None


def initialize_params(revision: str, capabilities: Mapping[str, Any] | None = None) -> JsonObject:
    return {"protocolVersion": revision, "capabilities": dict(capabilities or {}), "clientInfo": CLIENT_INFO}


@dataclass(slots=True)
class Handshake:
    """A legacy peer and how it came about. `initialized` is None when initialize failed."""

    peer: Peer
    initialize: Reply
    initialized: Reply | None = None

    @property
    def session(self) -> str | None:
        return self.initialize.header(SESSION_HEADER)

    @property
    def version(self) -> Any:
        """The protocol version that the server answered with, or None."""
        return self.initialize.result.get("protocolVersion") if self.initialize.has_result else None


def handshake(
    channel: Channel,
    revision: str,
    *,
    capabilities: Mapping[str, Any] | None = None,
    handlers: Mapping[str, Handler] | None = None,
    complete: bool = True,
    timeout: float | None = None,
) -> Handshake:
    """Initialize a session; with `complete` false the initialized notification is left out. `timeout` is that of
    initialize."""
    dialect = LegacyDialect(revision, dict(capabilities or {}), handlers=dict(handlers or {}))
    peer = Peer(channel, dialect)
    asked = request("initialize", initialize_params(revision, capabilities))
    initialize = peer.send(asked, timeout=timeout, probe=False)
    shake = Handshake(peer, initialize)
    if not initialize.has_result:
        return shake
    dialect.session = shake.session
    dialect.negotiated = True
    if shake.version in REVISIONS:
        dialect.revision = shake.version
    if complete:
        shake.initialized = peer.send(notification("notifications/initialized"), probe=False)
    return shake
