"""Edits the answer of an ASGI application while it is sent; streams stay streams."""

import json
from collections.abc import Callable
from typing import Any

from conformance.reference.asgi import Event, Send
from conformance.reference.exchange import Headers, Message, Response
from conformance.reference.sse import EventSplitter, ServerSentEvent

EditResponse = Callable[[Response], Response]
"""Given the head (and, unless it streams, the body) of an answer; returns the answer to send."""
EditEvent = Callable[[ServerSentEvent], list[ServerSentEvent]]
EditMessage = Callable[[Message], list[Message]]
"""Given one outgoing message; returns the messages to send in its place."""


class Rewriter:
    """Stands in for `send`. A body that is not an event stream is collected and edited as a whole."""

    def __init__(self, send: Send, edit_response: EditResponse | None, edit_event: EditEvent | None) -> None:
        self._send = send
        self._edit_response = edit_response or (lambda response: response)
        self._edit_event = edit_event
        self._response = Response()
        self._body = bytearray()
        self._splitter = EventSplitter()
        self._streams = False
        self._replaced = False

    async def __call__(self, event: Event) -> None:
        if event["type"] == "http.response.start":
            await self._start(event)
        elif event["type"] != "http.response.body":
            await self._send(event)
        elif self._streams and not self._replaced:
            await self._stream(event)
        elif not self._replaced:
            await self._collect(event)

    async def _start(self, event: Event) -> None:
        self._response = Response(event["status"], Headers.from_raw(event["headers"]), None)
        self._streams = self._response.streams
        if not self._streams:
            return
        edited = self._edit_response(self._response)
        self._replaced = edited.body is not None
        if self._replaced:
            await edited.send_to(self._send)
        else:
            await self._send(edited.start())

    async def _stream(self, event: Event) -> None:
        body = event.get("body", b"")
        more = event.get("more_body", False)
        if self._edit_event:
            edited = [each for found in self._splitter.feed(body) for each in self._edit_event(found)]
            body = b"".join(each.encode() for each in edited) + (b"" if more else self._splitter.rest)
        if body or not more:
            await self._send({"type": "http.response.body", "body": body, "more_body": more})

    async def _collect(self, event: Event) -> None:
        self._body += event.get("body", b"")
        if not event.get("more_body", False):
            self._response.body = bytes(self._body)
            await self._edit_response(self._response).send_to(self._send)


def rewriting_messages(send: Send, edit: EditMessage) -> Rewriter:
    """A `send` that passes each JSON-RPC message, in JSON bodies and in event streams, through `edit`."""

    def edit_response(response: Response) -> Response:
        if response.body and response.json is not None:
            response.body = _edited_body(response.json, edit)
        return response

    def edit_event(event: ServerSentEvent) -> list[ServerSentEvent]:
        if event.message is None:
            return [event]
        return _events_like(event, _edited(event.message, edit))

    return Rewriter(send, edit_response, edit_event)


def _edited(value: Any, edit: EditMessage) -> list[Any]:
    if isinstance(value, list):
        return [[edited for message in value for edited in _edited(message, edit)]]
    return edit(value) if isinstance(value, dict) else [value]


def _edited_body(value: Any, edit: EditMessage) -> bytes:
    edited = _edited(value, edit)
    if not edited:
        return b""
    return json.dumps(edited[0] if len(edited) == 1 else edited).encode()


def _events_like(event: ServerSentEvent, messages: list[Any]) -> list[ServerSentEvent]:
    first = [ServerSentEvent(json.dumps(message), event.fields) for message in messages[:1]]
    return first + [ServerSentEvent.of(message) for message in messages[1:]]
