"""Faults of cancellation."""

import asyncio
import json
from contextlib import suppress
from typing import Any

from conformance.protocol.revisions import LEGACY
from conformance.reference.asgi import App, Event, Receive, Send
from conformance.reference.catalogue import fault
from conformance.reference.exchange import Message, Request, Response, is_request_id
from conformance.reference.rewriting import rewriting_messages
from conformance.reference.sse import ServerSentEvent
from conformance.reference.transformations import messages, requests, responses_to, wraps

CANCELLED = "notifications/cancelled"
CALL_OR_CANCELLED = ("tools/call", CANCELLED)
CROSSING_SECONDS = 0.05


def _cancelled(**params: Any) -> Message:
    return {"jsonrpc": "2.0", "method": CANCELLED, "params": params}


@fault(breaks="cancel-ignore-invalid", revisions=LEGACY)
@requests(CANCELLED, when=lambda request: not is_request_id(request.params.get("requestId")))
def malformed_cancellation_is_an_error(request: Request) -> Response:
    """A cancellation without a usable id is refused."""
    return Response.of_error(request, -32602, "Invalid cancellation", status=400)


@fault(breaks="cancel-ignore-invalid", revisions=LEGACY)
@requests(CANCELLED, when=lambda request: str(request.params.get("requestId", "")).startswith("conformance"))
def unknown_cancellation_is_an_error(request: Request) -> Response:
    """A cancellation of a request that the server does not know is refused."""
    return Response.of_error(request, -32603, "No such request", status=500)


@fault(breaks="cancel-race-graceful", revisions=LEGACY)
@wraps(state=lambda: {"cancelled": [], "lost": []})
async def session_is_lost_by_a_crossing(
    request: Request, app: App, receive: Receive, send: Send, seen: dict[str, list[Any]]
) -> None:
    """A list that is cancelled while it is made up breaks its session."""
    if request.rpc_method == CANCELLED:
        seen["cancelled"].append(request.params.get("requestId"))
    if request.session_id in seen["lost"]:
        await Response.of_error(request, -32603, "Broken", status=500).send_to(send)
        return
    if (request.rpc_method or "").endswith("/list"):
        await asyncio.sleep(CROSSING_SECONDS)
        if request.id in seen["cancelled"]:
            seen["lost"].append(request.session_id)
    await request.pass_on(app, receive, send)


@fault(breaks="cancel-no-response")
@wraps(CALL_OR_CANCELLED, state=list)
async def cancelled_call_is_answered(
    request: Request, app: App, receive: Receive, send: Send, cancelled: list[Any]
) -> None:
    """A call that was cancelled is answered with an error."""
    if request.rpc_method == CANCELLED:
        cancelled.append(request.params.get("requestId"))
    error = {"jsonrpc": "2.0", "id": request.id, "error": {"code": -32800, "message": "Request cancelled"}}

    async def answering(event: Event) -> None:
        last = event["type"] == "http.response.body" and not event.get("more_body", False)
        if last and request.id is not None and request.id in cancelled:
            event = {**event, "body": event.get("body", b"") + ServerSentEvent.of(error).encode()}
        await send(event)

    await request.pass_on(app, receive, answering)


@fault(breaks="cancel-stop-processing", revisions=LEGACY)
@wraps(CALL_OR_CANCELLED, state=list)
async def cancelled_call_goes_on(
    request: Request, app: App, receive: Receive, send: Send, cancelled: list[Any]
) -> None:
    """A call that was cancelled goes on to report progress, and is only not answered."""
    if request.rpc_method == CANCELLED:
        cancelled.append(request.params.get("requestId"))
        await Response(202).send_to(send)
        return

    def edit(message: Message) -> list[Message]:
        return [] if "method" not in message and message.get("id") in cancelled else [message]

    await request.pass_on(app, receive, rewriting_messages(send, edit))


@fault(breaks="cancel-only-named")
@wraps(CALL_OR_CANCELLED, state=list)
async def every_call_is_cancelled(request: Request, app: App, receive: Receive, send: Send, running: list[Any]) -> None:
    """A cancellation ends all calls that run."""
    if request.rpc_method != CANCELLED:
        running.append(request.id)
        await request.pass_on(app, receive, send)
        return
    for id in [id for id in running if id != request.params.get("requestId")]:
        other = await Request.read(request.scope, _nothing)
        other.json = _cancelled(requestId=id)
        await other.pass_on(app, _nothing, _nowhere)
    await request.pass_on(app, receive, send)


async def _nothing() -> Event:
    return {"type": "http.request", "body": json.dumps(_cancelled()).encode(), "more_body": False}


async def _nowhere(event: Event) -> None:
    return None


@fault(breaks="cancel-http-disconnect-is-cancel")
@wraps("tools/call")
async def work_outlives_the_client(request: Request, app: App, receive: Receive, send: Send) -> None:
    """A call goes on when the client has left."""

    async def waiting() -> Event:
        await asyncio.Event().wait()
        raise AssertionError

    async def sending(event: Event) -> None:
        with suppress(Exception):
            await send(event)

    await asyncio.shield(asyncio.ensure_future(request.pass_on(app, waiting, sending)))


@fault(breaks="cancel-server-only-listen")
@responses_to("tools/call", when=lambda request: "progressToken" in request.params.get("_meta", {}))
def server_cancels_a_call(message: Message, request: Request) -> list[Message]:
    """The server sends a cancellation of the client's own call."""
    return [_cancelled(requestId=request.id, reason="Done"), message]


@fault(breaks="cancel-server-ref-listen")
@messages("subscriptions/listen")
def server_cancels_another_subscription(message: Message, request: Request) -> list[Message]:
    """On a listen stream a cancellation comes that names another request."""
    return [message, _cancelled(requestId="another")]


@fault(breaks="cancel-ref-same-direction")
@responses_to("tools/call", when=lambda request: "progressToken" in request.params.get("_meta", {}))
def server_cancels_the_clients_call(message: Message, request: Request) -> list[Message]:
    """The server cancels a request of the client."""
    return [_cancelled(requestId=request.id, reason="Done"), message]


@fault(breaks="cancel-requestid-present")
@responses_to("tools/call", when=lambda request: "progressToken" in request.params.get("_meta", {}))
def cancellation_names_nothing(message: Message, request: Request) -> list[Message]:
    """A cancellation of the server has no request id."""
    return [_cancelled(reason="Done"), message]
