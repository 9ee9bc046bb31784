"""Makes the SDK's endpoint keep the rules that it does not keep by itself.

Each repair names what `mcp` 2.3 does otherwise:

- Origin and Host are compared as parsed values; the SDK compares text prefixes, a wrong Host is a 421.
- A legacy GET or DELETE with an unknown MCP-Protocol-Version is a 400; the SDK says 405.
- A modern request without the version header, or with a legacy one, is a -32020; the SDK takes it for a
  legacy one.
- Header values with characters that HTTP does not allow are refused; the SDK compares them as Latin-1.
- JSON that is no JSON-RPC message is a -32600, with the id if there is one; the SDK says -32602 without an
  id, and accepts a request whose id is null as a notification.
- Errors that answer no request have no id; the SDK sends `"id": null`.
- A failed `initialize`, and a refused first request, carry no session id.
- 2025-03-26 has to accept batches; the SDK refuses them.
- Requests 1 and "1" of one session are different requests; the SDK confuses them when they are concurrent.
- A GET is answered by a stream or by 405; the SDK answers a second one in a session with 409.
- A stream can be resumed at once, and ends with its response; the SDK loses it while it does not know of the
  disconnection yet, and keeps it open for ever after the response.
- A cancelled request is not answered; the SDK answers it with an error of its own, -32800.
"""

import asyncio
import itertools
import json
import re
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from conformance.protocol.revisions import LEGACY, MODERN, REVISIONS
from conformance.reference.asgi import App, Event, Receive, Scope, Send, first_of
from conformance.reference.exchange import Headers, Message, Request, Response, is_request_id
from conformance.reference.rewriting import Rewriter, rewriting_messages
from conformance.reference.sdk.calls import Hub
from conformance.reference.sdk.event_store import SessionEventStore
from conformance.reference.sdk.legacy_sessions import session_key
from conformance.reference.sse import EventSplitter, ServerSentEvent

_PARSE_ERROR = -32700
_INVALID_REQUEST = -32600
_HEADER_MISMATCH = -32020
_UNSUPPORTED_VERSION = -32022
_SDK_CANCELLED = -32800
_SDK_SECOND_STREAM = 409
_DETACHMENT_SECONDS = 1.0
_LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")
_HEADER_VALUE = re.compile(r"[\x20-\x7e\t]*")


