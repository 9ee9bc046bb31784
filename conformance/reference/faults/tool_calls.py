"""Faults of tool calls."""

import json
from typing import Any

from conformance.protocol.revisions import REVISIONS
from conformance.reference.catalogue import fault
from conformance.reference.exchange import Message, Request
from conformance.reference.transformations import responses_to, results

STRUCTURED = ("2025-06-18", "2025-11-25", "2026-07-28")
CALLS = "tools/call"


def _calls(*names: str) -> Any:
    return lambda request: request.params.get("name") in names


def _result(request: Request, message: Message, **members: Any) -> Message:
    """A result in place of an answer."""
    complete: dict[str, Any] = {}
    if request.era == "modern":
        server = {"name": "mcp-conformance-reference", "version": "1"}
        complete = {"resultType": "complete", "_meta": {"io.modelcontextprotocol/serverInfo": server}}
    return {"jsonrpc": "2.0", "id": message["id"], "result": {**complete, **members}}


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _is_refusal(message: Message) -> bool:
    return "error" in message or message["result"].get("isError") is True


@fault(breaks="tools-call-result-shape")
@results(CALLS, when=_calls("test_simple_text"))
def call_without_content(result: Message, request: Request) -> None:
    """A result has no content."""
    del result["content"]


@fault(breaks="tools-call-result-shape")
@results(CALLS)
def content_of_unknown_type(result: Message, request: Request) -> None:
    """Results end with a content block of an invented type."""
    if isinstance(result.get("content"), list):
        result["content"].append({"type": "html", "text": "<p>"})


@fault(breaks="tools-call-result-shape")
@results(CALLS, when=_calls("echo"))
def content_as_text(result: Message, request: Request) -> None:
    """The content is a bare string."""
    result["content"] = "Echo"


@fault(breaks="tools-call-result-shape")
@results(CALLS, when=_calls("test_simple_text"))
def is_error_as_text(result: Message, request: Request) -> None:
    """isError is a string."""
    result["isError"] = "false"


