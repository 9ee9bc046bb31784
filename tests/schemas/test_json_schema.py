"""Schemas that servers declare: which are valid, and judging values by them without leaving the process."""

import socket
from typing import Any

import pytest
from jsonschema.validators import validator_for

from conformance.protocol.json_schema import (
    DEFAULT_DIALECT,
    SUPPORTED_DIALECTS,
    UnusableSchemaError,
    check_json_schema,
    compile_validator,
    dialect_of,
)

DRAFT_07 = "http://json-schema.org/draft-07/schema#"
DRAFT_2019 = "https://json-schema.org/draft/2019-09/schema"

VALID = [
    True,
    {},
    {"type": "object"},
    {"type": ["object", "null"], "unknownKeyword": 5},
    {"$schema": DRAFT_07, "items": [{"type": "string"}], "definitions": {"a": {}}},
    {"$schema": DRAFT_2019, "$recursiveAnchor": True, "unevaluatedProperties": False},
    {"$schema": "https://json-schema.org/draft-07/schema", "type": "object"},
    {"prefixItems": [{"type": "string"}], "$defs": {"n": {"$anchor": "x"}}, "$ref": "#/$defs/n"},
    {"properties": {"$ref": {"type": "string"}, "enum": {"$ref": "#"}}},
    {"enum": [{"$ref": "#/nowhere"}], "const": {"type": 5}, "default": {"$ref": "#/nowhere"}},
    {"properties": {"a/b~c%": {"type": "string"}}, "$ref": "#/properties/a~1b~0c%25"},
    {"$ref": "#/allOf/0", "allOf": [{}]},
    {"$defs": {"a": {"$id": "urn:a", "$ref": "#/$defs/b", "$defs": {"b": {}}}}},
    {"$ref": "https://schemas.example/remote.json"},
    {"pattern": r"^\p{L}+$"},
    {"$schema": "https://schemas.example/own-dialect", "type": 5},
]
BROKEN: list[tuple[Any, str, str]] = [
    (None, "", "is null, expected a JSON Schema (an object or a boolean)"),
    ("object", "", "is string, expected a JSON Schema (an object or a boolean)"),
    ({"$schema": 7}, "/$schema", "is integer, expected string"),
    ({"type": "strin"}, "/type", 'is "strin", expected'),
    ({"properties": {"a": {"type": "any"}}}, "/properties/a/type", 'is "any", expected'),
    ({"properties": []}, "/properties", "is array, expected object"),
    ({"properties": {"a": None}}, "/properties/a", "is null"),
    ({"required": "a"}, "/required", "is string, expected array"),
    ({"required": ["a", "a"]}, "/required", "has an item twice"),
    ({"required": True}, "/required", "is boolean, expected array"),
    ({"minLength": -1}, "/minLength", "is -1, below the minimum 0"),
    ({"enum": "a"}, "/enum", "is string, expected array"),
    ({"items": [{}]}, "/items", "is array, expected object or boolean"),
    ({"additionalProperties": "no"}, "/additionalProperties", "is string, expected object or boolean"),
    ({"allOf": []}, "/allOf", "has 0 items, at least 1 are needed"),
    ({"$ref": 5}, "/$ref", "is integer, expected string"),
    (
        {"properties": {"a": {"$ref": "#/$defs/A"}}},
        "/properties/a/$ref",
        'is "#/$defs/A", which points to nothing in the schema',
    ),
    ({"$schema": DRAFT_07, "definitions": {"a": {"type": "x"}}}, "/definitions/a/type", 'is "x", expected'),
    ({"$schema": DRAFT_2019, "$defs": {"a": 5}}, "/$defs/a", "is integer, expected object or boolean"),
]


@pytest.mark.parametrize("schema", VALID, ids=repr)
def test_a_valid_schema_has_no_problems(schema: object) -> None:
    assert check_json_schema(schema) == []


@pytest.mark.parametrize(("schema", "path", "words"), BROKEN, ids=[repr(schema) for schema, _, _ in BROKEN])
def test_a_broken_schema_is_reported_at_its_keyword(schema: object, path: str, words: str) -> None:
    problems = check_json_schema(schema)

    assert [problem.path for problem in problems] == [path]
    assert words in problems[0].message