class Repairs:
    """ASGI application over the SDK's session manager, for one endpoint."""

    def __init__(self, app: App, hub: Hub, store: SessionEventStore) -> None:
        self._app = app
        self._hub = hub
        self._store = store
        self._counter = itertools.count(1)
        self._keys: dict[str, str] = {}
        self._in_flight: dict[tuple[str, str], str] = {}
        self._attached: dict[str, asyncio.Event] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = await Request.read(scope, receive)
        refusal = _refusal(request)
        if refusal is not None:
            await refusal.send_to(send)
        elif request.headers.get("mcp-protocol-version") in (None, *LEGACY):
            await self._serve_legacy(request, receive, send)
        else:
            await request.pass_on(self._app, receive, _tidied(send))

    async def _serve_legacy(self, request: Request, receive: Receive, send: Send) -> None:
        session_key.set(self._key_of(request))
        if isinstance(request.json, list):
            await self._serve_batch(request, receive, send)
        elif request.rpc_method == "initialize":
            await self._initialize(request, receive, send)
        elif request.method == "GET":
            await self._serve_stream(request, receive, send)
        else:
            await self._serve_message(request, receive, send)
            if request.method == "DELETE":
                self._hub.sessions.pop(session_key.get(), None)
                request.sessions.revisions.pop(request.session_id or "", None)

    def _key_of(self, request: Request) -> str:
        if request.session_id in self._keys:
            return self._keys[request.session_id or ""]
        return f"session-{next(self._counter)}"

    async def _initialize(self, request: Request, receive: Receive, send: Send) -> None:
        """Holds the answer back until it is complete, to see whether a session came of it."""
        response = await _collected(self._app, request, receive)
        answer = _first_message(response)
        session = response.headers.get("mcp-session-id")
        if session is not None and "result" in answer:
            self._keys[session] = session_key.get()
            request.sessions.revisions[session] = answer["result"]["protocolVersion"]
        else:
            response.headers.remove("mcp-session-id")
        await response.send_to(_tidied(send))

    async def _serve_message(self, request: Request, receive: Receive, send: Send) -> None:
        """Serves one message; a request gets an id that is unique in the whole endpoint."""
        if request.rpc_method == "notifications/cancelled":
            self._rename_cancelled(request)
        elif request.rpc_method is not None and "id" in request.message:
            await self._serve_request(request, receive, send)
            return
        await request.pass_on(self._app, receive, _tidied(send))

    async def _serve_request(self, request: Request, receive: Receive, send: Send) -> None:
        original = json.dumps(request.id)
        flight = (session_key.get(), original)
        renamed = self._in_flight[flight] = f"{original}#{next(self._counter)}"
        request.json = request.message | {"id": renamed}
        detached = self._attached[renamed] = asyncio.Event()
        try:
            await request.pass_on(self._app, receive, rewriting_messages(_tidied(send), _restored))
        finally:
            detached.set()
            del self._attached[renamed]

    async def _serve_stream(self, request: Request, receive: Receive, send: Send) -> None:
        """Serves a GET; a resumed stream ends with its response."""
        await self._wait_for_detachment(request)
        answered, ended = asyncio.Event(), asyncio.Event()

        async def ending(event: Event) -> None:
            last = answered.is_set() and event["type"] == "http.response.body"
            await send({**event, "more_body": False} if last else event)
            if last:
                ended.set()

        def edit(message: Message) -> list[Message]:
            if "method" not in message:
                answered.set()
            return _restored(message)

        serving = request.pass_on(self._app, receive, rewriting_messages(_tidied(ending), edit))
        await first_of(serving, ended.wait())

    async def _wait_for_detachment(self, request: Request) -> None:
        """Lets the connection that a stream is resumed from end first, within reason."""
        stream = self._store.stream_of(request.headers.get("last-event-id") or "")
        if stream in self._attached:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._attached[stream].wait(), _DETACHMENT_SECONDS)

    def _rename_cancelled(self, request: Request) -> None:
        cancelled = (session_key.get(), json.dumps(request.params.get("requestId")))
        if cancelled in self._in_flight:
            params = request.params | {"requestId": self._in_flight[cancelled]}
            request.json = request.message | {"params": params}

    async def _serve_batch(self, request: Request, receive: Receive, send: Send) -> None:
        """Serves the messages of a batch concurrently, their answers merged into one event stream."""
        wanted = [each for each in request.json if "method" in each and "id" in each]
        if not wanted:
            for each in request.json:
                await _collected(self._serve_single, _with_message(request, each), receive)
            await Response(202).send_to(send)
            return
        head = Response(headers=_stream_headers(request), body=None)
        await send(head.start())
        await asyncio.gather(*(self._serve_part(request, each, receive, send) for each in request.json))
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _serve_single(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._serve_message(await Request.read(scope, receive), receive, send)

    async def _serve_part(self, request: Request, message: Message, receive: Receive, send: Send) -> None:
        async def forward(event: Event) -> None:
            if event["type"] == "http.response.body" and event.get("body"):
                await send({**event, "more_body": True})

        def as_stream(response: Response) -> Response:
            if response.body and isinstance(response.json, dict):
                response.body = ServerSentEvent.of(response.json).encode()
            return response

        await self._serve_message(_with_message(request, message), receive, Rewriter(forward, as_stream, None))


def _refusal(request: Request) -> Response | None:
    """The answer to a request that must not reach the SDK."""
    if not _is_local(request):
        error = {"code": _INVALID_REQUEST, "message": "Origin or Host not allowed"}
        return Response.of_json({"jsonrpc": "2.0", "error": error}, 403)
    version = request.headers.get("mcp-protocol-version")
    if request.method != "POST":
        unknown = request.method in ("GET", "DELETE") and version not in (None, *REVISIONS)
        return Response.of_error(request, _INVALID_REQUEST, "Unknown protocol version", status=400) if unknown else None
    if request.json is None:
        return Response.of_error(request, *_why_unreadable(request.body), status=400)
    if isinstance(request.json, list):
        return _batch_refusal(request)
    if not _is_message(request.json):
        return Response.of_error(request, _INVALID_REQUEST, "Not a JSON-RPC message", status=400)
    return _version_refusal(request, version) or _header_refusal(request, version)


def _is_local(request: Request) -> bool:
    origin = request.headers.get("origin")
    host = request.headers.get("host", "")
    allowed = origin is None or (urlsplit(origin).scheme in ("http", "https") and _names_this_host(origin))
    return allowed and _names_this_host(f"//{host}")


def _names_this_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.hostname in _LOCAL_HOSTS and parts.username is None and (parts.port or 0) >= 0
    except ValueError:
        return False


def _why_unreadable(body: bytes) -> tuple[int, str]:
    if body.strip() == b"null":
        return _INVALID_REQUEST, "Not a JSON-RPC message"
    return _PARSE_ERROR, "The body is not JSON"


def _batch_refusal(request: Request) -> Response | None:
    messages = request.json
    if request.session_id is not None and request.session_id not in request.sessions.revisions:
        return Response.of_error(request, _INVALID_REQUEST, "Session not found", status=404)
    if request.session_id is None or request.revision != "2025-03-26":
        return Response.of_error(request, _INVALID_REQUEST, "Batches are not supported", status=400)
    valid = [isinstance(each, dict) and _is_message(each) and each.get("method") != "initialize" for each in messages]
    if not valid or not all(valid):
        return Response.of_error(request, _INVALID_REQUEST, "Not a batch of JSON-RPC messages", status=400)
    return None


def _is_message(value: Any) -> bool:
    if not isinstance(value, dict) or value.get("jsonrpc") != "2.0":
        return False
    if "method" in value:
        shaped = isinstance(value["method"], str) and isinstance(value.get("params", {}), dict)
        return shaped and ("id" not in value or is_request_id(value["id"]))
    return ("result" in value) != ("error" in value)


def _version_refusal(request: Request, header: str | None) -> Response | None:
    named = request.body_revision
    if named is None or header not in (None, *LEGACY) or request.rpc_method == "initialize":
        return None
    if header is None or named in MODERN:
        return Response.of_error(
            request, _HEADER_MISMATCH, "The MCP-Protocol-Version header does not match the body", status=400
        )
    if request.session_id is None:
        data = {"supported": list(MODERN), "requested": named}
        return Response.of_error(request, _UNSUPPORTED_VERSION, "Unsupported protocol version", status=400, data=data)
    return None


def _header_refusal(request: Request, version: str | None) -> Response | None:
    if version in (None, *LEGACY):
        return None
    mirrored = [value for name, value in request.headers.fields if name.startswith("mcp-")]
    if all(_HEADER_VALUE.fullmatch(value) for value in mirrored):
        return None
    return Response.of_error(request, _HEADER_MISMATCH, "A header value has invalid characters", status=400)


def _restored(message: Message) -> list[Message]:
    """An answer under the client's own id; nothing for the SDK's answer to a cancelled request."""
    if "method" in message or not isinstance(message.get("id"), str):
        return [message]
    error = message.get("error")
    if isinstance(error, dict) and error.get("code") == _SDK_CANCELLED:
        return []
    return [message | {"id": json.loads(message["id"].rpartition("#")[0])}]


def _tidied(send: Send) -> Send:
    def tidy(response: Response) -> Response:
        if response.status == _SDK_SECOND_STREAM:
            response.status = 405
            response.headers["allow"] = "POST, DELETE"
        answer = response.json if response.body else None
        if isinstance(answer, dict) and "error" in answer and answer.get("id", "") is None:
            del answer["id"]
            response.json = answer
            response.headers.remove("mcp-session-id")
        return response

    return Rewriter(send, tidy, None)


async def _collected(app: App, request: Request, receive: Receive) -> Response:
    response = Response(500)
    body = bytearray()

    async def collect(event: Event) -> None:
        if event["type"] == "http.response.start":
            response.status, response.headers = event["status"], Headers.from_raw(event["headers"])
        elif event["type"] == "http.response.body":
            body.extend(event.get("body", b""))

    await request.pass_on(app, receive, collect)
    response.body = bytes(body)
    return response


def _first_message(response: Response) -> Message:
    if not response.streams:
        return response.json if isinstance(response.json, dict) else {}
    events = EventSplitter().feed(response.body or b"")
    return next((event.message for event in events if isinstance(event.message, dict)), {})


def _with_message(request: Request, message: Message) -> Request:
    part = Request(request.method, Headers(request.headers.fields), json.dumps(message).encode(), request.scope)
    part.headers.remove("content-length")
    return part


def _stream_headers(request: Request) -> Headers:
    session = [("mcp-session-id", request.session_id)] if request.session_id else []
    return Headers([("content-type", "text/event-stream"), ("cache-control", "no-store"), *session])
