"""Oddities of tools: unusual lists, definitions and results."""

import json
from typing import Any

from conformance.reference.catalogue import oddity
from conformance.reference.exchange import Message, Request
from conformance.reference.transformations import responses_to, results

STRUCTURED = ("2025-06-18", "2025-11-25", "2026-07-28")


def _called(name: str) -> Any:
    return lambda request: request.params.get("name") == name


@oddity(because="A result may have any number of content blocks, none among them.")
@results("tools/call", when=_called("longRunningOperation"))
def result_without_a_block(result: Message, request: Request) -> None:
    """A tool returns an empty array of content."""
    result["content"] = []


@oddity(because="Hints are optional, and each may be set whatever the others say.")
@results("tools/list")
def no_hints_at_all(result: Message, request: Request) -> None:
    """No tool has annotations, so that none but the well-known fixtures may be called."""
    for tool in result["tools"]:
        tool.pop("annotations", None)


@oddity(because="Up to 2025-06-18 invalid input data is also listed as an error of the tool.")
@responses_to("tools/call")
def refusals_in_results(message: Message, request: Request) -> Any:
    """Invalid arguments give a result with isError in every revision."""
    if "Invalid arguments" not in str(message.get("error", {}).get("message")):
        return None
    content = [{"type": "text", "text": message["error"]["message"]}]
    return {"jsonrpc": "2.0", "id": message["id"], "result": {"content": content, "isError": True}}


@oddity(
    because="Annotations of content blocks are optional, and text is text: JSON with blanks repeats the same value.",
    revisions=STRUCTURED,
)
@results("tools/call", when=_called("get_weather"))
def structured_content_printed_with_blanks(result: Message, request: Request) -> None:
    """The text repeats the structured content with other blanks, after a block of prose."""
    if "structuredContent" in result:
        text = json.dumps(result["structuredContent"], indent=4)
        result["content"] = [{"type": "text", "text": "The weather:"}, {"type": "text", "text": text}]


@oddity(
    because="Structured content is any JSON value, so an outputSchema may be of an array.", revisions=["2026-07-28"]
)
@results(("tools/list", "tools/call"))
def structured_content_of_an_array(result: Message, request: Request) -> None:
    """A tool has an outputSchema of an array, and returns one."""
    for tool in result.get("tools", ()):
        if tool["name"] == "add":
            tool["outputSchema"] = {"type": "array", "items": {"type": "number"}}
    if request.params.get("name") == "add" and "content" in result and result.get("isError") is not True:
        result |= {"structuredContent": [1, 1], "content": [{"type": "text", "text": "[1, 1]"}]}


@oddity(because="A parameter that may be null has no header while it is null.", revisions=["2026-07-28"])
@results("tools/list")
def headers_deep_and_nullable(result: Message, request: Request) -> None:
    """Header parameters are nested in objects, nullable, and share their names over tools."""
    for tool in result["tools"]:
        if tool["name"] in ("write_note", "delete_notes"):
            inner = {"type": "object", "properties": {"zone": {"type": ["string", "null"], "x-mcp-header": "Zone"}}}
            data = {"type": "string", "enum": ["x-mcp-header"], "default": "x-mcp-header"}
            properties = {"where": inner, "x-mcp-header": data}
            tool["inputSchema"] = {"type": "object", "properties": properties}
