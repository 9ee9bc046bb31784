"""Faults of event streams: who gets which message, how long streams last, what resuming replays."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from conformance.reference.asgi import App, Event, Receive, Send
from conformance.reference.catalogue import fault
from conformance.reference.exchange import Headers, Request, Response
from conformance.reference.rewriting import Rewriter, rewriting_messages
from conformance.reference.sse import ServerSentEvent
from conformance.reference.transformations import wraps


def _listens(request: Request) -> bool:
    return request.method == "GET" and "last-event-id" not in request.headers


def _chunk(message: Any) -> Event:
    return {"type": "http.response.body", "body": ServerSentEvent.of(message).encode(), "more_body": True}


@fault(breaks="http-get-no-response-unless-resume")
@wraps(when=_listens)
async def response_on_get_stream(request: Request, app: App, receive: Receive, send: Send) -> None:
    """A response is sent on the GET stream."""

    async def with_response(event: Event) -> None:
        await send(event)
        if event["type"] == "http.response.start" and event["status"] == 200:
            await send(_chunk({"jsonrpc": "2.0", "id": "earlier", "result": {}}))

    await request.pass_on(app, receive, with_response)


@fault(breaks="http-one-stream-per-message")
@wraps(state=dict)
async def log_messages_copied_to_get(
    request: Request, app: App, receive: Receive, send: Send, listeners: dict[str, Send]
) -> None:
    """Log messages of a call are sent on its stream and on the GET stream as well."""
    session = request.session_id or ""
    tasks: list[asyncio.Task[None]] = []

    def copy(message: dict[str, Any]) -> list[dict[str, Any]]:
        if session in listeners and message.get("method") == "notifications/message":
            tasks.append(asyncio.create_task(listeners[session](_chunk(message))))  # type: ignore[arg-type]
        return [message]

    if _listens(request):
        listeners[session] = send
        await request.pass_on(app, receive, send)
        listeners.pop(session, None)
    elif request.method == "POST":
        await request.pass_on(app, receive, rewriting_messages(send, copy))
    else:
        await request.pass_on(app, receive, send)
    await asyncio.gather(*tasks, return_exceptions=True)


@fault(breaks="http-no-broadcast")
@wraps(state=dict)
async def changes_sent_on_every_stream(
    request: Request, app: App, receive: Receive, send: Send, calls: dict[str, set[Send]]
) -> None:
    """A change of the tool list is announced on all open streams of the session."""
    open_calls = calls.setdefault(request.session_id or "", set())
    tasks: list[asyncio.Task[None]] = []

    def copy(message: dict[str, Any]) -> list[dict[str, Any]]:
        if message.get("method") == "notifications/tools/list_changed":
            tasks.extend(asyncio.create_task(each(_chunk(message))) for each in open_calls)  # type: ignore[arg-type]
        return [message]

    if _listens(request):
        await request.pass_on(app, receive, rewriting_messages(send, copy))
    elif request.rpc_method == "tools/call":
        await _held_open(request, app, receive, send, open_calls)
    else:
        await request.pass_on(app, receive, send)
    await asyncio.gather(*tasks, return_exceptions=True)


async def _held_open(request: Request, app: App, receive: Receive, send: Send, streams_open: set[Send]) -> None:
    """Serves a call and lets others write to its stream as long as it runs."""

    async def watched(event: Event) -> None:
        if event["type"] == "http.response.start":
            streams_open.add(send)
        elif not event.get("more_body"):
            await asyncio.sleep(0.05)
            streams_open.discard(send)
        await send(event)

    try:
        await request.pass_on(app, receive, watched)
    finally:
        streams_open.discard(send)


@fault(breaks="http-event-id-unique")
@wraps()
async def event_ids_start_anew(request: Request, app: App, receive: Receive, send: Send) -> None:
    """Event ids are counted from 1 on each stream."""
    await request.pass_on(app, receive, Rewriter(send, None, _numbering()))


@fault(breaks="http-event-id-unique")
@wraps("tools/call")
async def event_ids_of_calls_start_anew(request: Request, app: App, receive: Receive, send: Send) -> None:
    """Event ids are counted from 1 on the stream of each call, behind the first, which can be resumed by."""
    await request.pass_on(app, receive, Rewriter(send, None, _numbering(first=False)))


def _numbering(first: bool = True) -> Callable[[ServerSentEvent], list[ServerSentEvent]]:
    """Counts the events of one stream, and gives those that have an id, or all but the `first`, their number for it."""
    count = 0

    def number(event: ServerSentEvent) -> list[ServerSentEvent]:
        nonlocal count
        count += 1
        if event.get("id") is not None and (first or count > 1):
            event.put("id", str(count))
        return [event]

    return number


@fault(breaks="http-resume-no-cross-stream")
@wraps(state=list)
async def resumption_replays_everything(
    request: Request, app: App, receive: Receive, send: Send, log: list[tuple[Request, ServerSentEvent]]
) -> None:
    """A stream that is resumed replays what came later on any stream."""
    if request.method == "GET" and "last-event-id" in request.headers:
        await request.pass_on(app, receive, _after_head(send, _of_other_streams(request, log)))
        return

    def keep(event: ServerSentEvent) -> list[ServerSentEvent]:
        log.append((request, event))
        return [event]

    await request.pass_on(app, receive, Rewriter(send, None, keep))


def _of_other_streams(request: Request, log: list[tuple[Request, ServerSentEvent]]) -> bytes:
    """What came after the last event of the client on other streams, encoded."""
    ids = [event.get("id") for _, event in log]
    wanted = request.headers.get("last-event-id")
    if wanted not in ids:
        return b""
    last = ids.index(wanted)
    later = [event for stream, event in log[last:] if stream is not log[last][0] and event.data]
    return b"".join(event.encode() for event in later)


def _after_head(send: Send, events: bytes) -> Send:
    """A `send` that puts events at the beginning of a stream."""

    async def insert(event: Event) -> None:
        await send(event)
        if events and event["type"] == "http.response.start" and event["status"] == 200:
            await send({"type": "http.response.body", "body": events, "more_body": True})

    return insert


@fault(breaks="http-sse-close-after-response")
@wraps("ping")
async def stream_left_open(request: Request, app: App, receive: Receive, send: Send) -> None:
    """The stream of a request is not ended after the response."""
    await _never_ended(request, app, receive, send)


@fault(breaks="http-sse-close-after-response")
@wraps("tools/call", when=lambda request: request.params.get("name") == "test_tool_with_progress")
async def stream_of_calls_left_open(request: Request, app: App, receive: Receive, send: Send) -> None:
    """The stream of a call with progress is not ended after the response."""
    await _never_ended(request, app, receive, send)


@fault(breaks="http-sse-final-response-terminates")
@wraps(("tools/list", "prompts/list"))
async def modern_stream_left_open(request: Request, app: App, receive: Receive, send: Send) -> None:
    """The stream of a request is not ended by the final response."""
    collected: list[Event] = []

    async def collect(event: Event) -> None:
        collected.append(event)

    await request.pass_on(app, receive, collect)
    response = Response(collected[0]["status"], Headers.from_raw(collected[0]["headers"]))
    body = b"".join(event.get("body", b"") for event in collected[1:])
    if response.status != 200:
        response.body = body
        await response.send_to(send)
        return
    await send(Response(headers=_stream_headers(), body=None).start())
    await send({"type": "http.response.body", "body": _as_events(response, body), "more_body": True})
    await _until_gone(receive)


def _stream_headers() -> Headers:
    return Headers([("content-type", "text/event-stream"), ("x-accel-buffering", "no")])


def _as_events(response: Response, body: bytes) -> bytes:
    return body if response.streams else b"data: " + body + b"\n\n"


async def _never_ended(request: Request, app: App, receive: Receive, send: Send) -> None:
    streaming = False

    async def held(event: Event) -> None:
        nonlocal streaming
        if event["type"] == "http.response.start":
            streaming = Response(event["status"], Headers.from_raw(event["headers"])).streams
        last = streaming and event["type"] == "http.response.body" and not event.get("more_body")
        await send({**event, "more_body": True} if last else event)
        if last:
            await _until_gone(receive)

    await request.pass_on(app, receive, held)


async def _until_gone(receive: Receive) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(30):
            while (await receive())["type"] != "http.disconnect":
                continue


@fault(breaks="http-sse-retry-before-close")
@wraps("tools/call", when=lambda request: request.params.get("name") == "test_reconnection")
async def no_retry_before_close(request: Request, app: App, receive: Receive, send: Send) -> None:
    """A connection that is closed early has not told when to come back."""

    def without_retry(event: ServerSentEvent) -> list[ServerSentEvent]:
        event.put("retry", None)
        return [event]

    await request.pass_on(app, receive, Rewriter(send, None, without_retry))


@fault(breaks="http-resume-always-get")
@wraps(when=lambda request: request.method == "GET" and "last-event-id" in request.headers)
async def resumption_without_the_response(request: Request, app: App, receive: Receive, send: Send) -> None:
    """A stream that is resumed tells the rest of the progress, and never the response."""

    def without_responses(message: dict[str, Any]) -> list[dict[str, Any]]:
        return [message] if "method" in message else []

    await request.pass_on(app, receive, rewriting_messages(send, without_responses))
