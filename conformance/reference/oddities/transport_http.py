"""Oddities of Streamable HTTP."""

import asyncio
import json
from typing import Any

from conformance.protocol.revisions import MODERN, REVISIONS
from conformance.reference.asgi import App, Event, Receive, Send
from conformance.reference.catalogue import oddity
from conformance.reference.exchange import Headers, Request, Response
from conformance.reference.rewriting import Rewriter
from conformance.reference.sse import EventSplitter, ServerSentEvent
from conformance.reference.transformations import events, requests, responses, wraps

STREAMABLE = ("2025-03-26", "2025-06-18", "2025-11-25")
QUIET = frozenset({"ping", "tools/list", "resources/list", "resources/templates/list", "prompts/list"})


@oddity(because="A server that offers no stream answers GET with 405.", revisions=STREAMABLE)
@requests(when=lambda request: request.method == "GET")
def get_is_405(request: Request) -> Response:
    """There is no GET stream."""
    return Response(405)


@oddity(because="A server need not let clients end a session: DELETE may be answered with 405.", revisions=STREAMABLE)
@requests(when=lambda request: request.method == "DELETE")
def delete_is_405(request: Request) -> Response:
    """Sessions cannot be ended."""
    return Response(405)


@oddity(because="A server may give ids to events and yet replay none of them.", revisions=STREAMABLE)
@requests(when=lambda request: request.method == "GET" and "last-event-id" in request.headers)
def resumption_is_a_new_stream(request: Request) -> None:
    """Last-Event-ID is ignored, and a new stream is opened."""
    request.headers.remove("last-event-id")


@oddity(because="A request may be answered with a JSON object or with a stream, as the server likes.")
@wraps(tuple(QUIET))
async def lists_as_json(request: Request, app: App, receive: Receive, send: Send) -> None:
    """ping and lists are answered as JSON with a charset, everything else as before."""
    body = bytearray()
    head = Response()

    async def collect(event: Event) -> None:
        if event["type"] == "http.response.start":
            head.status, head.headers = event["status"], Headers.from_raw(event["headers"])
        body.extend(event.get("body", b""))

    await request.pass_on(app, receive, collect)
    head.body = bytes(body)
    if head.streams:
        answers = [event.message for event in EventSplitter().feed(head.body) if event.message is not None]
        head.headers["content-type"] = "application/json; charset=utf-8"
        head.json = answers[-1]
    await head.send_to(send)


@oddity(because="The event stream format ends lines with CR, LF or both, and splits data over lines at will.")
@wraps()
async def carriage_returns_and_split_data(request: Request, app: App, receive: Receive, send: Send) -> None:
    """Events have bare CR line endings, a field that nobody knows, no space after the colon, and data on many lines."""

    async def respell(event: Event) -> None:
        if event.get("body") and not event["body"].startswith(b"{"):
            event = {**event, "body": b"".join(map(_respelled, EventSplitter().feed(event["body"])))}
        await send(event)

    await request.pass_on(app, receive, respell)


def _respelled(event: ServerSentEvent) -> bytes:
    lines = [f"{name}:{value}" for name, value in event.fields] + ["vendor:x"]
    if event.data is not None:
        pretty = json.dumps(event.message, indent=1) if event.message is not None else event.data
        lines += [f"data:{line}" for line in pretty.split("\n")]
    return ("\r".join(lines) + "\r\r").encode()


@oddity(because="Field names are case-insensitive and their values may have parameters (RFC 9110).")
@responses()
def media_type_in_upper_case(response: Response, request: Request) -> None:
    """Media types are spelt in another case and have a parameter."""
    media_type = response.headers.get("content-type")
    if media_type in ("application/json", "text/event-stream"):
        response.headers["content-type"] = media_type.title() + ";charset=UTF-8"


@oddity(because="A notification or response that the server cannot use may be refused with an error status.")
@requests(when=lambda request: "id" not in request.message and "unknown" in (request.rpc_method or ""))
def unknown_notification_refused(request: Request) -> Response:
    """A notification of an unknown method is answered with 400 and plain text."""
    return Response(400, Headers([("content-type", "text/plain")]), b"unknown notification")


@oddity(
    because="Once a stream has an event id, its connection may be closed early; the client comes back for the rest.",
    revisions=("2025-11-25",),
)
@wraps(state=dict)
async def answers_on_reconnection(
    request: Request, app: App, receive: Receive, send: Send, kept: dict[str, bytes]
) -> None:
    """ping and lists are answered by an event with an id and a retry; the response comes when the client resumes."""
    asked_for = request.headers.get("last-event-id", "")
    if request.method == "GET" and asked_for in kept:
        await Response(200, _stream_headers(), kept[asked_for]).send_to(send)
        return
    if request.rpc_method not in QUIET:
        await request.pass_on(app, receive, send)
        return
    body = bytearray()
    head: list[Event] = []

    async def collect(event: Event) -> None:
        head.append(event)
        body.extend(event.get("body", b""))

    await request.pass_on(app, receive, collect)
    response = Response(head[0]["status"], Headers.from_raw(head[0]["headers"]), bytes(body))
    if response.streams and response.status == 200:
        event_id = f"later-{len(kept) + 1}"
        kept[event_id] = bytes(body)
        response.body = ServerSentEvent("", [("id", event_id), ("retry", "10")]).encode()
    await response.send_to(send)


