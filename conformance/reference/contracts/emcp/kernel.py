"""The JSON-RPC layer of our eMCP server: an MCP server over a small tree of content, behind whatever gates."""

import base64
import binascii
import json
from collections.abc import Callable
from functools import reduce
from typing import Any

from conformance.protocol.messages import INTERNAL_ERROR, INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND, PARSE_ERROR
from conformance.reference.contracts.emcp.arguments import Limits, input_schema, problems, tool_names
from conformance.reference.contracts.emcp.behaviour import EmcpBehaviour
from conformance.reference.contracts.emcp.tools import run
from conformance.reference.contracts.emcp.toolset import JsonObject, Toolset
from conformance.reference.exchange import is_request_id

RESOURCE_NOT_FOUND = -32002

UNREADABLE = object()
"""Stands for a body that is not JSON."""

Answer = JsonObject | list[JsonObject] | None
"""One response, those to a batch, or none."""

_WITH_BATCHES = (None, "2024-11-05", "2025-03-26")
_WITHOUT_INSTRUCTIONS = ("2025-03-26", "2024-11-05")
_RESOURCE: JsonObject = {"uri": "evo://toolset", "name": "toolset", "mimeType": "text/plain"}


class Refused(Exception):
    """Ends in a JSON-RPC error."""

    def __init__(self, code: int, text: str, data: JsonObject | None = None) -> None:
        super().__init__(text)
        self.error: JsonObject = {"code": code, "message": text} | ({"data": data} if data else {})


def answer(message: Any, behaviour: EmcpBehaviour, revision: str | None = None) -> Answer:
    """The answer to the JSON value of a body, None to a notification.

    `revision` is the header MCP-Protocol-Version: batches exist only in the revisions without that header.
    """
    if isinstance(message, list) and message and revision in _WITH_BATCHES:
        answers = (_one(member, behaviour.toolset) for member in message)
        return [one for one in answers if one is not None] or None
    return _one(message, behaviour.toolset)


def _one(message: Any, toolset: Toolset) -> JsonObject | None:
    request = message if isinstance(message, dict) else {}
    response = _response(message, toolset)
    if response is None:
        return None
    return reduce(lambda answered, edit: edit(request, answered), toolset.edits, response)


def _response(message: Any, toolset: Toolset) -> JsonObject | None:
    if message is UNREADABLE:
        return {"jsonrpc": "2.0", "id": None, "error": {"code": PARSE_ERROR, "message": "The body is not JSON."}}
    id = message.get("id") if isinstance(message, dict) else None
    head: JsonObject = {"jsonrpc": "2.0", "id": id if is_request_id(id) else None}
    try:
        if _is_response(message):
            return None
        _need_envelope(message)
        if "id" not in message:
            return None
        return head | {"result": _result(message, toolset)}
    except Refused as refused:
        return head | {"error": refused.error}
    except Exception:
        return head | {"error": {"code": INTERNAL_ERROR, "message": "The request failed."}}


def _is_response(message: Any) -> bool:
    """An answer to a request that this server never sent: nothing is to be said to it."""
    return isinstance(message, dict) and "method" not in message and ("result" in message or "error" in message)


def _need_envelope(message: Any) -> None:
    if not isinstance(message, dict):
        raise Refused(INVALID_REQUEST, "A request is a JSON object.")
    if message.get("jsonrpc") != "2.0" or not isinstance(message.get("method"), str):
        raise Refused(INVALID_REQUEST, "A request has jsonrpc 2.0 and a method.")
    if "id" in message and not is_request_id(message["id"]):
        raise Refused(INVALID_REQUEST, "An id is a string or an integer.")


def _result(message: JsonObject, toolset: Toolset) -> JsonObject:
    method = _METHODS.get(message["method"])
    if method is None:
        raise Refused(METHOD_NOT_FOUND, "There is no such method.")
    params = message.get("params", {})
    if not isinstance(params, dict):
        raise Refused(INVALID_PARAMS, "params is an object.")
    return method(params, toolset)


def _initialize(params: JsonObject, toolset: Toolset) -> JsonObject:
    newest = toolset.revisions[0]
    revision = params.get("protocolVersion", newest)
    if revision not in toolset.revisions:
        if not toolset.counteroffer:
            supported = {"supported": list(toolset.revisions), "requested": revision}
            raise Refused(INVALID_PARAMS, "Unsupported protocol version", supported)
        revision = newest
    return {
        "protocolVersion": revision,
        "capabilities": {
            **{kind: {"listChanged": False} for kind in ("tools", "resources", "prompts")},
            "evo": {"toolsetVersion": toolset.version},
        },
        "serverInfo": {
            "name": toolset.name,
            "version": toolset.server_version,
            "platform": toolset.platform,
            "platformVersion": toolset.platform_version,
        },
    } | ({} if revision in _WITHOUT_INSTRUCTIONS else {"instructions": toolset.instructions})


