"""Faults of Streamable HTTP that show in a single answer: statuses, media types, framing."""

from typing import Any

from conformance.protocol.revisions import LEGACY, MODERN
from conformance.reference.catalogue import fault
from conformance.reference.exchange import Request, Response, is_request_id
from conformance.reference.sse import ServerSentEvent
from conformance.reference.transformations import DROP, events, requests, responses

INVALID_DATES = ("1999-01-01", "2099-12-31")


def _is_notification(request: Request) -> bool:
    return request.rpc_method is not None and "id" not in request.message


def _is_response(request: Request) -> bool:
    return request.rpc_method is None and ("result" in request.message or "error" in request.message)


def _listens(request: Request) -> bool:
    return request.method == "GET"


def _is_ordinary(request: Request) -> bool:
    """Whether the healthy server would serve this legacy request."""
    known = request.headers.get("mcp-protocol-version") in (None, *LEGACY)
    if request.message.get("jsonrpc") != "2.0" or not is_request_id(request.id):
        return False
    return known and "origin" not in request.headers and request.session_id in request.sessions.revisions


@fault(breaks="http-notification-202-empty")
@responses(when=_is_notification)
def notification_answered_200(response: Response, request: Request) -> None:
    """An accepted notification is answered with 200."""
    if response.status == 202:
        response.status = 200


@fault(breaks="http-notification-202-empty")
@responses(when=_is_notification)
def notification_answered_204(response: Response, request: Request) -> None:
    """An accepted notification is answered with 204 No Content."""
    if response.status == 202:
        response.status = 204


@fault(breaks="http-notification-202-empty")
@responses(when=_is_notification)
def notification_202_with_body(response: Response, request: Request) -> None:
    """The 202 for a notification has a body."""
    if response.status == 202:
        response.headers["content-type"] = "application/json"
        response.json = {"status": "accepted"}


@fault(breaks="http-notification-202-empty", revisions=LEGACY[1:])
@responses(when=_is_response)
def response_answered_200(response: Response, request: Request) -> None:
    """A response that the client sends is answered with 200."""
    if response.status == 202:
        response.status = 200


@fault(breaks="http-notification-reject-status", revisions=LEGACY[1:])
@requests(when=_is_response)
def response_refused_with_200(request: Request) -> Response:
    """A response that is refused is answered with status 200 and an error."""
    return Response.of_error(request, -32600, "No such request")


@fault(breaks="http-request-content-type", revisions=LEGACY[1:])
@requests("ping", when=lambda request: _is_ordinary(request))
def ping_answered_as_text(request: Request) -> Response:
    """ping is answered as text/plain."""
    response = Response.of_json({"jsonrpc": "2.0", "id": request.id, "result": {}})
    response.headers["content-type"] = "text/plain"
    return response


@fault(breaks="http-request-content-type")
@responses(("tools/list", "server/discover"))
def answer_without_media_type(response: Response, request: Request) -> None:
    """Answers to requests have a media type of the server's own."""
    if response.status == 200:
        response.headers["content-type"] = "application/vnd.mcp+json"


@fault(breaks="http-json-single-object", revisions=LEGACY[1:])
@requests("ping", when=lambda request: _is_ordinary(request))
def ping_answered_as_array(request: Request) -> Response:
    """The JSON answer to a single ping is an array."""
    return Response.of_json([{"jsonrpc": "2.0", "id": request.id, "result": {}}])


@fault(breaks="http-get-sse-or-405")
@requests(when=_listens)
def get_answered_404(request: Request) -> Response:
    """GET is answered with 404."""
    return Response(404)


@fault(breaks="http-get-sse-or-405")
@requests(when=_listens)
def get_answered_with_json(request: Request) -> Response:
    """GET is answered with a JSON document."""
    return Response.of_json({"name": "server", "status": "ok"})


@fault(breaks="http-get-sse-or-405")
@requests(when=_listens)
def get_answered_501(request: Request) -> Response:
    """GET is answered with 501."""
    return Response(501)


@fault(breaks="http-single-endpoint-post-get")
@requests(when=_listens)
def get_redirected(request: Request) -> Response:
    """GET is sent on to another path."""
    response = Response(307)
    response.headers["location"] = "/events"
    return response


