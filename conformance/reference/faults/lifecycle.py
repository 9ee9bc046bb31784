"""Faults of initialization, of the versions and the capabilities that it negotiates, and of ping."""

from typing import Any

from conformance.protocol.revisions import LEGACY
from conformance.reference.catalogue import fault
from conformance.reference.exchange import Message, Request, Response
from conformance.reference.transformations import requests, responses, responses_to, results, streams

ANSWERED = "lifecycle-server-responds-capabilities-info"
SHAPE = "lifecycle-initialize-result-shape"
COUNTEROFFER = "lifecycle-version-counteroffer"
INTERNAL_ERROR = -32603
METHOD_NOT_FOUND = -32601


def is_unknown_version(request: Request) -> bool:
    return request.params.get("protocolVersion") not in LEGACY


def first_event(request: Request) -> bytes:
    """What a stream begins with in 2025-11-25: an event with an id and no data."""
    return f"id: first-of-{request.id}\ndata: \n\n".encode()


def empty_result(request: Request) -> Response:
    server = {"io.modelcontextprotocol/serverInfo": {"name": "mcp-conformance-reference", "version": "1"}}
    return Response.of_json(
        {"jsonrpc": "2.0", "id": request.id, "result": {"resultType": "complete", "_meta": server}}
    )


@fault(breaks=ANSWERED)
@results("initialize")
def initialize_without_capabilities(result: Message, request: Request) -> None:
    """The initialize result has no capabilities."""
    del result["capabilities"]


@fault(breaks=ANSWERED)
@results("initialize")
def initialize_without_server_info(result: Message, request: Request) -> None:
    """The initialize result does not say who the server is."""
    del result["serverInfo"]


@fault(breaks=ANSWERED)
@requests("initialize")
def initialize_fails(request: Request) -> Response:
    """Every initialize is answered with an internal error."""
    return Response.of_error(request, INTERNAL_ERROR, "Internal error")


@fault(breaks=SHAPE)
@results("initialize")
def initialize_without_version(result: Message, request: Request) -> None:
    """The initialize result has no protocolVersion."""
    del result["protocolVersion"]


@fault(breaks=SHAPE)
@results("initialize")
def server_info_without_version(result: Message, request: Request) -> None:
    """serverInfo has no version."""
    del result["serverInfo"]["version"]


@fault(breaks=SHAPE)
@results("initialize")
def instructions_as_list(result: Message, request: Request) -> None:
    """The instructions are a list of lines."""
    result["instructions"] = ["Be kind."]


@fault(breaks=SHAPE)
@results("initialize")
def capability_as_boolean(result: Message, request: Request) -> None:
    """A capability is true instead of an object."""
    result["capabilities"]["prompts"] = True


@fault(breaks="base-support-core-components", revisions=LEGACY)
@responses("notifications/initialized")
def initialized_refused(response: Response, request: Request) -> None:
    """notifications/initialized is refused, so that no client sees its initialization end."""
    response.status = 400


@fault(breaks="base-support-core-components", revisions=LEGACY)
@responses("initialize")
def session_demanded_but_not_given(response: Response, request: Request) -> None:
    """initialize gives no session id, and everything after it is refused for want of one."""
    response.headers.remove("mcp-session-id")


@fault(breaks=COUNTEROFFER)
@results("initialize", when=is_unknown_version)
def any_version_echoed(result: Message, request: Request) -> None:
    """Whatever version the client asks for is agreed to."""
    result["protocolVersion"] = request.params["protocolVersion"]


@fault(breaks=COUNTEROFFER)
@results("initialize", when=is_unknown_version)
def counteroffer_of_nothing(result: Message, request: Request) -> None:
    """An unknown version is answered with an empty version."""
    result["protocolVersion"] = ""


@fault(breaks=COUNTEROFFER)
@requests("initialize", when=is_unknown_version)
def unknown_version_crashes(request: Request) -> Response:
    """An unknown version ends in an internal error."""
    return Response.of_error(request, INTERNAL_ERROR, "Internal error", status=500)


@fault(breaks="lifecycle-version-counteroffer-latest")
@results("initialize", when=is_unknown_version)
def counteroffer_of_the_oldest(result: Message, request: Request) -> None:
    """An unknown version is answered with the oldest version that the server supports."""
    result["protocolVersion"] = LEGACY[0]


