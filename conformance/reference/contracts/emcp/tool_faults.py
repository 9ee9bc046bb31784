"""Faults behind the gates: handshake, catalogue, results, arguments, protocol errors, denied tools."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.protocol.messages import INTERNAL_ERROR, INVALID_PARAMS, METHOD_NOT_FOUND
from conformance.reference.contracts.catalogue import contract_fault
from conformance.reference.contracts.emcp.behaviour import EmcpBehaviour
from conformance.reference.contracts.emcp.calls import Call
from conformance.reference.contracts.emcp.kernel import UNREADABLE
from conformance.reference.contracts.emcp.toolset import Edit, JsonObject
from conformance.reference.exchange import Response

Change = Callable[[JsonObject], Any]
"""Changes an object in place."""


def editing(behaviour: EmcpBehaviour, edit: Edit) -> EmcpBehaviour:
    toolset = behaviour.toolset
    return replace(behaviour, toolset=replace(toolset, edits=(*toolset.edits, edit)))


def in_result(behaviour: EmcpBehaviour, method: str, change: Change) -> EmcpBehaviour:
    """Changes the results of a method."""

    def edit(request: JsonObject, response: JsonObject) -> JsonObject:
        if request.get("method") == method and "result" in response:
            change(response["result"])
        return response

    return editing(behaviour, edit)


def in_content(behaviour: EmcpBehaviour, tool: str, change: Change, model: str = "") -> EmcpBehaviour:
    """Changes the structured content of a tool, and its mirror in the text."""

    def edit(request: JsonObject, response: JsonObject) -> JsonObject:
        params = request.get("params") or {}
        about = params.get("name") == tool and (not model or params["arguments"].get("model") == model)
        result = response.get("result", {})
        if about and isinstance(result.get("structuredContent"), dict):
            change(result["structuredContent"])
            result["content"] = [{"type": "text", "text": json.dumps(result["structuredContent"])}]
        return response

    return editing(behaviour, edit)


def accepting(behaviour: EmcpBehaviour, *checks: str) -> EmcpBehaviour:
    """Leaves out checks of arguments."""
    return replace(behaviour, toolset=replace(behaviour.toolset, accepted=frozenset(checks)))


def in_response(
    behaviour: EmcpBehaviour, is_meant: Callable[[Call], bool], change: Callable[[Response], Response]
) -> EmcpBehaviour:
    """Changes the HTTP answers to some calls."""

    def edit(call: Call, response: Response) -> Response:
        return change(response) if is_meant(call) else response

    return replace(behaviour, edits=(*behaviour.edits, edit))


@contract_fault("emcp", breaks="emcp-initialize-result")
def initialize_with_error_and_result(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """initialize is answered with a result and an error in one."""

    def edit(request: JsonObject, response: JsonObject) -> JsonObject:
        failed = {"error": {"code": INTERNAL_ERROR, "message": "The session could not be stored."}}
        return response | (failed if request.get("method") == "initialize" and "result" in response else {})

    return editing(behaviour, edit)


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


@contract_fault("emcp", breaks="emcp-tools-canonical")
def canonical_tool_missing(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A tool of the public contract is not registered."""
    return replace(behaviour, toolset=replace(behaviour.toolset, hidden=frozenset({"evo.content.siblings"})))


