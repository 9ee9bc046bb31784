"""Faults of the handshake, of ping and of ids."""

import json
import uuid

from conformance.protocol.messages import INTERNAL_ERROR, INVALID_PARAMS
from conformance.reference.contracts.catalogue import contract_fault
from conformance.reference.contracts.emcp.behaviour import EmcpBehaviour
from conformance.reference.contracts.emcp.changes import (
    editing,
    having,
    in_response,
    in_result,
    with_error,
)
from conformance.reference.contracts.emcp.toolset import JsonObject
from conformance.reference.exchange import Response


@contract_fault("emcp", breaks="emcp-initialize-result")
def initialize_with_error_and_result(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """initialize is answered with a result and an error in one."""

    def edit(request: JsonObject, response: JsonObject) -> JsonObject:
        failed = {"error": {"code": INTERNAL_ERROR, "message": "The session could not be stored."}}
        return response | (failed if request.get("method") == "initialize" and "result" in response else {})

    return editing(behaviour, edit)


@contract_fault("emcp", breaks="emcp-initialize-result")
def initialize_of_another_protocol(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The response to initialize is one of JSON-RPC 1.0."""

    def edit(request: JsonObject, response: JsonObject) -> JsonObject:
        return response | ({"jsonrpc": "1.0"} if request.get("method") == "initialize" else {})

    return editing(behaviour, edit)


@contract_fault("emcp", breaks="emcp-initialize-result")
def initialize_in_an_array(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The response to initialize comes as a batch of one."""

    def packed(response: Response) -> Response:
        if response.status == 200:
            response.json = [json.loads(response.body or b"null")]
        return response

    return in_response(behaviour, lambda call: call.method == "initialize", packed)


@contract_fault("emcp", breaks="emcp-platform-named")
def platform_of_the_library(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The platform is that of the library below."""
    return in_result(behaviour, "initialize", lambda result: result["serverInfo"].update(platform="laravel"))


@contract_fault("emcp", breaks="emcp-platform-version")
def platform_version_empty(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The version of the platform could not be read, and is empty."""
    return in_result(behaviour, "initialize", lambda result: result["serverInfo"].update(platformVersion=""))


@contract_fault("emcp", breaks="emcp-toolset-version")
def toolset_version_missing(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """initialize does not tell the version of the toolset."""
    return in_result(behaviour, "initialize", lambda result: result["capabilities"].pop("evo"))


@contract_fault("emcp", breaks="emcp-session-header")
def session_header_dropped(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A proxy drops the session header."""

    def dropped(response: Response) -> Response:
        response.headers.remove("mcp-session-id")
        return response

    return in_response(behaviour, lambda call: call.method == "initialize", dropped)


@contract_fault("emcp", breaks="emcp-id-echoed")
def id_as_text(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A number as id comes back as text from tools/list."""

    def edit(request: JsonObject, response: JsonObject) -> JsonObject:
        listed = request.get("method") == "tools/list" and isinstance(response["id"], int)
        return response | ({"id": str(response["id"])} if listed else {})

    return editing(behaviour, edit)


@contract_fault("emcp", breaks="emcp-handshake-on-both-routes")
def manager_route_of_an_older_server(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The manager's route leads to a server of an older version."""

    def older(response: Response) -> Response:
        if isinstance(response.json, dict) and "result" in response.json:
            answer = response.json
            answer["result"]["serverInfo"]["version"] = "0.9.0"
            response.json = answer
        return response

    return in_response(behaviour, lambda call: call.managed and call.method == "initialize", older)


@contract_fault("emcp", breaks="emcp-session-unique-uuid")
def session_id_by_user(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """All sessions of a user have one id."""
    one = str(uuid.uuid4())

    def given(response: Response) -> Response:
        response.headers["mcp-session-id"] = one
        return response

    return in_response(behaviour, lambda call: call.method == "initialize", given)


@contract_fault("emcp", breaks="emcp-session-header-accepted")
def session_header_replaced(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """tools/list hands out another session."""

    def given(response: Response) -> Response:
        response.headers["mcp-session-id"] = str(uuid.uuid4())
        return response

    return in_response(behaviour, lambda call: call.method == "tools/list", given)


@contract_fault("emcp", breaks="emcp-version-unsupported")
def supported_versions_not_told(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The error about an unsupported version has no data."""
    return with_error(behaviour, INVALID_PARAMS, lambda error: error.pop("data", None))


@contract_fault("emcp", breaks="emcp-version-echoed")
def old_version_dropped(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The oldest version of the profile is no longer spoken."""
    return having(behaviour, revisions=behaviour.toolset.revisions[:-1])


@contract_fault("emcp", breaks="emcp-version-default-newest")
def default_version_is_old(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Without a version an old one is spoken."""

    def edit(request: JsonObject, response: JsonObject) -> JsonObject:
        silent = request.get("method") == "initialize" and "protocolVersion" not in (request.get("params") or {})
        if silent and "result" in response:
            response["result"]["protocolVersion"] = "2025-06-18"
        return response

    return editing(behaviour, edit)


@contract_fault("emcp", breaks="emcp-ping-empty")
def ping_tells_the_time(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The result of ping has a member."""
    return in_result(behaviour, "ping", lambda result: result.update(pong=True))


@contract_fault("emcp", breaks="emcp-initialized-accepted")
def initialized_answered_with_200(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A notification is answered with 200 and a body."""
    return in_response(
        behaviour, lambda call: call.method == "notifications/initialized", lambda response: Response.of_json({})
    )
