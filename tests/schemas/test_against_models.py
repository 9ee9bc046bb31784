"""Whatever the generated models of the reference SDK describe is accepted by our schemas of the same revision."""

import base64
import inspect
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from mcp_types import methods
from pydantic import BaseModel, TypeAdapter

from conformance.protocol import schemas

REVISIONS = ("2025-11-25", "2026-07-28")

TEXT = st.text(max_size=8)
URIS = st.sampled_from(["https://s.example/a?b=c#d", "file:///a%20b", "urn:x:1", "db://rows/1"])
TIMES = st.sampled_from(["2025-11-25T10:00:00Z", "2026-07-28T23:59:59.999+05:30"])
BASE64 = st.binary(max_size=9).map(lambda data: base64.b64encode(data).decode())
COUNTS = st.integers(min_value=0, max_value=100)
JSON: st.SearchStrategy[Any] = st.sampled_from([None, True, -1, 2.5, "text", [1, [None]], {"a": {"b": []}}])
IMPLEMENTATION = st.just({"name": "n", "version": "1"})
BY_NAME: Mapping[str, st.SearchStrategy[Any]] = {
    "uri": st.sampled_from(["file:///a%20b", "file://host/c?d"]),
    "url": URIS,
    "src": URIS,
    "websiteUrl": URIS,
    "uriTemplate": st.sampled_from(["db://{table}/{+row}", "plain:x"]),
    "data": BASE64,
    "blob": BASE64,
    "createdAt": TIMES,
    "lastUpdatedAt": TIMES,
    "minLength": COUNTS,
    "maxLength": COUNTS,
    "minItems": COUNTS,
    "maxItems": COUNTS,
}
"""Formats, and counts that cannot be negative, which the models leave to the reader."""

MEMBERS: Mapping[str, st.SearchStrategy[Any]] = {
    "io.modelcontextprotocol/serverInfo": IMPLEMENTATION,
    "io.modelcontextprotocol/clientInfo": IMPLEMENTATION,
    "requestedSchema": st.just({"type": "object", "properties": {"a": {"type": "string"}}}),
}
"""Members that the models let through in any shape."""

BY_TYPE: Mapping[str, st.SearchStrategy[Any]] = {
    "JSONValue": JSON,
    "JSONArray": st.lists(JSON, max_size=2),
    "JSONObject": st.dictionaries(TEXT, JSON, max_size=2),
    "InputRequests": st.just({"a": {"method": "roots/list"}}),
    "InputResponses": st.just({"a": {"action": "decline"}}),
}

LOOSER = {
    "ElicitResult": "lets null through as the value of a form field",
    "InputRequiredResult": "may lack both requests and state",
    "CallToolResultResponse": "does not tie the shape to resultType",
    "GetPromptResultResponse": "does not tie the shape to resultType",
    "ReadResourceResultResponse": "does not tie the shape to resultType",
}
"""Models that describe more than the specification allows, and how."""

SETTINGS = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def models() -> list[Any]:
    """Each model class that is named like a definition of the same revision."""
    found = []
    for revision in REVISIONS:
        module = sys.modules[methods.SERVER_RESULTS["tools/list", revision].__module__]
        for name in schemas.definitions(revision):
            model = getattr(module, name, None)
            if inspect.isclass(model) and issubclass(model, BaseModel) and name not in {*LOOSER, *BY_TYPE}:
                found.append(pytest.param(revision, name, model, id=f"{revision}-{name}"))
    return found


def instances(schema: Any, definitions: Mapping[str, Any], name: str = "") -> st.SearchStrategy[Any]:
    """Values of the JSON Schema that pydantic derives from a model."""
    if name in MEMBERS:
        return MEMBERS[name]
    if "$ref" in schema:
        target = schema["$ref"].rpartition("/")[2]
        return BY_TYPE[target] if target in BY_TYPE else instances(definitions[target], definitions, name)
    if "anyOf" in schema:
        return st.one_of(*(instances(option, definitions, name) for option in schema["anyOf"]))
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    return _of_type(schema, definitions, name)


def _of_type(schema: Any, definitions: Mapping[str, Any], name: str) -> st.SearchStrategy[Any]:
    kind = schema.get("type")
    low, high = schema.get("minimum"), schema.get("maximum")
    match kind:
        case "string":
            return BY_NAME.get(name, TEXT)
        case "integer" if name in BY_NAME:
            return BY_NAME[name]
        case "integer":
            return st.integers(low, high)
        case "number":
            return st.floats(low, high, allow_nan=False, allow_infinity=False)
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
        case "array":
            return st.lists(instances(schema.get("items", {}), definitions), max_size=2)
        case "object":
            return _object(schema, definitions)
    return JSON


def _object(schema: Any, definitions: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    declared = schema.get("properties", {})
    required = set(schema.get("required", ()))
    if not declared:
        values = schema.get("additionalProperties", True)
        return st.dictionaries(TEXT, instances(values if isinstance(values, dict) else {}, definitions), max_size=2)
    members = {
        name: instances(body if name in required else _without_null(body), definitions, name)
        for name, body in declared.items()
    }
    return st.fixed_dictionaries(
        {name: member for name, member in members.items() if name in required},
        optional={name: member for name, member in members.items() if name not in required},
    )


def _without_null(schema: Any) -> Any:
    """An optional member is left out by the models, never sent as null."""
    options = [option for option in schema.get("anyOf", ()) if option != {"type": "null"}]
    return {**schema, "anyOf": options} if options else schema


@pytest.mark.parametrize(("revision", "name", "model"), models())
def test_what_a_model_describes_is_accepted(revision: str, name: str, model: type[BaseModel]) -> None:
    shape = TypeAdapter(model).json_schema(by_alias=True)

    @SETTINGS
    @given(instances(shape, shape.get("$defs", {})))
    def check(value: Any) -> None:
        assert schemas.check_definition(revision, name, value) == []

    check()


def test_the_models_cover_most_definitions() -> None:
    covered = {parameters.values[:2] for parameters in models()}

    for revision in REVISIONS:
        names = schemas.definitions(revision)
        assert sum((revision, name) in covered for name in names) > 0.7 * len(names)
