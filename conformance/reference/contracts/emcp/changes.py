"""What faults and oddities change behind the gates."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.reference.contracts.emcp.behaviour import EmcpBehaviour
from conformance.reference.contracts.emcp.calls import Call
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


def in_call(behaviour: EmcpBehaviour, tool: str, change: Callable[[JsonObject, JsonObject], Any]) -> EmcpBehaviour:
    """Changes the structured content of a tool by its arguments, and its mirror in the text."""

    def edit(request: JsonObject, response: JsonObject) -> JsonObject:
        params = request.get("params") or {}
        result = response.get("result", {})
        if params.get("name") == tool and isinstance(result.get("structuredContent"), dict):
            change(result["structuredContent"], params["arguments"])
            result["content"] = [{"type": "text", "text": json.dumps(result["structuredContent"])}]
        return response

    return editing(behaviour, edit)


def in_content(behaviour: EmcpBehaviour, tool: str, change: Change, model: str = "") -> EmcpBehaviour:
    """The same whatever the arguments, or for one model."""

    def changed(content: JsonObject, arguments: JsonObject) -> None:
        if not model or arguments.get("model") == model:
            change(content)

    return in_call(behaviour, tool, changed)


def having(behaviour: EmcpBehaviour, **changes: Any) -> EmcpBehaviour:
    """Changes facts of the toolset."""
    return replace(behaviour, toolset=replace(behaviour.toolset, **changes))


def accepting(behaviour: EmcpBehaviour, *checks: str) -> EmcpBehaviour:
    """Leaves out checks of arguments."""
    return having(behaviour, accepted=frozenset(checks))


def in_response(
    behaviour: EmcpBehaviour, is_meant: Callable[[Call], bool], change: Callable[[Response], Response]
) -> EmcpBehaviour:
    """Changes the HTTP answers to some calls."""

    def edit(call: Call, response: Response) -> Response:
        return change(response) if is_meant(call) else response

    return replace(behaviour, edits=(*behaviour.edits, edit))


def with_error(behaviour: EmcpBehaviour, code: int, change: Change) -> EmcpBehaviour:
    """Changes the error objects of one code."""

    def edit(request: JsonObject, response: JsonObject) -> JsonObject:
        if response.get("error", {}).get("code") == code:
            change(response["error"])
        return response

    return editing(behaviour, edit)