@pytest.mark.parametrize("dialect", sorted(SUPPORTED_DIALECTS))
def test_each_supported_dialect_judges_its_own_meta_schema(dialect: str) -> None:
    meta = validator_for({"$schema": dialect}).META_SCHEMA

    assert dialect_of(meta) == dialect
    assert check_json_schema(meta) == []


def test_the_dialect_is_2020_12_unless_declared() -> None:
    assert dialect_of({}) == dialect_of(True) == DEFAULT_DIALECT
    assert dialect_of({"$schema": DRAFT_07}) == DRAFT_07.rstrip("#")
    assert dialect_of({"$schema": "https://schemas.example/own"}) is None
    assert dialect_of({"$schema": None}) is None


def test_a_value_is_judged_with_all_its_problems() -> None:
    schema = {
        "type": "object",
        "properties": {
            "year": {"type": "integer"},
            "names": {"type": "array", "items": {"$ref": "#/$defs/n"}},
        },
        "required": ["year", "place"],
        "$defs": {"n": {"type": "string", "pattern": "^[a-z]+$"}},
    }

    problems = compile_validator(schema).problems({"year": "1999", "names": ["ok", "NO"]})

    assert [problem.path for problem in problems] == ["/names/1", "/place", "/year"]


def test_each_draft_keeps_its_own_meaning() -> None:
    tuple_of_one = {"items": [{"type": "string"}], "additionalItems": False}

    problems = compile_validator({"$schema": DRAFT_07, **tuple_of_one}).problems(["a", 1])

    assert [problem.message for problem in problems] == ["is an array, which breaks the keyword 'additionalItems'"]


def test_a_pattern_that_python_does_not_know_is_not_judged() -> None:
    assert compile_validator({"pattern": r"^\p{L}+$"}).problems("été") == []


@pytest.mark.parametrize(
    ("schema", "value", "reason"),
    [
        ({"$ref": "https://schemas.example/remote.json"}, 1, "leads out of the schema"),
        ({"items": {"$ref": "other.json#/a"}}, [1], "leads out of the schema"),
        ({"$ref": "#"}, 1, "without end"),
        ({"$schema": DEFAULT_DIALECT, "allOf": [{"$ref": "#"}]}, 1, "without end"),
        ({"patternProperties": {r"\p{L}": {}}}, {"a": 1}, "Python cannot read a pattern"),
    ],
)
def test_a_schema_that_cannot_decide_says_so(schema: Any, value: object, reason: str) -> None:
    compiled = compile_validator(schema)

    with pytest.raises(UnusableSchemaError, match=reason):
        compiled.problems(value)


def test_a_schema_that_fans_out_is_given_up() -> None:
    levels = {str(n): {"allOf": [{"$ref": f"#/$defs/{n + 1}"}] * 2} for n in range(60)}
    compiled = compile_validator({"$defs": {**levels, "60": {}}, "$ref": "#/$defs/0"})

    with pytest.raises(UnusableSchemaError, match="references"):
        compiled.problems(1)


def test_the_bound_counts_anew_for_each_value() -> None:
    compiled = compile_validator({"items": {"$ref": "#/$defs/n"}, "$defs": {"n": {"type": "integer"}}})

    assert all(compiled.problems([1] * 20_000) == [] for _ in range(3))


@pytest.mark.parametrize("schema", [{"type": "x"}, None, {"$schema": "https://schemas.example/own"}], ids=repr)
def test_an_invalid_schema_is_not_compiled(schema: object) -> None:
    with pytest.raises(UnusableSchemaError):
        compile_validator(schema)


def test_no_reference_is_ever_fetched() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        compiled = compile_validator({"$ref": f"http://127.0.0.1:{listener.getsockname()[1]}/schema.json"})
        with pytest.raises(UnusableSchemaError):
            compiled.problems({})
        with pytest.raises(TimeoutError):
            listener.accept()
