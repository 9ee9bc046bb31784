"""Arguments made from the schemas that real servers publish."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from conformance.protocol.json_schema import compile_validator
from conformance.target.arguments import make_arguments
from conformance.target.scalars import FORMATS

JsonSchema = dict[str, Any]


def tool(schema: Any, name: str = "tool") -> dict[str, Any]:
    return {"name": name, "inputSchema": schema}


def object_of(**properties: Any) -> JsonSchema:
    """An object schema in which every property is required."""
    return {"type": "object", "properties": properties, "required": list(properties)}


MAKEABLE: dict[str, tuple[JsonSchema, dict[str, Any]]] = {
    "no-parameters": ({"type": "object"}, {}),
    "no-type": ({}, {}),
    "optional-is-left-out": ({"type": "object", "properties": {"a": {"type": "string"}}}, {}),
    "required-without-properties": ({"type": "object", "required": ["a"]}, {"a": "example"}),
    "additional-schema": (
        {"type": "object", "required": ["a"], "additionalProperties": {"type": "integer"}}, {"a": 1},
    ),
    "pydantic": (
        {
            "type": "object", "title": "addArguments", "required": ["a", "place"],
            "$defs": {"Place": {"type": "object", "title": "Place", "properties": {
                "street": {"title": "Street", "type": "string"},
                "zip": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None, "title": "Zip"},
            }, "required": ["street"]}},
            "properties": {"a": {"title": "A", "type": "integer"}, "place": {"$ref": "#/$defs/Place"}},
        },
        {"a": 1, "place": {"street": "example"}},
    ),
    "draft-07-definitions": (
        {
            "$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "required": ["a"],
            "definitions": {"Level": {"type": "string", "enum": ["low", "high"]}},
            "properties": {"a": {"$ref": "#/definitions/Level"}},
        },
        {"a": "low"},
    ),
    "draft-04-exclusive-minimum": (
        {
            "$schema": "http://json-schema.org/draft-04/schema#", "type": "object", "required": ["a"],
            "properties": {"a": {"type": "integer", "minimum": 3, "exclusiveMinimum": True}},
        },
        {"a": 4},
    ),
    "reference-to-a-sibling": (
        {"type": "object", "required": ["b"],
         "properties": {"a": {"type": "boolean"}, "b": {"$ref": "#/properties/a"}}},
        {"b": False},
    ),
    "reference-with-siblings": (
        {"type": "object", "required": ["a"], "$defs": {"N": {"type": "integer"}},
         "properties": {"a": {"$ref": "#/$defs/N", "minimum": 5}}},
        {"a": 5},
    ),
    "root-is-a-reference": (
        {"type": "object", "$ref": "#/$defs/A", "$defs": {"A": object_of(a={"type": "string"})}}, {"a": "example"},
    ),
    "recursive-but-optional": (
        {"type": "object", "$ref": "#/$defs/Node", "$defs": {"Node": {
            "type": "object", "required": ["name"],
            "properties": {"name": {"type": "string"}, "next": {"$ref": "#/$defs/Node"}},
        }}},
        {"name": "example"},
    ),
    "const": (object_of(a={"const": "x"}), {"a": "x"}),
    "default-first": (object_of(a={"type": "string", "default": "d", "examples": ["e"]}), {"a": "d"}),
    "default-that-does-not-fit": (object_of(a={"type": "integer", "default": "many", "examples": [7]}), {"a": 7}),
    "example-that-does-not-fit": (object_of(a={"type": "integer", "examples": ["x"], "minimum": 3}), {"a": 3}),
    "openapi-example": (object_of(a={"type": "string", "example": "Delft"}), {"a": "Delft"}),
    "null-default-of-required": (
        object_of(a={"anyOf": [{"type": "null"}, {"type": "integer"}], "default": None}), {"a": None},
    ),
    "option-that-allows-nothing": (object_of(a={"anyOf": [False, {"type": "integer"}]}), {"a": 1}),
    "option-without-end": (
        {**object_of(a={"anyOf": [{"$ref": "#/$defs/a"}, {"type": "integer"}]}),
         "$defs": {"a": object_of(a={"$ref": "#/$defs/a"})}},
        {"a": 1},
    ),
    "nullable-union": (object_of(a={"anyOf": [{"type": "null"}, {"type": "integer"}]}), {"a": 1}),
    "type-list": (object_of(a={"type": ["null", "number"]}), {"a": 1}),
    "one-of-exactly-one": (
        object_of(a={"oneOf": [{"type": "number"}, {"type": "integer"}, {"type": "string"}]}), {"a": "example"},
    ),
    "discriminated-union": (
        object_of(a={"oneOf": [
            object_of(kind={"const": "file"}, path={"type": "string", "pattern": "^(a+)+$"}),
            object_of(kind={"const": "text"}, text={"type": "string"}),
        ]}),
        {"a": {"kind": "text", "text": "example"}},
    ),
    "all-of": (
        {"type": "object", "allOf": [object_of(a={"type": "string"}), {"required": ["b"]}],
         "properties": {"b": {"type": "integer"}}},
        {"b": 1, "a": "example"},
    ),
    "alternatives-of-required": (
        {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
         "anyOf": [{"required": ["id"]}, {"required": ["name"]}]},
        {"id": 1},
    ),
    "condition": (
        {
            "type": "object", "properties": {"email": {"type": "string"}, "phone": {"type": "string"}},
            "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
            "if": {"properties": {"method": {"const": "phone"}}, "required": ["method"]},
            "then": {"required": ["phone"]}, "else": {"required": ["email"]}, "additionalProperties": False,
        },
        {"phone": "example", "email": "example"},
    ),
    "least-number-of-members": (
        {"type": "object", "minProperties": 1, "properties": {"a": {"type": "integer"}, "b": {"type": "null"}}},
        {"a": 1},
    ),
    "exclusive-bounds": (
        object_of(a={"type": "number", "exclusiveMinimum": 5, "exclusiveMaximum": 5.9}), {"a": 5.5},
    ),
    "integer-above-a-fraction": (object_of(a={"type": "integer", "minimum": 2.5}), {"a": 3}),
    "upper-bound-only": (object_of(a={"type": "integer", "maximum": -4}), {"a": -4}),
    "multiple": (object_of(a={"type": "integer", "multipleOf": 7, "minimum": 8}), {"a": 14}),
    "narrow-number": (object_of(a={"type": "number", "minimum": 0.2, "maximum": 0.3}), {"a": 0.2}),
    "string-length": (object_of(a={"type": "string", "minLength": 9}), {"a": "exampleee"}),
    "short-string": (object_of(a={"type": "string", "maxLength": 2}), {"a": "ex"}),
    "pattern-of-a-plain-word": (object_of(a={"type": "string", "pattern": "^[A-Z]{3}$"}), {"a": "ABC"}),
    "pattern-of-a-date": (
        object_of(a={"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}), {"a": "2026-01-15"},
    ),
    "array-of-any": (object_of(a={"type": "array"}), {"a": []}),
    "array-with-items": (
        object_of(a={"type": "array", "items": {"type": "string"}, "minItems": 2}), {"a": ["example", "example"]},
    ),
    "array-of-different": (
        object_of(a={"type": "array", "items": {"type": "string"}, "minItems": 2, "uniqueItems": True}),
        {"a": ["example", "example1"]},
    ),
    "array-of-different-choices": (
        object_of(a={"type": "array", "items": {"enum": ["x", "y"]}, "minItems": 2, "uniqueItems": True}),
        {"a": ["x", "y"]},
    ),
    "tuple": (
        object_of(a={"type": "array", "minItems": 2, "prefixItems": [{"type": "integer"}, {"type": "boolean"}]}),
        {"a": [1, False]},
    ),
    "tuple-of-draft-07": (
        {"$schema": "http://json-schema.org/draft-07/schema#",
         **object_of(a={"type": "array", "minItems": 2, "items": [{"type": "integer"}, {"type": "boolean"}]})},
        {"a": [1, False]},
    ),
    "boolean-schema": (object_of(a=True), {"a": "example"}),
    "empty-schema": (object_of(a={}), {"a": "example"}),
    "not-a-string": (object_of(a={"not": {"type": "string"}}), {"a": 1}),
    "properties-without-type": (
        object_of(a={"properties": {"b": {"type": "null"}}, "required": ["b"]}), {"a": {"b": None}},
    ),
}  # fmt: skip

NOT_MAKEABLE: dict[str, Any] = {
    "null": None,
    "list": [],
    "text": "object",
    "required-but-forbidden": {"type": "object", "required": ["a"], "additionalProperties": False},
    "false-schema": object_of(a=False),
    "unlikely-pattern": object_of(a={"type": "string", "pattern": "^proj_[0-9]{17}$"}),
    "pattern-that-backtracks": object_of(a={"type": "string", "pattern": "^([a-z0-9./:-]+)+!$"}),
    "external-reference": object_of(a={"$ref": "https://example.com/schema.json"}),
    "dangling-reference": object_of(a={"$ref": "#/$defs/nothing"}),
    "endless-reference": {**object_of(a={"$ref": "#/$defs/a"}), "$defs": {"a": {"$ref": "#/$defs/a"}}},
    "endless-nesting": {"$ref": "#/$defs/a", "$defs": {"a": object_of(a={"$ref": "#/$defs/a"})}},
    "not-a-valid-schema": object_of(a={"type": "text"}),
    "unknown-dialect": {"$schema": "https://example.com/dialect", **object_of(a={"type": "string"})},
    "too-many-items": object_of(a={"type": "array", "minItems": 10**9}),
    "too-long": object_of(a={"type": "string", "minLength": 10**9}),
    "empty-range": object_of(a={"type": "integer", "minimum": 4, "maximum": 3}),
    "too-many-alternatives": {"allOf": [{"anyOf": [{"required": ["a", False]}] * 9}] * 30},
    "root-of-another-type": {"type": "array"},
}


@pytest.mark.parametrize(("schema", "expected"), MAKEABLE.values(), ids=MAKEABLE)
def test_arguments_are_what_the_schema_asks_for_at_least(schema: JsonSchema, expected: dict[str, Any]) -> None:
    made = make_arguments(tool(schema), {})

    assert made.value == expected, made.reason


@pytest.mark.parametrize("schema", NOT_MAKEABLE.values(), ids=NOT_MAKEABLE)
def test_nothing_is_guessed_when_the_schema_does_not_tell(schema: Any) -> None:
    made = make_arguments(tool(schema), {})

    assert made.value is None
    assert made.reason


@pytest.mark.parametrize("form", FORMATS)
def test_values_of_a_format_have_that_format(form: str) -> None:
    schema = {"type": "string", "format": form}
    made = make_arguments(tool(object_of(a=schema)), {})

    assert made.value is not None
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(made.value["a"])


def test_arguments_of_the_user_come_first_and_unchanged() -> None:
    bound = {"tool": {"anything": [1]}}

    assert make_arguments(tool(object_of(a={"type": "string"})), bound).value == {"anything": [1]}


def test_arguments_are_not_shared_between_calls() -> None:
    schema = object_of(a={"type": "object", "default": {"b": []}})
    first = make_arguments(tool(schema), {}).value
    assert first is not None
    first["a"]["b"].append("changed")

    assert make_arguments(tool(schema), {}).value == {"a": {"b": []}}


scalars = st.none() | st.booleans() | st.integers(-50, 50) | st.floats(-9, 9) | st.sampled_from(["", "a", "x y"])
names = st.sampled_from(["a", "b", "c"])


def keywords(children: st.SearchStrategy[Any]) -> st.SearchStrategy[JsonSchema]:
    """Schemas that are mostly valid, with every keyword that a value is made from."""
    kinds = st.sampled_from(["string", "integer", "number", "boolean", "array", "object", "null"])
    some = st.lists(children, min_size=1, max_size=3)
    return st.fixed_dictionaries(
        {},
        optional={
            "type": kinds | st.lists(kinds, min_size=1, max_size=3, unique=True),
            "properties": st.dictionaries(names, children, max_size=3),
            "required": st.lists(names, max_size=3, unique=True),
            "additionalProperties": children | st.booleans(),
            "minProperties": st.integers(0, 3),
            "items": children,
            "prefixItems": some,
            "minItems": st.integers(0, 3),
            "uniqueItems": st.booleans(),
            "minimum": st.integers(-9, 9),
            "exclusiveMaximum": st.integers(-9, 9),
            "multipleOf": st.sampled_from([1, 2, 0.5, 3]),
            "minLength": st.integers(0, 9),
            "maxLength": st.integers(0, 9),
            "pattern": st.sampled_from(["^a", "[0-9]+", "x$", "("]),
            "format": st.sampled_from(["date", "uuid", "unknown"]),
            "enum": st.lists(scalars, min_size=1, max_size=3),
            "const": scalars,
            "default": scalars,
            "examples": st.lists(scalars, max_size=2),
            "anyOf": some,
            "oneOf": some,
            "allOf": some,
            "not": children,
            "if": children,
            "then": children,
            "else": children,
            "$ref": st.sampled_from(["#/$defs/a", "#/$defs/none", "#", "other.json"]),
            "$defs": st.dictionaries(names, children, max_size=2),
        },
    )


schemas = st.recursive(st.booleans() | keywords(st.just({"type": "string"})), keywords, max_leaves=6)
KEYWORDS = ["type", "properties", "required", "items", "$ref", "anyOf", "enum", "minimum", "minItems", "minLength"]
KEYWORDS += ["pattern", "if", "then", "$defs"]
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


@settings(max_examples=150, deadline=None)
@given(schemas)
def test_what_is_made_is_valid(schema: Any) -> None:
    made = make_arguments(tool(schema), {})

    assert made.reason or made.value is not None
    if made.value is not None:
        assert isinstance(made.value, dict)
        assert compile_validator(schema).problems(made.value) == []


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYWORDS), json_values))
def test_a_broken_schema_is_survived(schema: Any) -> None:
    made = make_arguments(tool({"type": "object", "required": ["a"], "properties": {"a": schema}}), {})

    assert made.reason or isinstance(made.value, dict)