def _stream_headers() -> Headers:
    return Headers([("content-type", "text/event-stream")])


@oddity(because="A server may end a session at any time, and answers it with 404 from then on.", revisions=STREAMABLE)
@requests(state=dict)
def sessions_are_short(request: Request, served: dict[str, int]) -> Response | None:
    """A session ends after twenty-five requests."""
    session = request.session_id or ""
    served[session] = served.get(session, 0) + 1
    return Response(404) if session and served[session] > 25 else None


@oddity(because="A server may limit the rate (RFC 6585, 4), which says nothing about what was asked.")
@requests(state=list)
def rate_is_limited(request: Request, seen: list[str]) -> Response | None:
    """After the first thirty requests every ninth is refused with 429, and not always told when to come back."""
    seen.append(request.method)
    if len(seen) <= 30 or len(seen) % 9:
        return None
    return Response(429, Headers([("retry-after", "0")] if len(seen) % 2 else []))


@oddity(because="Servers may send comments at any time to keep a connection alive.")
@wraps("tools/list")
async def long_silence_with_comments(request: Request, app: App, receive: Receive, send: Send) -> None:
    """The answer is preceded by comments."""

    async def delayed(event: Event) -> None:
        await send(event)
        streams = event["type"] == "http.response.start" and Response(
            200, Headers.from_raw(event["headers"])
        ).streams
        if streams:
            for _ in range(3):
                await send({"type": "http.response.body", "body": b":\r\n", "more_body": True})
                await asyncio.sleep(0.01)

    await request.pass_on(app, receive, delayed)


@oddity(because="Headers that a client does not know are ignored; caches and browsers need some.")
@responses()
def headers_of_a_proxy(response: Response, request: Request) -> None:
    """Answers carry the headers of a CDN and of CORS."""
    for name, value in (("via", "1.1 cdn"), ("access-control-allow-origin", "https://app.example"), ("vary", "origin"),
                        ("set-cookie", "lb=1; Path=/"), ("x-request-id", "abc")):  # fmt: skip
        response.headers.add(name, value)


@oddity(because="A session id may be any visible ASCII text, such as a token with dots.", revisions=STREAMABLE)
@wraps()
async def session_ids_are_long_tokens(request: Request, app: App, receive: Receive, send: Send) -> None:
    """Session ids are long, with punctuation."""
    mark = "~!#$%&'*+-.^_`|~" * 12
    if request.session_id is not None:
        request.headers["mcp-session-id"] = request.session_id.replace(mark, "")

    def rename(response: Response) -> Response:
        if (session := response.headers.get("mcp-session-id")) is not None:
            response.headers["mcp-session-id"] = mark + session
        return response

    await request.pass_on(app, receive, Rewriter(send, rename, None))


@oddity(because="Event ids may be attached or not.", revisions=("2025-03-26", "2025-06-18"))
@events()
def events_without_ids(event: ServerSentEvent, request: Request) -> list[ServerSentEvent]:
    """No event has an id."""
    event.put("id", None)
    return [event] if event.data else []


@oddity(because="A server may speak the modern era alone, and refuses what is older.", revisions=REVISIONS)
@requests()
def modern_only(request: Request) -> Response | None:
    """There is no legacy era: initialize is refused, GET and DELETE are 405, every header is required."""
    if request.method != "POST":
        return Response(405, Headers([("allow", "POST")]))
    for ignored in ("mcp-session-id", "last-event-id"):
        request.headers.remove(ignored)
    if request.revision in MODERN:
        return _without_version(request)
    data: dict[str, Any] = {"supported": list(MODERN), "requested": str(request.params.get("protocolVersion", "none"))}
    return Response.of_error(request, -32022, "Unsupported protocol version", status=400, data=data)


def _without_version(request: Request) -> Response | None:
    if "mcp-protocol-version" in request.headers:
        return None
    return Response.of_error(request, -32020, "MCP-Protocol-Version is missing", status=400)


@oddity(because="Integers in headers are compared as numbers, and a name in Base64 is the same name.", revisions=MODERN)
@responses("tools/call")
def refusals_have_a_charset(response: Response, request: Request) -> None:
    """Errors of calls are JSON with a charset parameter."""
    if response.status >= 400:
        response.headers["content-type"] = "application/json; charset=utf-8"
