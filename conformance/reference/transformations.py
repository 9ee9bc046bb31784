"""What a fault or an oddity does to the healthy server: the kinds, each a decorator over a small function.

Every kind takes `on`, the JSON-RPC method (or methods) of the *request*, and `when`, a predicate over the
request; other requests pass unchanged. `state` is a factory: its value is made once for each mounted endpoint
and given to the function as its last argument. A function changes its argument in place and returns nothing,
or returns a replacement.
"""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from conformance.reference.asgi import App, Receive, Scope, Send, first_of
from conformance.reference.exchange import Headers, Message, Request, Response
from conformance.reference.rewriting import Rewriter, rewriting_messages
from conformance.reference.sse import ServerSentEvent

Methods = str | tuple[str, ...] | None
When = Callable[[Request], bool]
Wrap = Callable[[App], App]
_Perform = Callable[[Request, App, Receive, Send], Awaitable[None]]

DROP: list[Any] = []
"""Returned by an edit to say: send nothing in place of this."""
TRANSPORT = "conformance.transport"


@dataclass(frozen=True)
class Transformation:
    """A way to wrap the healthy application; named and described by the function it was made from."""

    name: str
    description: str
    wrap: Wrap


def results(on: Methods = None, **options: Any) -> Callable[[Callable[..., Any]], Transformation]:
    """Edits the `result` of successful responses: `(result, request)`."""
    return _member("result", on, options)


def errors(on: Methods = None, **options: Any) -> Callable[[Callable[..., Any]], Transformation]:
    """Edits the `error` object of error responses: `(error, request)`."""
    return _member("error", on, options)


def notifications(named: Methods = None, **options: Any) -> Callable[[Callable[..., Any]], Transformation]:
    """Edits outgoing notifications of that method, on any stream: `(message, request)`."""

    def selected(message: Message) -> bool:
        return "method" in message and "id" not in message and _is(message["method"], named)

    return _selected_messages(selected, None, options)


def responses_to(on: Methods = None, **options: Any) -> Callable[[Callable[..., Any]], Transformation]:
    """Edits whole JSON-RPC response messages, results and errors: `(message, request)`."""
    return _selected_messages(lambda message: "method" not in message, on, options)


def messages(on: Methods = None, **options: Any) -> Callable[[Callable[..., Any]], Transformation]:
    """Edits every outgoing message, also those of streams that `on` requests opened: `(message, request)`."""
    return _selected_messages(lambda message: True, on, options)


def events(on: Methods = None, **options: Any) -> Callable[[Callable[..., Any]], Transformation]:
    """Edits server-sent events, keep-alives and id-only events among them: `(event, request)`."""

    def build(function: Callable[..., Any]) -> _Perform:
        async def perform(request: Request, app: App, receive: Receive, send: Send) -> None:
            def edit(event: ServerSentEvent) -> list[ServerSentEvent]:
                return _replacements(event, function(event, request))

            await request.pass_on(app, receive, Rewriter(send, None, edit))

        return perform

    return _kind(build, on, **options)


def responses(on: Methods = None, **options: Any) -> Callable[[Callable[..., Any]], Transformation]:
    """Edits the HTTP answer: `(response, request)`; its body is None while it streams."""

    def build(function: Callable[..., Any]) -> _Perform:
        async def perform(request: Request, app: App, receive: Receive, send: Send) -> None:
            def edit(response: Response) -> Response:
                return function(response, request) or response

            await request.pass_on(app, receive, Rewriter(send, edit, None))

        return perform

    return _kind(build, on, **options)


def requests(on: Methods = None, **options: Any) -> Callable[[Callable[..., Any]], Transformation]:
    """Edits the request before the server sees it, or answers it by returning a Response: `(request)`."""

    def build(function: Callable[..., Any]) -> _Perform:
        async def perform(request: Request, app: App, receive: Receive, send: Send) -> None:
            answer = function(request)
            if isinstance(answer, Response):
                await answer.send_to(send)
            else:
                await request.pass_on(app, receive, send)

        return perform

    return _kind(build, on, **options)


