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

_TYPES = tuple(_OTHER_TYPE)
"""A tuple, since a declared type may be a list, which has no hash."""

NO_SUCH_CHOICE = "conformance-no-such-choice"
_NO_CHOICE = "of a value that is not in its enum"
LONGEST = 1000


def misfits(tool: Mapping[str, Any], fitting: JsonObject) -> list[tuple[str, JsonObject]]:
    """`fitting` arguments made wrong: what is wrong in words, and the arguments."""
    return [(what, arguments) for what, arguments in _candidates(tool, fitting) if _forbidden(tool, arguments)]


def _candidates(tool: Mapping[str, Any], fitting: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    plain = [(name, schema) for name, schema in _parameters(tool) if schema.get("type") in _TYPES]
    for name in [name for name, _ in plain if name in _required(tool) and name in fitting][:1]:
        yield f"{name} left out", {key: value for key, value in fitting.items() if key != name}
    for name, schema in plain[:1]:
        wrong = _OTHER_TYPE[schema["type"]]
        yield f"{name} as {'an object' if isinstance(wrong, dict) else 'a text'}", {**fitting, name: wrong}
    for name in [name for name, schema in plain if _is_choice(schema)][:1]:
        yield f"{name} {_NO_CHOICE}", {**fitting, name: NO_SUCH_CHOICE}


def out_of_range(tool: Mapping[str, Any], fitting: JsonObject) -> tuple[str, JsonObject] | None:
    """`fitting` arguments with one value of the right type that breaks a constraint; None when none is declared."""
    for name, schema in _parameters(tool):
        for what, value in _outside(schema):
            arguments = {**fitting, name: value}
            if _forbidden(tool, arguments):
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
        yield from _outside_of_text(schema)


def _outside_of_text(schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    shortest, longest = schema.get("minLength"), schema.get("maxLength")
    if _is_choice(schema):
        yield _NO_CHOICE, NO_SUCH_CHOICE
    elif isinstance(longest, int) and longest < LONGEST:
        yield "longer than its maxLength", "e" * (longest + 1)
    elif isinstance(shortest, int) and 0 < shortest < LONGEST:
        yield "shorter than its minLength", "e" * (shortest - 1)


def _is_choice(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") == "string" and isinstance(schema.get("enum"), list)


def _parameters(tool: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The parameters whose schema stands in the tool's own `properties`, the required ones first.

    Those that a header mirrors are left out: a wrong value is a second fault there.
    """
    properties = _schema(tool).get("properties")
    declared = properties if isinstance(properties, dict) else {}
    plain = [(name, one) for name, one in declared.items() if isinstance(one, dict) and "x-mcp-header" not in one]
    return sorted(plain, key=lambda one: one[0] not in _required(tool))


def _required(tool: Mapping[str, Any]) -> list[Any]:
    required = _schema(tool).get("required")
    return required if isinstance(required, list) else []


def _schema(tool: Mapping[str, Any]) -> Mapping[str, Any]:
    schema = tool.get("inputSchema")
    return schema if isinstance(schema, dict) else {}


def _forbidden(tool: Mapping[str, Any], arguments: JsonObject) -> bool:
    try:
        return bool(compile_validator(tool.get("inputSchema")).problems(arguments))
    except (UnusableSchemaError, RecursionError):
        return False
