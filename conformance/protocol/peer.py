"""The Peer: one way to speak to a target, whatever its era.

A feature test says `peer.request("tools/list")`; the peer adds the session header (legacy) or the per-request
metadata and the mirrored headers (modern). Raw sends go through the same peer, so a probe differs from an
ordinary request in exactly what the test names.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from conformance.protocol.messages import POST_HEADERS, JsonObject, encode, notification, request
from conformance.protocol.reply import LiveReply, Reply, all_responses_seen
from conformance.protocol.resumption import resume, was_left_open
from conformance.wire.channel import Channel, Context
from conformance.wire.exchange import Exchange
from conformance.wire.http import OnMessage

HeaderChanges = Mapping[str, Any]

MAX_PAGES = 1000
RESUMABLE = "2025-11-25"
"""The revision in which a server may leave the rest of an answer to a later connection."""


class Dialect(Protocol):
    """How one era dresses a message: its metadata and its headers."""

    @property
    def revision(self) -> str: ...

    @property
    def capabilities(self) -> Mapping[str, Any]:
        """What the client declares."""

    def dress(self, message: JsonObject) -> JsonObject:
        """The message with what the era adds to its params."""

    def headers(self, message: Any) -> dict[str, Any]:
        """The headers that the era requires for this message."""

    def on_message(self, channel: Channel) -> OnMessage | None:
        """What to do with each message as it comes in (legacy: answer the server's requests)."""

    def close(self, channel: Channel) -> None:
        """End what the dialect has opened on the server."""


class Peer:
    """One conversation with the target under one revision."""

    def __init__(self, channel: Channel, dialect: Dialect) -> None:
        self.channel = channel
        self.dialect = dialect

    @property
    def revision(self) -> str:
        return self.dialect.revision

    def request(
        self,
        method: str,
        params: Mapping[str, Any] | None = None,
        *,
        id: Any = None,
        headers: HeaderChanges | None = None,
        timeout: float | None = None,
        probe: bool = False,
    ) -> Reply:
        """Send a request and wait for its response. `headers` sets, repeats (a list) or drops (None) headers."""
        message = self.dialect.dress(request(method, params, id=id))
        return self.send(message, headers=headers, timeout=timeout, probe=probe)

    def start(
        self,
        method: str,
        params: Mapping[str, Any] | None = None,
        *,
        id: Any = None,
        headers: HeaderChanges | None = None,
        timeout: float | None = None,
        probe: bool = False,
    ) -> LiveReply:
        """Send a request without waiting; close the answer in the end."""
        message = self.dialect.dress(request(method, params, id=id))
        pending = self.channel.open(
            "POST",
            self._headers(message, headers),
            encode(message),
            context=self._context(message, probe),
            timeout=timeout,
            on_message=self.dialect.on_message(self.channel),
        )
        return LiveReply(pending, message)

    def notify(
        self,
        method: str,
        params: Mapping[str, Any] | None = None,
        *,
        headers: HeaderChanges | None = None,
        probe: bool = False,
    ) -> Reply:
        """Send a notification."""
        return self.send(notification(method, params), headers=headers, probe=probe)

    def send(
        self,
        message: Any,
        *,
        headers: HeaderChanges | None = None,
        timeout: float | None = None,
        probe: bool = True,
    ) -> Reply:
        """POST anything: a JSON value as it is, or raw bytes; with the peer's ordinary headers unless changed."""
        raw = isinstance(message, bytes)
        on_message = self.dialect.on_message(self.channel)
        exchange = self.channel.send(
            "POST",
            self._headers(None if raw else message, headers),
            message if raw else encode(message),
            context=self._context(None if raw else message, probe),
            until=all_responses_seen(message),
            timeout=timeout,
            on_message=on_message,
        )
        if self.revision == RESUMABLE and was_left_open(exchange, message):
            resume(self.channel, self.dialect.headers(None), exchange, self.revision, on_message, timeout)
        return Reply(exchange, None if raw else message)

    def http(
        self,
        method: str,
        *,
        headers: HeaderChanges | None = None,
        body: bytes = b"",
        url: str | None = None,
        timeout: float | None = None,
        probe: bool = True,
    ) -> Exchange:
        """Any HTTP request with the peer's session and version headers, read until its end."""
        return self.channel.send(
            method,
            {**self.dialect.headers(None), **(headers or {})},
            body,
            url=url,
            context=self._context(None, probe),
            timeout=timeout,
        )

    def listen(self, *, headers: HeaderChanges | None = None, timeout: float | None = None) -> LiveReply:
        """Open the GET stream of the legacy era (transports#listening-for-messages-from-the-server)."""
        pending = self.channel.open(
            "GET",
            {"accept": "text/event-stream", **self.dialect.headers(None), **(headers or {})},
            context=self._context(None),
            timeout=timeout,
            on_message=self.dialect.on_message(self.channel),
        )
        return LiveReply(pending)

    def pages(self, method: str, *, limit: int = MAX_PAGES) -> Iterator[Reply]:
        """The pages of a list, following `nextCursor`; a cursor that comes twice ends the walk."""
        seen: set[str] = set()
        params: JsonObject = {}
        for _ in range(limit):
            reply = self.request(method, params)
            yield reply
            cursor = reply.result.get("nextCursor") if reply.has_result else None
            if not isinstance(cursor, str) or cursor in seen:
                return
            seen.add(cursor)
            params = {"cursor": cursor}

    def items(self, method: str, key: str) -> list[JsonObject]:
        """All items of a list. Raises `NoResult` when a page fails."""
        found = (item for reply in self.pages(method) for item in reply.result.get(key) or ())
        return [item for item in found if isinstance(item, dict)]

    def call_tool(
        self, tool: Mapping[str, Any], arguments: Mapping[str, Any], *, timeout: float | None = None, **meta: Any
    ) -> Reply:
        """Call a tool by its definition, so that parameters marked `x-mcp-header` are mirrored."""
        return self.request(
            "tools/call",
            call_params(tool, arguments, meta),
            headers=self.tool_headers(tool, arguments),
            timeout=timeout,
        )

    def tool_headers(self, tool: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, str]:
        """The `Mcp-Param-*` headers of a call; empty before 2026-07-28."""
        from conformance.protocol.modern import ModernDialect, param_headers

        return param_headers(tool, arguments) if isinstance(self.dialect, ModernDialect) else {}

    def close(self) -> None:
        """End the session, if there is one."""
        self.dialect.close(self.channel)

    def _context(self, message: Any, probe: bool = False) -> Context:
        return Context(self.revision, message, probe, self.dialect.capabilities)

    def _headers(self, message: Any, changes: HeaderChanges | None) -> dict[str, Any]:
        merged = {**POST_HEADERS, **self.dialect.headers(message)}
        for name, value in (changes or {}).items():
            merged = {key: kept for key, kept in merged.items() if key.lower() != name.lower()}
            merged[name] = value
        return merged


def call_params(tool: Mapping[str, Any], arguments: Mapping[str, Any], meta: Mapping[str, Any]) -> JsonObject:
    params: JsonObject = {"name": tool["name"], "arguments": dict(arguments)}
    if meta:
        params["_meta"] = dict(meta)
    return params
