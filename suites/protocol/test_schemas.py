"""JSON Schemas that a server publishes (basic/index#json-schema-usage, from 2025-11-25)."""

from conformance.checks import expect_no_problems, not_applicable, not_testable, requirement, shorten, violation
from conformance.protocol.json_schema import DEFAULT_DIALECT, check_json_schema, dialect_of
from conformance.protocol.messages import JsonObject
from conformance.protocol.schemas import Problem
from conformance.target.profile import Surface

SCHEMAS = ("inputSchema", "outputSchema")


@requirement("schema-valid-per-dialect")
def test_the_output_schema_of_a_tool_is_valid(tool: JsonObject, revision: str) -> None:
    """A published schema is valid by its dialect; tools-inputschema-valid-object judges the inputSchema."""
    schema = tool.get("outputSchema")
    if not isinstance(schema, dict):
        not_applicable("the tool has no outputSchema")
    if dialect_of(schema) is None:
        not_testable(f"the dialect {shorten(schema.get('$schema'), 100)} is not known here")

    problems = check_json_schema(schema)
    expect_no_problems([Problem("outputSchema" + one.path, one.message) for one in problems], "JSON Schema")


@requirement("schema-recommended-2020-12")
def test_schemas_are_written_in_2020_12(surface: Surface) -> None:
    """Schemas in another dialect than 2020-12 work, but 2020-12 is recommended."""
    declared = [(where, schema["$schema"]) for where, schema in _published(surface) if "$schema" in schema]
    if not _published(surface):
        not_applicable("no tool publishes a schema")
    others = [(where, dialect) for where, dialect in declared if dialect_of({"$schema": dialect}) != DEFAULT_DIALECT]
    if others:
        where, dialect = others[0]
        violation(f"the dialect {DEFAULT_DIALECT}", f"{len(others)} schemas in another, such as {where} in {dialect}")


def _published(surface: Surface) -> list[tuple[str, JsonObject]]:
    """The schemas of all tools, with where they are."""
    return [
        (f"{key} of {tool.get('name')}", tool[key])
        for tool in surface.tools
        for key in SCHEMAS
        if isinstance(tool.get(key), dict)
    ]