@contract_fault("emcp", breaks="emcp-tools-unique")
def tool_listed_twice(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """An extension lists a tool under a name that is taken."""
    return in_result(behaviour, "tools/list", lambda result: result["tools"].append(result["tools"][0]))


@contract_fault("emcp", breaks="emcp-tools-described")
def input_schema_invalid(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """An input schema names its required member outside of a list."""
    return in_result(behaviour, "tools/list", lambda result: result["tools"][0]["inputSchema"].update(required="limit"))


@contract_fault("emcp", breaks="emcp-search-result")
def search_over_the_limit(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A search for one item gives two."""

    def more(content: JsonObject) -> None:
        content["items"] += content["items"][:1] if content["meta"]["limit"] == 1 else []
        content["meta"]["count"] = len(content["items"])

    return in_content(behaviour, "evo.content.search", more)


@contract_fault("emcp", breaks="emcp-list-meta")
def count_of_the_search_wrong(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The count is that of all documents."""
    return in_content(behaviour, "evo.content.search", lambda content: content["meta"].update(count=24))


@contract_fault("emcp", breaks="emcp-content-fields")
def private_column_in_items(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Items of a search show a column that is not public."""

    def shown(content: JsonObject) -> None:
        content["items"] = [item | {"createdby": 1} for item in content["items"]]

    return in_content(behaviour, "evo.content.search", shown)


@contract_fault("emcp", breaks="emcp-get-item")
def get_gives_another_document(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A document is fetched by its place instead of its id."""

    def another(content: JsonObject) -> None:
        content["item"] = content["item"] and content["item"] | {"id": content["item"]["id"] + 1}

    return in_content(behaviour, "evo.content.get", another)


@contract_fault("emcp", breaks="emcp-model-list")
def model_not_named(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A list of a model does not tell which one."""
    return in_content(behaviour, "evo.model.list", lambda content: content["meta"].pop("model"))


@contract_fault("emcp", breaks="emcp-model-get-public")
def account_with_password(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """An account shows its password."""

    def shown(content: JsonObject) -> None:
        content["item"] = content["item"] and content["item"] | {"password": "$2y$10$not.a.real.hash"}

    return in_content(behaviour, "evo.model.get", shown, model="User")


@contract_fault("emcp", breaks="emcp-model-fields")
def model_with_code(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Snippets show their code."""

    def shown(content: JsonObject) -> None:
        content["items"] = [item | {"snippet": "return 1;"} for item in content["items"]]

    return in_content(behaviour, "evo.model.list", shown, model="SiteSnippet")


@contract_fault("emcp", breaks="emcp-model-not-listed")
def any_model_is_read(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A model that is not published is looked up all the same."""
    return accepting(behaviour, "model:enum")


@contract_fault("emcp", breaks="emcp-arguments-limit-required")
def limit_optional(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A search without a limit is served."""
    return accepting(behaviour, "limit:required")


@contract_fault("emcp", breaks="emcp-arguments-limit-positive")
def limit_below_one(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A limit below 1 is served."""
    return accepting(behaviour, "limit:minimum")


@contract_fault("emcp", breaks="emcp-arguments-limit-cap")
def limit_without_cap(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Any limit is served."""
    return accepting(behaviour, "limit:maximum")


@contract_fault("emcp", breaks="emcp-arguments-offset-cap")
def offset_without_cap(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Any offset is served."""
    return accepting(behaviour, "offset:maximum")


@contract_fault("emcp", breaks="emcp-arguments-depth-cap")
def depth_without_cap(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Any depth is served."""
    return accepting(behaviour, "depth:maximum")


@contract_fault("emcp", breaks="emcp-arguments-order-field")
def any_field_sorts(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Any column can be sorted by."""
    return accepting(behaviour, "order_by:enum")


@contract_fault("emcp", breaks="emcp-arguments-filter-structured")
def raw_filter_taken(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A filter in the query language of the CMS is taken."""
    return accepting(behaviour, "tv_filters:type")


@contract_fault("emcp", breaks="emcp-arguments-filter-operator")
def any_operator_taken(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Any operator becomes part of the query."""
    return accepting(behaviour, "tv_filters.op:enum")


@contract_fault("emcp", breaks="emcp-arguments-filter-separators")
def separators_taken(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Separators of the query language are taken as a part of the value."""
    return accepting(behaviour, "tv_filters.value:separator")


@contract_fault("emcp", breaks="emcp-arguments-tv-name")
def any_variable_name_taken(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Any text is taken for the name of a template variable."""
    return accepting(behaviour, "with_tvs:pattern")


@contract_fault("emcp", breaks="emcp-arguments-id")
def any_id_taken(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A text is taken for an id, and finds nothing."""
    return accepting(behaviour, "id:type")


@contract_fault("emcp", breaks="emcp-arguments-model-field")
def filter_by_any_column(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A model can be filtered by columns that are not public."""
    return accepting(behaviour, "filters.where.field:enum")


@contract_fault("emcp", breaks="emcp-arguments-model-filter")
def filter_with_any_operator(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A model can be filtered by any operator."""
    return accepting(behaviour, "filters.where.op:enum")


@contract_fault("emcp", breaks="emcp-arguments-name-required")
def call_without_a_name_served(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A call that names no tool gives an empty result."""

    def edit(request: JsonObject, response: JsonObject) -> JsonObject:
        nameless = request.get("method") == "tools/call" and "name" not in (request.get("params") or {})
        return {"jsonrpc": "2.0", "id": response["id"], "result": {"content": []}} if nameless else response

    return editing(behaviour, edit)


@contract_fault("emcp", breaks="emcp-arguments-unknown-tool")
def unknown_tool_gives_a_result(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A tool that does not exist gives a result."""

    def edit(request: JsonObject, response: JsonObject) -> JsonObject:
        unknown = "no such tool" in response.get("error", {}).get("message", "")
        content = {"content": [{"type": "text", "text": "There is no such tool."}]}
        return {"jsonrpc": "2.0", "id": response["id"], "result": content} if unknown else response

    return editing(behaviour, edit)


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


def with_error(behaviour: EmcpBehaviour, code: int, change: Change) -> EmcpBehaviour:
    """Changes the error objects of one code."""

    def edit(request: JsonObject, response: JsonObject) -> JsonObject:
        if response.get("error", {}).get("code") == code:
            change(response["error"])
        return response

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


@contract_fault("emcp", breaks="emcp-tools-namespaces")
def tool_in_the_reserved_namespace(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """An extension lists a tool in the namespace of the toolset."""
    return replace(behaviour, toolset=replace(behaviour.toolset, extra=("evo.shop.orders",)))


@contract_fault("emcp", breaks="emcp-text-mirror")
def text_without_metadata(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The text of a search has the items alone."""

    def edit(request: JsonObject, response: JsonObject) -> JsonObject:
        content = response.get("result", {}).get("structuredContent", {})
        if "items" in content:
            response["result"]["content"] = [{"type": "text", "text": json.dumps(content["items"])}]
        return response

    return editing(behaviour, edit)


@contract_fault("emcp", breaks="emcp-tree-siblings")
def siblings_with_the_document(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A document is listed among its siblings."""

    def edit(request: JsonObject, response: JsonObject) -> JsonObject:
        params = request.get("params") or {}
        if params.get("name") == "evo.content.siblings" and "result" in response:
            content = response["result"].get("structuredContent", {"items": []})
            content["items"] = [{**item, "id": params["arguments"]["id"]} for item in content["items"]]
        return response

    return editing(behaviour, edit)


@contract_fault("emcp", breaks="emcp-search-paging")
def pages_overlap(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A search ignores its offset."""

    def edit(request: JsonObject, response: JsonObject) -> JsonObject:
        params = request.get("params") or {}
        arguments = params.get("arguments") or {}
        content = response.get("result", {}).get("structuredContent")
        if params.get("name") == "evo.content.search" and content and arguments.get("offset"):
            content["items"] = [{**item, "id": 1} for item in content["items"]]
        return response

    return editing(behaviour, edit)