@fault(breaks="tools-call-result-shape")
@responses_to(CALLS, when=_calls("test_multiple_content_types"))
def listed_tool_unknown(message: Message, request: Request) -> Message:
    """A listed tool is answered as if tools/call were an unknown method."""
    return {"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32601, "message": "Method not found"}}


@fault(breaks="tools-output-schema-conform", revisions=STRUCTURED)
@results(CALLS, when=_calls("get_weather"))
def structured_content_of_another_type(result: Message, request: Request) -> None:
    """A member of the structured content is a string where the outputSchema wants a number."""
    if "structuredContent" in result:
        result["structuredContent"]["celsius"] = "warm"
        result["content"] = [_text('{"city": "Delft", "celsius": "warm", "conditions": "cloudy"}')]
        result["structuredContent"]["city"] = "Delft"


@fault(breaks="tools-output-schema-conform", revisions=STRUCTURED)
@results(CALLS, when=_calls("get_weather"))
def structured_content_missing(result: Message, request: Request) -> None:
    """A tool with an outputSchema returns text only."""
    result.pop("structuredContent", None)


@fault(breaks="tools-structured-object-legacy", revisions=["2025-06-18", "2025-11-25"])
@results(CALLS, when=_calls("add"))
def structured_content_as_array(result: Message, request: Request) -> None:
    """A tool without outputSchema returns an array as structured content."""
    if result.get("isError") is not True:
        result |= {"structuredContent": [2], "content": [_text("[2]")]}


@fault(breaks="tools-structured-also-text", revisions=STRUCTURED)
@results(CALLS, when=_calls("get_weather"))
def structured_content_not_as_text(result: Message, request: Request) -> None:
    """The structured content is not repeated as JSON."""
    if result.get("isError") is not True:
        result["content"] = [_text("It is cloudy.")]


@fault(breaks="tools-content-base64")
@results(CALLS, when=_calls("test_image_content"))
def image_of_no_base64(result: Message, request: Request) -> None:
    """The data of an image is not base64."""
    result["content"][0]["data"] = "not base64!"


@fault(breaks="tools-content-base64")
@results(CALLS, when=_calls("test_image_content"))
def image_of_no_type(result: Message, request: Request) -> None:
    """An image has the MIME type "png"."""
    result["content"][0]["mimeType"] = "png"


@fault(breaks="tools-content-base64", revisions=[revision for revision in REVISIONS if revision > "2024-11-05"])
@results(CALLS, when=_calls("test_audio_content"))
def audio_without_type(result: Message, request: Request) -> None:
    """An audio block has no MIME type."""
    del result["content"][0]["mimeType"]


@fault(breaks="tools-not-2024-audio", revisions=["2024-11-05"])
@results(CALLS, when=_calls("test_simple_text"))
def audio_in_2024(result: Message, request: Request) -> None:
    """A result has audio under the revision that does not know it."""
    result["content"].append({"type": "audio", "data": "UklGRg==", "mimeType": "audio/wav"})


@fault(breaks="tools-not-2025-03-resource-link", revisions=["2025-03-26"])
@results(CALLS, when=_calls("test_simple_text"))
def link_before_links(result: Message, request: Request) -> None:
    """A result has a resource link under the revision that does not know it."""
    result["content"].append({"type": "resource_link", "uri": "test://static-text", "name": "static-text"})


@fault(breaks="tools-errors-in-result")
@responses_to(CALLS, when=_calls("test_error_handling"))
def failure_as_protocol_error(message: Message, request: Request) -> Message:
    """A tool that fails is answered with a JSON-RPC error."""
    return {"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32603, "message": "The tool failed"}}


@fault(breaks="tools-errors-in-result")
@results(CALLS, when=_calls("test_error_handling"))
def failure_as_success(result: Message, request: Request) -> None:
    """A tool that fails does not set isError."""
    del result["isError"]


@fault(breaks="tools-unknown-tool-protocol-error")
@responses_to(CALLS)
def unknown_tool_as_result(message: Message, request: Request) -> Message | None:
    """A call of an unknown tool is answered with a result."""
    if "Unknown tool" not in str(message.get("error", {}).get("message")):
        return None
    return _result(request, message, content=[_text("Unknown tool")], isError=True)


@fault(breaks="tools-malformed-request-protocol-error", revisions=["2025-11-25", "2026-07-28"])
@responses_to(CALLS)
def malformed_call_as_result(message: Message, request: Request) -> Message | None:
    """A call whose arguments are no object is answered with a result."""
    if isinstance(request.params.get("arguments"), dict):
        return None
    return _result(request, message, content=[_text("Invalid arguments")], isError=True)


@fault(breaks="tools-validate-inputs")
@responses_to(CALLS, when=_calls("echo", "add", "get_weather", "typed_arguments"))
def arguments_not_validated(message: Message, request: Request) -> Message | None:
    """Calls without a required argument, or with one of another type, succeed."""
    if not _is_refusal(message):
        return None
    return _result(request, message, content=[_text("Done.")])


@fault(breaks="tools-validate-inputs")
@responses_to(CALLS, when=lambda request: {"a": [1]} in list(request.params.get("arguments", {}).values()))
def types_not_validated(message: Message, request: Request) -> Message | None:
    """An object is taken for any type."""
    return _result(request, message, content=[_text("Done.")]) if _is_refusal(message) else None


@fault(breaks="tools-validate-inputs")
@responses_to(CALLS, when=lambda request: '"conformance-no-such-choice"' in json.dumps(request.params))
def choices_not_validated(message: Message, request: Request) -> Message | None:
    """A value that is not in the enum of its parameter is taken."""
    return _result(request, message, content=[_text("Done.")]) if _is_refusal(message) else None


@fault(breaks="tools-input-validation-iserror", revisions=["2025-11-25", "2026-07-28"])
@responses_to(CALLS, when=_calls("typed_arguments"))
def value_out_of_range_as_protocol_error(message: Message, request: Request) -> Message | None:
    """Arguments out of range are answered with a JSON-RPC error."""
    if "result" not in message or message["result"].get("isError") is not True:
        return None
    return {"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32602, "message": "Out of range"}}
