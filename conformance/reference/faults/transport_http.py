"""Faults of Streamable HTTP."""

from typing import Any

from conformance.reference.catalogue import fault
from conformance.reference.exchange import Request, Response
from conformance.reference.sse import ServerSentEvent
from conformance.reference.transformations import DROP, events, requests, reset, responses


@fault(breaks="http-notification-202-empty")
@responses(when=lambda request: request.rpc_method is not None and "id" not in request.message)
def notification_answered_200(response: Response, request: Request) -> None:
    """An accepted notification is answered with 200 and a body."""
    if response.status == 202:
        response.status = 200
        response.json = {"jsonrpc": "2.0", "result": {}}


@fault(breaks="http-origin-validated")
@requests(when=lambda request: "origin" in request.headers)
def origin_not_checked(request: Request) -> None:
    """Every Origin is accepted."""
    request.headers.remove("origin")


@fault(breaks="http-event-id-unique")
@events()
def event_ids_repeat(event: ServerSentEvent, request: Request) -> None:
    """Every event has the same id."""
    if event.data is not None:
        event.put("id", "1")


@fault(breaks="http-session-terminated-404")
@requests(when=lambda request: request.method == "DELETE")
def session_outlives_delete(request: Request) -> Response:
    """DELETE is confirmed, and the session lives on."""
    return Response(200)


@fault(breaks="http-sse-no-close-before-response")
@events("tools/call")
def connection_breaks_before_the_response(event: ServerSentEvent, request: Request) -> Any:
    """The connection of a tool call is reset when its response is due."""
    if event.message is not None and "id" in event.message:
        reset(request)
        return DROP
    return event