def _list_tools(params: JsonObject, toolset: Toolset) -> JsonObject:
    known = _tools(toolset)
    first = _offset_of(params.get("cursor"), len(known))
    size = params.get("per_page")
    last = first + (min(size, 50) if isinstance(size, int) and size > 0 else toolset.page_size)
    more = {"nextCursor": _cursor(last)} if last < len(known) else {}
    return {"tools": known[first:last]} | more


def _tools(toolset: Toolset) -> list[JsonObject]:
    names = [name for name in tool_names() if name not in toolset.hidden]
    extra = [_tool(name, {"type": "object", "properties": {}}) for name in toolset.extra]
    return [_tool(name, input_schema(name, _limits(toolset))) for name in names] + extra


def _tool(name: str, schema: JsonObject) -> JsonObject:
    title = name.rpartition(".")[2].replace("_", " ").capitalize()
    kind = "models" if name.startswith("evo.model.") else "documents"
    about = {"title": title, "description": f"Reads {kind} of the site: {title.lower()}."}
    return {"name": name, **about, "inputSchema": schema, "annotations": {"readOnlyHint": True}}


def _cursor(offset: int) -> str:
    return base64.b64encode(json.dumps({"offset": offset}).encode()).decode()


def _offset_of(cursor: Any, most: int) -> int:
    """Where the page of a cursor begins; refused is what is no cursor of ours."""
    if cursor is None:
        return 0
    try:
        offset = json.loads(base64.b64decode(cursor, validate=True))["offset"]
    except (TypeError, ValueError, KeyError, binascii.Error, RecursionError):
        offset = None
    if not isinstance(offset, int) or not 0 < offset < most:
        raise Refused(INVALID_PARAMS, "This is no cursor of this list.")
    return offset


def _call_tool(params: JsonObject, toolset: Toolset) -> JsonObject:
    name, arguments = params.get("name"), params.get("arguments", {})
    if not isinstance(name, str):
        raise Refused(INVALID_PARAMS, "A call names a tool.")
    if name not in [tool["name"] for tool in _tools(toolset)]:
        raise Refused(toolset.unknown_tool, "There is no such tool.")
    if name in toolset.extra:
        return _structured({"items": [], "meta": {}}, toolset)
    arguments = {} if arguments is None or arguments == [] else arguments
    wrong = problems(name, arguments, _limits(toolset), toolset.accepted) if isinstance(arguments, dict) else ["object"]
    if wrong and (toolset.arguments_as_error or not isinstance(arguments, dict)):
        raise Refused(INVALID_PARAMS, "Invalid arguments: " + "; ".join(wrong))
    if wrong:
        return {"content": [{"type": "text", "text": "Invalid arguments: " + "; ".join(wrong)}], "isError": True}
    return _structured(run(name, arguments), toolset)


def _structured(content: JsonObject, toolset: Toolset) -> JsonObject:
    content = content | {"meta": content["meta"] | {"toolsetVersion": toolset.version}}
    text = {"type": "text", "text": json.dumps(content)}
    return {"content": [text], "isError": False, "structuredContent": content}


def _limits(toolset: Toolset) -> Limits:
    return Limits(toolset.max_limit, toolset.max_offset, toolset.max_depth)


def _list_of(name: str, *items: JsonObject) -> Callable[[JsonObject, Toolset], JsonObject]:
    """A list of one page: any cursor is one that nobody gave."""

    def listed(params: JsonObject, toolset: Toolset) -> JsonObject:
        _offset_of(params.get("cursor"), 0)
        return {name: list(items)}

    return listed


def _read_resource(params: JsonObject, toolset: Toolset) -> JsonObject:
    uri = params.get("uri")
    if not isinstance(uri, str):
        raise Refused(INVALID_PARAMS, "A resource has a URI.")
    if uri != _RESOURCE["uri"]:
        raise Refused(RESOURCE_NOT_FOUND, "There is no such resource.", {"uri": uri})
    return {"contents": [{"uri": uri, "mimeType": "text/plain", "text": f"toolset {toolset.version}"}]}


def _get_prompt(params: JsonObject, toolset: Toolset) -> JsonObject:
    raise Refused(INVALID_PARAMS, "There is no such prompt.")


_METHODS: dict[str, Callable[[JsonObject, Toolset], JsonObject]] = {
    "initialize": _initialize,
    "ping": lambda params, toolset: {},
    "tools/list": _list_tools,
    "tools/call": _call_tool,
    "resources/list": _list_of("resources", _RESOURCE),
    "resources/templates/list": _list_of("resourceTemplates"),
    "resources/read": _read_resource,
    "prompts/list": _list_of("prompts"),
    "prompts/get": _get_prompt,
}
