"""Faults of tool lists and of the definitions in them."""

from typing import Any

from conformance.protocol.revisions import LEGACY, REVISIONS
from conformance.reference.catalogue import fault
from conformance.reference.exchange import Message, Request
from conformance.reference.transformations import messages, requests, responses_to, results

STRUCTURED = ("2025-06-18", "2025-11-25", "2026-07-28")
DECLARING = ("initialize", "server/discover")


def _named(result: Message, name: str) -> Message | None:
    return next((tool for tool in result["tools"] if tool.get("name") == name), None)


def _first(result: Message) -> Message:
    """The first tool of the page; faults change it in place."""
    tool: Message = result["tools"][0]
    return tool


@fault(breaks="tools-capability-declared")
@messages((*DECLARING, "subscriptions/listen"))
def tools_not_declared(message: Message, request: Request) -> None:
    """Tools are offered, and the tools capability is not declared; nor are changes of the list."""
    if "result" in message:
        message["result"].get("capabilities", {}).pop("tools", None)
    elif message.get("method") == "notifications/subscriptions/acknowledged":
        message["params"]["notifications"].pop("toolsListChanged", None)


@fault(breaks="tools-list-answered", revisions=["2026-07-28"])
@responses_to("tools/list")
def tools_list_unknown(message: Message, request: Request) -> Message:
    """tools/list is an internal error although tools are declared."""
    if "error" in message:
        return message
    return {"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32603, "message": "Internal error"}}


@fault(breaks="tools-list-result-shape", revisions=LEGACY)
@responses_to("tools/list")
def tools_list_fails(message: Message, request: Request) -> Message:
    """tools/list is answered with an error although tools are declared."""
    return {"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32603, "message": "Internal error"}}


@fault(breaks="tools-list-result-shape")
@results("tools/list")
def tools_list_drops_name(result: Message, request: Request) -> None:
    """The first tool of each page has no name."""
    del result["tools"][0]["name"]


@fault(breaks="tools-list-result-shape")
@results("tools/list", when=lambda request: "cursor" in request.params)
def later_tools_without_description_text(result: Message, request: Request) -> None:
    """On later pages descriptions are null."""
    for tool in result["tools"]:
        tool["description"] = None


@fault(breaks="tools-list-result-shape")
@results("tools/list")
def tools_as_mapping(result: Message, request: Request) -> None:
    """The tools are an object keyed by name."""
    result["tools"] = {tool["name"]: tool for tool in result["tools"]}


@fault(breaks="tools-list-result-shape")
@results("tools/list")
def input_schema_of_no_type(result: Message, request: Request) -> None:
    """The inputSchema of the first tool of each page lacks its type."""
    schema = dict(_first(result)["inputSchema"])
    schema.pop("type")
    _first(result)["inputSchema"] = schema


@fault(breaks="tools-list-result-shape", revisions=[revision for revision in REVISIONS if revision >= "2025-03-26"])
@results("tools/list")
def hints_as_text(result: Message, request: Request) -> None:
    """The annotations say "true" in place of true."""
    for tool in result["tools"]:
        if "annotations" in tool:
            tool["annotations"] = {**tool["annotations"], "idempotentHint": "true"}


@fault(breaks="tools-list-not-per-connection", revisions=["2026-07-28"])
@results("tools/list", state=list)
def tools_by_connection(result: Message, request: Request, connections: list[int]) -> None:
    """Every other connection sees a tool less."""
    port = request.scope["client"][1]
    if port not in connections:
        connections.append(port)
    if connections.index(port) % 2:
        result["tools"] = [tool for tool in result["tools"] if tool["name"] != "test_logging_tool"]


@fault(breaks="tools-list-deterministic-order", revisions=["2026-07-28"])
@results("tools/list", state=lambda: {"asked": 0})
def tools_in_another_order(result: Message, request: Request, state: dict[str, int]) -> None:
    """Every other time the tools of a page come in reverse order."""
    state["asked"] += 1
    if state["asked"] % 2:
        result["tools"].reverse()


@fault(breaks="tools-inputschema-valid-object", revisions=["2025-11-25", "2026-07-28"])
@results("tools/list")
def input_schema_null(result: Message, request: Request) -> None:
    """The inputSchema of a tool without parameters is null."""
    if tool := _named(result, "test_image_content"):
        tool["inputSchema"] = None


@fault(breaks="tools-inputschema-valid-object", revisions=["2025-11-25", "2026-07-28"])
@results("tools/list")
def input_schema_of_an_older_draft(result: Message, request: Request) -> None:
    """A property is required the way of draft 3, under the default dialect."""
    if tool := _named(result, "echo"):
        text = {"type": "string", "required": True}
        tool["inputSchema"] = {"type": "object", "properties": {"message": text}, "required": ["message"]}


@fault(breaks="tools-name-length", revisions=["2025-11-25", "2026-07-28"])
@results("tools/list")
def tool_name_too_long(result: Message, request: Request) -> None:
    """A tool has a name of 129 characters."""
    if tool := _named(result, "write_note"):
        tool["name"] = "n" * 129


@fault(breaks="tools-name-charset", revisions=["2025-11-25", "2026-07-28"])
@results("tools/list")
def tool_name_not_ascii(result: Message, request: Request) -> None:
    """A tool name has a letter beyond ASCII."""
    if tool := _named(result, "write_note"):
        tool["name"] = "schreibe_übersicht"


@fault(breaks="tools-name-unique", revisions=["2025-11-25", "2026-07-28"])
@results("tools/list")
def tool_name_twice(result: Message, request: Request) -> None:
    """Two tools of a page have the same name."""
    if _named(result, "write_note") and (tool := _named(result, "delete_notes")):
        tool["name"] = "write_note"


@fault(breaks="tools-name-unique-identifier", revisions=["2024-11-05", "2025-03-26", "2025-06-18"])
@results("tools/list")
def tool_name_twice_in_older_revisions(result: Message, request: Request) -> None:
    """Two tools of a page have the same name."""
    if _named(result, "write_note") and (tool := _named(result, "delete_notes")):
        tool["name"] = "write_note"


@fault(breaks="tools-name-unique", revisions=["2025-11-25", "2026-07-28"])
@results("tools/list", state=dict)
def tool_again_on_the_last_page(result: Message, request: Request, first: Message) -> None:
    """The last page has the first tool of the first page again."""
    if "cursor" not in request.params:
        first["tool"] = result["tools"][0]
    elif "nextCursor" not in result and "tool" in first:
        result["tools"].append(first["tool"])


@fault(breaks="tools-output-schema-object-legacy", revisions=["2025-06-18", "2025-11-25"])
@results("tools/list")
def output_schema_of_no_object(result: Message, request: Request) -> None:
    """An outputSchema has no type at its root."""
    if tool := _named(result, "get_weather"):
        tool["outputSchema"] = {key: value for key, value in tool["outputSchema"].items() if key != "type"}


@fault(breaks="tools-list-changed-only-if-declared", revisions=LEGACY)
@messages(("initialize", "tools/list"))
def changes_announced_undeclared(message: Message, request: Request) -> Any:
    """listChanged is not declared, and every list comes with the announcement of a change."""
    if "result" not in message:
        return None
    if "capabilities" in message["result"]:
        message["result"]["capabilities"]["tools"] = {}
        return message
    return [{"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}, message]


def _annotate(request: Request, result: Message, change: Any) -> None:
    if tool := _named(result, "write_note"):
        schema: dict[str, Any] = {"type": "object", "properties": {"name": {"type": "string"}}}
        change(schema, schema["properties"])
        tool["inputSchema"] = schema


def _header_fault(name: str, breaks: str, description: str, change: Any) -> None:
    """A fault in the x-mcp-header annotations of a tool."""

    def annotate(result: Message, request: Request) -> None:
        _annotate(request, result, change)

    annotate.__name__ = name.replace("-", "_")
    made = results("tools/list")(annotate)
    fault(id=name, breaks=breaks, description=description, revisions=["2026-07-28"])(made)


def _set(value: Any, **schema: Any) -> Any:
    def change(root: dict[str, Any], properties: dict[str, Any]) -> None:
        properties["name"] = {"type": "string", **schema, "x-mcp-header": value}

    return change


def _twice(root: dict[str, Any], properties: dict[str, Any]) -> None:
    inner = {"type": "object", "properties": {"place": {"type": "string", "x-mcp-header": "NAME"}}}
    properties |= {"name": {"type": "string", "x-mcp-header": "Name"}, "inner": inner}


def _in_items(root: dict[str, Any], properties: dict[str, Any]) -> None:
    properties["names"] = {"type": "array", "items": {"type": "string", "x-mcp-header": "Name"}}


def _in_option(root: dict[str, Any], properties: dict[str, Any]) -> None:
    root["anyOf"] = [{"properties": {"other": {"type": "string", "x-mcp-header": "Other"}}}, {}]


def _in_definition(root: dict[str, Any], properties: dict[str, Any]) -> None:
    root["$defs"] = {"Name": {"type": "string", "x-mcp-header": "Name"}}
    properties["name"] = {"$ref": "#/$defs/Name"}


def _in_additional(root: dict[str, Any], properties: dict[str, Any]) -> None:
    root["additionalProperties"] = {"type": "string", "x-mcp-header": "Other"}


def _at_root(root: dict[str, Any], properties: dict[str, Any]) -> None:
    root["x-mcp-header"] = "Everything"


_header_fault("header-name-empty", "http-xmcp-not-empty", "An x-mcp-header is empty.", _set(""))
_header_fault("header-name-with-space", "http-xmcp-token-syntax", "An x-mcp-header has a space.", _set("My Name"))
_header_fault("header-name-a-number", "http-xmcp-token-syntax", "An x-mcp-header is a number.", _set(5))
_header_fault(
    "header-name-with-line-feed", "http-xmcp-no-control-chars", "An x-mcp-header has a line feed.", _set("Na\nme")
)
_header_fault("header-name-twice", "http-xmcp-unique", "Two x-mcp-header differ in case only.", _twice)
_header_fault(
    "header-of-an-object", "http-xmcp-primitive-only", "An object has an x-mcp-header.", _set("Name", type="object")
)
_header_fault(
    "header-of-a-number", "http-xmcp-primitive-only", "A number has an x-mcp-header.", _set("Name", type="number")
)
_header_fault(
    "header-of-a-huge-integer", "http-xmcp-integer-safe-range", "An integer with an x-mcp-header may be 2^53 + 1.",
    _set("Name", type="integer", enum=[1, 2**53 + 1]),
)  # fmt: skip
_header_fault("header-in-items", "http-xmcp-not-through-composition", "Items have an x-mcp-header.", _in_items)
_header_fault("header-in-option", "http-xmcp-not-through-composition", "An option has an x-mcp-header.", _in_option)
_header_fault(
    "header-in-definition", "http-xmcp-not-through-composition", "The target of a $ref has an x-mcp-header.",
    _in_definition,
)  # fmt: skip
_header_fault(
    "header-of-any-property", "http-xmcp-statically-reachable", "additionalProperties has an x-mcp-header.",
    _in_additional,
)  # fmt: skip
_header_fault("header-of-everything", "http-xmcp-statically-reachable", "The root has an x-mcp-header.", _at_root)
_header_fault(
    "header-of-a-password", "tools-xmcp-no-sensitive", "A parameter of format password has an x-mcp-header.",
    _set("Name", format="password"),
)  # fmt: skip


@fault(breaks="tools-name-case-sensitive", revisions=["2025-11-25", "2026-07-28"])
@requests("tools/call")
def tool_names_in_any_case(request: Request) -> None:
    """Tools are found under their names in other case."""
    name = request.params.get("name")
    if isinstance(name, str) and name.isupper():
        request.params["name"] = name.lower()
        if "mcp-name" in request.headers:
            request.headers["mcp-name"] = name.lower()
