"""Unusual behaviour behind the gates that keeps every clause."""

from conformance.protocol.messages import METHOD_NOT_FOUND
from conformance.reference.contracts.catalogue import contract_oddity
from conformance.reference.contracts.emcp.behaviour import EmcpBehaviour
from conformance.reference.contracts.emcp.calls import Call
from conformance.reference.contracts.emcp.changes import editing, having, in_content, in_response
from conformance.reference.contracts.emcp.toolset import JsonObject
from conformance.reference.exchange import Response


@contract_oddity("emcp", because="the metadata step re-encodes the result through arrays (CONTRACTS 1.2.1)")
def empty_objects_as_arrays(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Empty objects come as empty arrays."""

    def edit(request: JsonObject, response: JsonObject) -> JsonObject:
        result = response.get("result")
        if request.get("method") == "initialize" and result:
            result["capabilities"] |= {"prompts": [], "resources": []}
        for tool in result.get("tools", []) if isinstance(result, dict) else []:
            tool["annotations"] = []
        return response | ({"result": []} if result == {} else {})

    return editing(behaviour, edit)


@contract_oddity("emcp", because="SPEC 6.5 lets vendors add tools of their own namespace")
def tools_of_a_vendor(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """An extension lists tools of its own."""
    return having(behaviour, extra=("acme.shop.orders", "acme.shop.orders.open"))


@contract_oddity("emcp", because="TOOLSET 4.1 makes these tools optional")
def no_optional_tools(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """None of the optional tools is there."""
    optional = ("neighbors", "prev_siblings", "next_siblings", "children_range", "siblings_range")
    return having(behaviour, hidden=frozenset(f"evo.content.{name}" for name in optional))


@contract_oddity("emcp", because="SPEC 10.1 asks for the error -32602, the code gives isError (A-EMCP-03)")
def invalid_arguments_as_error(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Invalid arguments give a JSON-RPC error."""
    return having(behaviour, arguments_as_error=True)


@contract_oddity("emcp", because="TOOLSET 8 asks for -32601, MCP for -32602 (A-EMCP-02)")
def unknown_tool_as_unknown_method(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """An unknown tool gives the code of an unknown method."""
    return having(behaviour, unknown_tool=METHOD_NOT_FOUND)


@contract_oddity("emcp", because="MCP has servers offer another version that they support")
def version_counteroffer(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """An unsupported version is answered with the newest one."""
    return having(behaviour, counteroffer=True)


@contract_oddity("emcp", because="the scope map of the shipped server leaves the notification out (A-EMCP-05)")
def initialized_refused(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """notifications/initialized is refused for lack of a scope."""

    def refused(response: Response) -> Response:
        trace_id = response.headers.get(behaviour.trace_header) or ""
        error = {"code": "scope_denied", "message": "This needs the scope mcp:admin.", "trace_id": trace_id}
        return Response(403, response.headers, Response.of_json({"error": error}).body)

    def is_meant(call: Call) -> bool:
        return call.method == "notifications/initialized" and not call.dispatched

    return in_response(behaviour, is_meant, refused)


@contract_oddity("emcp", because="pages may have any size")
def pages_of_three(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """tools/list comes in pages of three."""
    return having(behaviour, page_size=3)


@contract_oddity("emcp", because="a new site has no documents")
def site_without_documents(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """There is nothing to find."""

    def emptied(content: JsonObject) -> None:
        content["items"] = []
        content["meta"]["count"] = 0

    lists = ("search", "root_tree", "ancestors", "children", "siblings", "descendants")
    for name in lists:
        behaviour = in_content(behaviour, f"evo.content.{name}", emptied)
    return behaviour


@contract_oddity("emcp", because="JSON-RPC 2.0 gives the id null, the code leaves it out")
def parse_error_without_id(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """An error without a known id has no member id."""

    def edit(request: JsonObject, response: JsonObject) -> JsonObject:
        return {name: value for name, value in response.items() if name != "id" or value is not None}

    return editing(behaviour, edit)


@contract_oddity("emcp", because="databases give flags as 0 and 1")
def flags_as_numbers(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Flags of documents are numbers."""

    def numbered(content: JsonObject) -> None:
        content["items"] = [
            {name: int(value) if isinstance(value, bool) else value for name, value in item.items()}
            for item in content["items"]
        ]

    return in_content(behaviour, "evo.content.search", numbered)