@fault(breaks="lifecycle-version-echo-when-supported", revisions=LEGACY)
@results("initialize", state=list)
def version_changes_each_time(result: Message, request: Request, seen: list[str]) -> None:
    """A version that was agreed to is answered with an older one in the next initialize but one."""
    version = request.params.get("protocolVersion")
    seen.append(str(version))
    if version == LEGACY[-1] and seen.count(LEGACY[-1]) > 2:
        result["protocolVersion"] = LEGACY[-2]


@fault(breaks="lifecycle-handle-error-cases")
@requests("initialize", when=lambda request: not isinstance(request.params.get("capabilities"), dict))
def initialize_without_fields_crashes(request: Request) -> Response:
    """Initialize without its fields brings the server down."""
    return Response(status=500, body=b"Internal Server Error")


@fault(breaks="lifecycle-handle-error-cases")
@requests("initialize", when=lambda request: request.session_id is not None)
def second_initialize_crashes(request: Request) -> Response:
    """A second initialize in one session ends in a bare 500."""
    return Response(status=500, body=b"Internal Server Error")


@fault(breaks="lifecycle-server-no-requests-before-initialized")
@streams("initialize", when=lambda request: "roots" in request.params.get("capabilities", {}))
async def roots_asked_at_once(request: Request) -> Any:
    """The roots of the client are asked for in the answer to initialize."""
    yield first_event(request)
    yield {"jsonrpc": "2.0", "id": "roots-1", "method": "roots/list"}
    yield {"jsonrpc": "2.0", "id": request.id, "result": {
        "protocolVersion": request.params["protocolVersion"],
        "capabilities": {"tools": {}},
        "serverInfo": {"name": "hasty", "version": "1"},
    }}  # fmt: skip


@fault(breaks="lifecycle-declared-features-served")
@requests("logging/setLevel", when=lambda request: request.params.get("level") == "info")
def logging_declared_only(request: Request) -> Response:
    """The capability logging is declared, but logging/setLevel is unknown."""
    return Response.of_error(request, METHOD_NOT_FOUND, "Method not found")


@fault(breaks="lifecycle-features-advertised")
@results("initialize")
def subscriptions_undeclared(result: Message, request: Request) -> None:
    """resources/subscribe is served, but not declared."""
    result["capabilities"]["resources"].pop("subscribe", None)


@fault(breaks="lifecycle-respect-negotiated-version")
@responses_to("ping")
def later_notification(message: Message, request: Request) -> Any:
    """A notification of 2026-07-28 is sent in a legacy session."""
    params: Message = {"notifications": {}}
    later = {"jsonrpc": "2.0", "method": "notifications/subscriptions/acknowledged", "params": params}
    return [later, message] if "result" in message else message


@fault(breaks="lifecycle-only-negotiated-capabilities")
@responses_to("ping")
def undeclared_client_feature(message: Message, request: Request) -> Any:
    """The roots of the client are asked for, though it did not declare any."""
    asked = {"jsonrpc": "2.0", "id": "roots-1", "method": "roots/list"}
    return [asked, message] if "result" in message else message


@fault(breaks="ping-respond-empty")
@results("ping")
def ping_says_pong(result: Message, request: Request) -> None:
    """The result of ping is not empty."""
    result["pong"] = True


@fault(breaks="ping-respond-empty")
@responses_to("ping", when=lambda request: request.message.get("params") == {})
def ping_takes_no_params(message: Message, request: Request) -> Any:
    """ping with empty params is answered with an error."""
    refusal = {"code": INTERNAL_ERROR, "message": "ping takes no params"}
    return {"jsonrpc": "2.0", "id": request.id, "error": refusal} if "result" in message else message


@fault(breaks="ping-removed-modern")
@requests("ping")
def ping_lives_on(request: Request) -> Response:
    """ping is still served under 2026-07-28."""
    return empty_result(request)


@fault(breaks="ping-removed-modern")
@requests("logging/setLevel")
def set_level_lives_on(request: Request) -> Response:
    """logging/setLevel is still served under 2026-07-28."""
    return empty_result(request)
