"""Arguments that a tool's own inputSchema forbids, beyond doubt and by one fault each."""

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.protocol.json_schema import UnusableSchemaError, compile_validator
from conformance.protocol.messages import JsonObject

_OTHER_TYPE: Mapping[str, Any] = {
    "string": {"a": [1]},
    "integer": {"a": [1]},
    "number": {"a": [1]},
    "boolean": {"a": [1]},
    "object": "a",
    "array": {"a": [1]},
}
"""For each type a value that no lenient conversion turns into it."""


def misfits(tool: Mapping[str, Any], fitting: JsonObject) -> list[tuple[str, JsonObject]]:
    """`fitting` arguments made wrong: what is wrong in words, and the arguments."""
    return [(what, arguments) for what, arguments in _candidates(tool, fitting) if _forbidden(tool, arguments)]


def _candidates(tool: Mapping[str, Any], fitting: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    for name, schema in _required(tool):
        kind = schema.get("type")
        if isinstance(kind, str) and kind in _OTHER_TYPE and name in fitting and "x-mcp-header" not in schema:
            yield f"{name} left out", {key: value for key, value in fitting.items() if key != name}
            wrong = _OTHER_TYPE[kind]
            yield f"{name} as {'an object' if isinstance(wrong, dict) else 'a text'}", {**fitting, name: wrong}
            return


def out_of_range(tool: Mapping[str, Any], fitting: JsonObject) -> tuple[str, JsonObject] | None:
    """`fitting` arguments with one value of the right type that breaks a constraint; None when none is declared."""
    for name, schema in _required(tool):
        for what, value in _outside(schema):
            arguments = {**fitting, name: value}
            if "x-mcp-header" not in schema and _forbidden(tool, arguments):
                return f"{name} {what}", arguments
    return None


def _outside(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    kind = schema.get("type")
    if kind in ("integer", "number"):
        for key, step in (("maximum", 1), ("minimum", -1)):
            edge = schema.get(key)
            if isinstance(edge, int) and not isinstance(edge, bool) and abs(edge) < 2**31:
                yield f"beyond its {key}", edge + step
    if kind == "string":
        longest = schema.get("maxLength")
        if isinstance(schema.get("enum"), list):
            yield "of a value that is not in its enum", "conformance-no-such-choice"
        elif isinstance(longest, int) and longest < 1000:
            yield "longer than its maxLength", "e" * (longest + 1)


def _required(tool: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The required parameters whose schema stands in the tool's own `properties`."""
    schema = tool.get("inputSchema")
    declared = schema if isinstance(schema, dict) else {}
    required, properties = declared.get("required"), declared.get("properties")
    if isinstance(required, list) and isinstance(properties, dict):
        for name in required:
            if isinstance(name, str) and isinstance(properties.get(name), dict):
                yield name, properties[name]


def _forbidden(tool: Mapping[str, Any], arguments: JsonObject) -> bool:
    try:
        return bool(compile_validator(tool.get("inputSchema")).problems(arguments))
    except (UnusableSchemaError, RecursionError):
        return False
