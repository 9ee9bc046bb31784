"""What a tool returned: structured content against its outputSchema, and whether a call was carried out at all."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from conformance.protocol.json_schema import CompiledSchema, UnusableSchemaError, compile_validator
from conformance.protocol.messages import JsonObject

SHOWN_PROBLEMS = 3

_COMPLAINT = re.compile(
    r"error|invalid|not valid|require|missing|must|should be|expect|fail|cannot|can't|could not|unable|validat|reject"
    r"|wrong|bad |illegal|unsupported|not supported|not a |is not|no such|undefined|type",
    re.IGNORECASE,
)
"""Words by which a result that is not marked as an error still says that its input was wrong."""


def is_complete(result: Mapping[str, Any]) -> bool:
    """A result of a tool that did its work: no error, no question back, no task."""
    kind = result.get("resultType", "complete")
    return kind == "complete" and result.get("isError") is not True and "task" not in result


def blocks(result: Mapping[str, Any]) -> list[JsonObject]:
    """The content blocks of a result."""
    content = result.get("content")
    return [one for one in content if isinstance(one, dict)] if isinstance(content, list) else []


def texts(result: Mapping[str, Any]) -> list[str]:
    return [one["text"] for one in blocks(result) if one.get("type") == "text" and isinstance(one.get("text"), str)]


def complains(result: Mapping[str, Any]) -> bool:
    """Whether the words of a result could report a problem. In doubt they do."""
    structured = json.dumps(result.get("structuredContent", ""))
    return any(_COMPLAINT.search(text) for text in [*texts(result), structured])


def structured_problems(tool: Mapping[str, Any], result: Mapping[str, Any]) -> list[str] | None:
    """How the structured content of a complete result breaks the tool's outputSchema; None when that cannot be told."""
    schema = tool.get("outputSchema")
    if not isinstance(schema, dict) or not is_complete(result):
        return None
    if "structuredContent" not in result:
        return ["declares an outputSchema and returned no structuredContent"]
    compiled = _compiled(json.dumps(schema, sort_keys=True))
    try:
        found = compiled.problems(result["structuredContent"]) if compiled else None
    except UnusableSchemaError:
        return None
    if found is None:
        return None
    return [f"structuredContent{one.path}: {one.message}" for one in found[:SHOWN_PROBLEMS]]


@lru_cache(maxsize=256)
def _compiled(schema: str) -> CompiledSchema | None:
    try:
        return compile_validator(json.loads(schema))
    except UnusableSchemaError:
        return None


def is_also_text(result: Mapping[str, Any]) -> bool:
    """Whether the text blocks repeat the structured content as JSON.

    Lenient where servers wrap a value that is no object into a sole member: the bare value counts as well, also
    as plain text or one block for each item.
    """
    structured = result.get("structuredContent")
    wrapped = list(structured.values()) if isinstance(structured, dict) and len(structured) == 1 else []
    read = [_read(text) for text in texts(result)]
    for value in (structured, *wrapped):
        if value in read or value in texts(result) or read == value or texts(result) == value:
            return True
    return False


def _read(text: str) -> Any:
    """The JSON value of a text, or else the text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