def streams(on: Methods = None, **options: Any) -> Callable[[Callable[..., Any]], Transformation]:
    """Answers with an event stream of its own: an async generator over `(request)`.

    It yields JSON-RPC messages (dict), ServerSentEvents or raw bytes; a Response first gives status and
    headers. `forever()` in it hangs until the client leaves, `reset(request)` breaks the connection.
    """

    def build(function: Callable[..., AsyncIterator[Any]]) -> _Perform:
        async def perform(request: Request, app: App, receive: Receive, send: Send) -> None:
            await first_of(_play(function(request), send), _disconnect(receive))

        return perform

    return _kind(build, on, **options)


def wraps(on: Methods = None, **options: Any) -> Callable[[Callable[..., Any]], Transformation]:
    """Takes over: `async (request, app, receive, send)`; `request.pass_on` runs the healthy server."""
    return _kind(lambda function: function, on, **options)


def reset(request: Request) -> None:
    """Breaks the connection of `request` at once, without ending the answer."""
    transport = request.scope.get(TRANSPORT)
    if transport is None:
        raise ConnectionAbortedError("the connection is broken on purpose")
    transport.abort()


async def forever() -> None:
    """Never returns; inside `streams` it is cancelled when the client leaves."""
    await asyncio.Event().wait()


def _member(member: str, on: Methods, options: dict[str, Any]) -> Callable[[Callable[..., Any]], Transformation]:
    def build(function: Callable[..., Any]) -> _Perform:
        def edit(message: Message, request: Request) -> Message:
            replacement = function(message[member], request)
            return message if replacement is None else message | {member: replacement}

        return _message_perform(edit, lambda message: member in message, on)

    return _kind(build, on, **options)


def _selected_messages(
    selected: Callable[[Message], bool], on: Methods, options: dict[str, Any]
) -> Callable[[Callable[..., Any]], Transformation]:
    return _kind(lambda function: _message_perform(function, selected, on), on, **options)


def _message_perform(function: Callable[..., Any], selected: Callable[[Message], bool], on: Methods) -> _Perform:
    async def perform(request: Request, app: App, receive: Receive, send: Send) -> None:
        def edit(message: Message) -> list[Message]:
            if not selected(message) or not _is(request.cause_of(message).get("method"), on):
                return [message]
            return _replacements(message, function(message, request))

        await request.pass_on(app, receive, rewriting_messages(send, edit))

    return perform


def _kind(
    build: Callable[[Callable[..., Any]], _Perform],
    on: Methods,
    *,
    when: When | None = None,
    state: Callable[[], Any] | None = None,
) -> Callable[[Callable[..., Any]], Transformation]:
    def decorate(function: Callable[..., Any]) -> Transformation:
        def wrap(app: App) -> App:
            perform = build(_with_state(function, state))

            async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
                request = await Request.read(scope, receive)
                if _concerns(request, on) and (when is None or when(request)):
                    await perform(request, app, receive, send)
                else:
                    await request.pass_on(app, receive, send)

            return wrapped

        name = function.__name__.strip("_").replace("_", "-")
        return Transformation(name, inspect.getdoc(function) or "", wrap)

    return decorate


def _with_state(function: Callable[..., Any], state: Callable[[], Any] | None) -> Callable[..., Any]:
    if state is None:
        return function
    value = state()
    return lambda *arguments: function(*arguments, value)


def _concerns(request: Request, on: Methods) -> bool:
    if isinstance(request.json, list):
        return on is None or any(isinstance(each, dict) and _is(each.get("method"), on) for each in request.json)
    return _is(request.rpc_method, on)


def _is(method: Any, wanted: Methods) -> bool:
    return wanted is None or method in ((wanted,) if isinstance(wanted, str) else wanted)


def _replacements(original: Any, edited: Any) -> list[Any]:
    if edited is None:
        return [original]
    return edited if isinstance(edited, list) else [edited]


async def _play(items: AsyncIterator[Any], send: Send) -> None:
    started = False
    async for item in items:
        if not started:
            head = item if isinstance(item, Response) else Response(headers=_event_stream())
            head.body = None
            await send(head.start())
            started = True
        if not isinstance(item, Response):
            await send({"type": "http.response.body", "body": _as_bytes(item), "more_body": True})
    if not started:
        await send(Response(headers=_event_stream(), body=None).start())
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _event_stream() -> Headers:
    return Headers([("content-type", "text/event-stream"), ("cache-control", "no-store")])


def _as_bytes(item: Any) -> bytes:
    if isinstance(item, bytes):
        return item
    return (item if isinstance(item, ServerSentEvent) else ServerSentEvent.of(item)).encode()


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
