"""Faults of protocol errors, and of tools that are to be denied."""

from dataclasses import replace
from typing import Any

from conformance.protocol.messages import INVALID_PARAMS, METHOD_NOT_FOUND
from conformance.reference.contracts.catalogue import contract_fault
from conformance.reference.contracts.emcp.behaviour import EmcpBehaviour
from conformance.reference.contracts.emcp.calls import Call
from conformance.reference.contracts.emcp.changes import editing, in_response, with_error
from conformance.reference.contracts.emcp.kernel import UNREADABLE
from conformance.reference.contracts.emcp.toolset import JsonObject
from conformance.reference.exchange import Response


@contract_fault("emcp", breaks="emcp-error-not-json")
def framework_answers_bad_json(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The framework refuses a body that is not JSON before the JSON-RPC layer sees it."""

    def page(response: Response) -> Response:
        return Response.of_json({"message": "Bad request."}, 400)

    return in_response(behaviour, lambda call: call.message is UNREADABLE and call.body != b"", page)


@contract_fault("emcp", breaks="emcp-error-envelope")
def envelope_not_asked_for(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A request without jsonrpc is carried out."""

    def edit(request: JsonObject, response: JsonObject) -> JsonObject:
        bare = "method" in request and "jsonrpc" not in request
        return {"jsonrpc": "2.0", "id": response["id"], "result": {}} if bare else response

    return editing(behaviour, edit)


@contract_fault("emcp", breaks="emcp-error-unknown-method")
def unknown_method_as_invalid_params(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """An unknown method is answered with the code of invalid params."""
    return with_error(behaviour, METHOD_NOT_FOUND, lambda error: error.update(code=INVALID_PARAMS))


@contract_fault("emcp", breaks="emcp-error-texts-sanitised")
def stack_trace_in_error(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The error of an unknown method shows where it was raised."""
    trace = "Method not found in /var/www/core/vendor/server.php:118 #0 index.php(12): Server->handle()"
    return with_error(behaviour, METHOD_NOT_FOUND, lambda error: error.update(message=trace))


@contract_fault("emcp", breaks="emcp-tool-denied")
def writing_tool_not_denied(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The main route looks for a tool that writes instead of denying it."""
    error = {"code": INVALID_PARAMS, "message": "There is no such tool."}

    def is_meant(call: Call) -> bool:
        return call.tool.startswith("evo.write.") and not call.dispatched

    return in_response(
        behaviour, is_meant, lambda response: Response.of_json({"jsonrpc": "2.0", "id": None, "error": error})
    )


@contract_fault("emcp", breaks="emcp-tool-denied-dispatch")
def writing_tool_dispatched(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The dispatch route does not ask whether a tool is denied."""
    kept = tuple(check for check in behaviour.dispatch_checks if check != "tool_allowed")
    return replace(behaviour, dispatch_checks=kept)


@contract_fault("emcp", breaks="emcp-tool-denied-by-policy")
def deny_list_not_asked(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """What this installation denies besides tools that write is not looked at."""
    return replace(behaviour, deny_tools=behaviour.deny_tools[:1])


@contract_fault("emcp", breaks="emcp-error-batch")
def batch_answered(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A batch is answered as in the version 2025-03-26."""

    def answered(response: Response) -> Response:
        return Response.of_json([{"jsonrpc": "2.0", "id": 1, "result": {}}])

    return in_response(behaviour, lambda call: isinstance(call.message, list), answered)


@contract_fault("emcp", breaks="emcp-error-empty-body")
def empty_body_fails(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """An empty body ends in a failure of the server."""

    def failed(response: Response) -> Response:
        return Response.of_json({"error": {"code": "internal_error", "message": "Failed.", "trace_id": ""}}, 500)

    return in_response(behaviour, lambda call: call.http_method == "POST" and not call.body, failed)


@contract_fault("emcp", breaks="emcp-error-bad-id")
def fraction_served_as_id(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """An id that is a fraction is taken for a number."""

    def edit(request: JsonObject, response: JsonObject) -> JsonObject:
        id: Any = request.get("id")
        return {"jsonrpc": "2.0", "id": id, "result": {}} if isinstance(id, float) else response

    return editing(behaviour, edit)


@contract_fault("emcp", breaks="emcp-error-texts-sanitised")
def refused_token_shown(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The refusal of a token repeats it."""

    def edit(call: Call, response: Response) -> Response:
        token = (call.headers.get("authorization") or "").partition(" ")[2]
        if response.status == 401 and token:
            error = {"code": "unauthenticated", "message": f"invalid: {token}", "trace_id": call.trace_id}
            response.json = {"error": error}
        return response

    return replace(behaviour, edits=(*behaviour.edits, edit))