@fault(breaks="http-sse-prime-event")
@events()
def streams_without_prime_event(event: ServerSentEvent, request: Request) -> list[Any] | None:
    """Streams do not start with an empty event, unless they are closed early."""
    return None if event.data or request.params.get("name") == "test_reconnection" else DROP


@fault(breaks="http-sse-x-accel-buffering")
@responses()
def streams_may_be_buffered(response: Response, request: Request) -> None:
    """Event streams lack X-Accel-Buffering."""
    response.headers.remove("x-accel-buffering")


@fault(breaks="http-sse-no-server-requests")
@events("tools/call")
def ping_on_modern_stream(event: ServerSentEvent, request: Request) -> list[ServerSentEvent]:
    """The server pings the client on the stream of a call."""
    if "result" not in (event.message or {}):
        return [event]
    return [ServerSentEvent.of({"jsonrpc": "2.0", "id": "server-1", "method": "ping"}), event]


@fault(breaks="http-sse-notifications-relate")
@events("tools/call")
def list_change_on_call_stream(event: ServerSentEvent, request: Request) -> list[ServerSentEvent]:
    """A change of the tool list is announced on the stream of a call."""
    if "result" not in (event.message or {}):
        return [event]
    announcement = {"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}
    return [ServerSentEvent.of(announcement), event]


@fault(breaks="http-version-header-invalid-400")
@requests()
def version_header_ignored(request: Request) -> None:
    """The version header is not looked at; the session tells the version."""
    negotiated = request.sessions.revisions.get(request.session_id or "")
    if negotiated is not None:
        request.headers["mcp-protocol-version"] = negotiated


@fault(breaks="http-version-header-invalid-400")
@requests(when=lambda request: request.headers.get("mcp-protocol-version") in INVALID_DATES)
def version_header_any_date(request: Request) -> None:
    """Any date is taken for a version."""
    request.headers.remove("mcp-protocol-version")


@fault(breaks="http-version-header-invalid-400")
@responses()
def version_header_invalid_is_422(response: Response, request: Request) -> None:
    """An invalid version header is refused with 422."""
    version = request.headers.get("mcp-protocol-version")
    if response.status == 400 and version is not None and version not in (*LEGACY, *MODERN):
        response.status = 422


@fault(breaks="http-version-header-invalid-400")
@requests(when=_listens)
def version_header_ignored_on_get(request: Request) -> None:
    """The version header is not looked at on GET."""
    request.headers.remove("mcp-protocol-version")


@fault(breaks="http-version-header-invalid-400")
@requests(when=lambda request: request.method == "DELETE" and "mcp-protocol-version" in request.headers)
def version_header_ignored_on_delete(request: Request) -> None:
    """The version header is not looked at on DELETE."""
    request.headers.remove("mcp-protocol-version")


@fault(breaks="http-version-header-invalid-400")
@requests("tools/list")
def version_header_ignored_on_lists(request: Request) -> None:
    """The version header is not looked at when tools are listed."""
    request.headers["mcp-protocol-version"] = request.sessions.revisions.get(request.session_id or "", LEGACY[-1])


@fault(breaks="http-version-header-missing-assume")
@requests()
def version_header_required(request: Request) -> Response | None:
    """A request without the version header is refused."""
    if request.headers.get("mcp-protocol-version") is None and request.rpc_method == "ping":
        return Response.of_error(request, -32600, "MCP-Protocol-Version is missing", status=400)
    return None


@fault(breaks="http-unsupported-version-400")
@responses()
def unsupported_version_is_200(response: Response, request: Request) -> None:
    """An unsupported version is refused with status 200."""
    if _error_code(response) == -32022:
        response.status = 200


@fault(breaks="http-unknown-method-404")
@responses()
def unknown_method_is_200(response: Response, request: Request) -> None:
    """An unknown method is answered with status 200."""
    if _error_code(response) == -32601:
        response.status = 200


@fault(breaks="http-unknown-method-404")
@responses()
def unknown_method_is_400(response: Response, request: Request) -> None:
    """An unknown method is answered with status 400."""
    if _error_code(response) == -32601:
        response.status = 400


def _error_code(response: Response) -> Any:
    answer = response.json if response.body else None
    return answer.get("error", {}).get("code") if isinstance(answer, dict) else None
