"""Arguments for a tool, from the user or from the tool's own schema; what cannot be made is not guessed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conformance.protocol.json_schema import compile_validator
from conformance.protocol.messages import JsonObject

MAX_DEPTH = 8

_FORMATS = {
    "date": "2026-01-15",
    "date-time": "2026-01-15T12:00:00Z",
    "time": "12:00:00Z",
    "email": "conformance@example.com",
    "hostname": "example.com",
    "idn-email": "conformance@example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "uri-reference": "https://example.com/",
    "uuid": "6f1c1f0e-6f57-4f5c-9f0a-0a2f0b1c2d3e",
}


@dataclass(frozen=True, slots=True)
class Arguments:
    """`value` to call the tool with, or None and the `reason` why none could be made."""

    value: JsonObject | None
    reason: str = ""


class _CannotMake(Exception):
    """No value can be derived from this part of the schema; the message says which part and why."""


def make_arguments(tool: Mapping[str, Any], bound: Mapping[str, Mapping[str, Any]]) -> Arguments:
    """The user's arguments from `bound` (tool name -> arguments), else required parameters made from the schema."""
    name = str(tool.get("name"))
    if name in bound:
        return Arguments(dict(bound[name]))
    schema = tool.get("inputSchema")
    if not isinstance(schema, dict):
        return Arguments(None, "the tool has no usable inputSchema")
    try:
        value = _object(schema, schema, "arguments", 0)
        problems = compile_validator(schema).problems(value)
    except _CannotMake as error:
        return Arguments(None, str(error))
    except Exception as error:  # a schema may break a validator in any way; then no arguments are made from it
        return Arguments(None, f"its inputSchema cannot be evaluated: {type(error).__name__}")
    if problems:
        return Arguments(None, f"made arguments do not fit its inputSchema: {problems[0].message[:120]}")
    return Arguments(value)


def _make(schema: Any, root: JsonObject, path: str, depth: int) -> Any:
    if schema is True or schema == {}:
        return "example"
    if not isinstance(schema, dict) or depth > MAX_DEPTH:
        raise _CannotMake(f"{path} has a schema that allows nothing, or is nested too deeply")
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    for key in ("examples", "enum"):
        if isinstance(schema.get(key), list) and schema[key]:
            return schema[key][0]
    if isinstance(schema.get("$ref"), str):
        return _make(_resolve(schema["$ref"], root, path), root, path, depth + 1)
    for key in ("oneOf", "anyOf"):
        if isinstance(schema.get(key), list) and schema[key]:
            return _first_that_can(schema[key], root, path, depth)
    if isinstance(schema.get("allOf"), list):
        return _make(_merged(schema, root, path), root, path, depth + 1)
    return _by_type(schema, root, path, depth)


def _first_that_can(options: list[Any], root: JsonObject, path: str, depth: int) -> Any:
    complaint = _CannotMake(f"{path} allows nothing")
    for option in options:
        if isinstance(option, dict) and option.get("type") == "null" and len(options) > 1:
            continue
        try:
            return _make(option, root, path, depth + 1)
        except _CannotMake as error:
            complaint = error
    raise complaint


def _merged(schema: JsonObject, root: JsonObject, path: str) -> JsonObject:
    merged = {key: value for key, value in schema.items() if key != "allOf"}
    for part in schema["allOf"]:
        part = _resolve(part["$ref"], root, path) if isinstance(part, dict) and "$ref" in part else part
        if not isinstance(part, dict):
            raise _CannotMake(f"{path} combines schemas in a way that is not understood")
        properties = {**merged.get("properties", {}), **part.get("properties", {})}
        required = [*merged.get("required", []), *part.get("required", [])]
        merged = {**merged, **part, "properties": properties, "required": required}
    return merged


def _resolve(reference: str, root: JsonObject, path: str) -> Any:
    if not reference.startswith("#"):
        raise _CannotMake(f"{path} refers to {reference[:80]}, outside the schema")
    found: Any = root
    for step in reference[1:].strip("/").split("/"):
        if step:
            key = step.replace("~1", "/").replace("~0", "~")
            found = found.get(key) if isinstance(found, dict) else None
    if found is None:
        raise _CannotMake(f"{path} refers to {reference[:80]}, which is not in the schema")
    return found


def _by_type(schema: JsonObject, root: JsonObject, path: str, depth: int) -> Any:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    if kind == "object" or (kind is None and "properties" in schema):
        return _object(schema, root, path, depth)
    if kind == "array":
        return [_make(schema.get("items", {}), root, f"{path}[]", depth + 1)] * max(0, schema.get("minItems", 0))
    if kind in ("integer", "number"):
        return _number(schema, kind)
    if kind == "boolean":
        return False
    if kind == "null":
        return None
    return _string(schema, path)


def _object(schema: JsonObject, root: JsonObject, path: str, depth: int) -> JsonObject:
    """Required members only: what is optional is left to the server's defaults."""
    if isinstance(schema.get("$ref"), str):
        return _object(_resolve(schema["$ref"], root, path), root, path, depth + 1)
    if isinstance(schema.get("allOf"), list):
        schema = _merged(schema, root, path)
    properties = schema.get("properties")
    known = properties if isinstance(properties, dict) else {}
    required = schema.get("required")
    names = [name for name in required if isinstance(name, str)] if isinstance(required, list) else []
    return {name: _make(known.get(name, {}), root, f"{path}.{name}", depth + 1) for name in names}


def _number(schema: JsonObject, kind: Any) -> int | float:
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    step = schema.get("multipleOf")
    if low is None and high is None:
        return step if isinstance(step, int | float) else 1
    if low is None:
        return min(1, high - 1)
    value = low if "minimum" in schema else low + 1
    return max(value, 1) if high is None or high >= 1 else value


def _string(schema: JsonObject, path: str) -> str:
    if "pattern" in schema:
        raise _CannotMake(f"{path} has a pattern; give a value under [arguments]")
    made = _FORMATS.get(str(schema.get("format")), "example")
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    made = made.ljust(least, "e") if isinstance(least, int) else made
    return made[:most] if isinstance(most, int) else made
