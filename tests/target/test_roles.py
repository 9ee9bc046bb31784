"""Which tools a run calls: read-only ones and known fixtures, and what the user allows on top."""

from dataclasses import replace
from typing import Any

import pytest

from conformance.target.config import RunConfig
from conformance.target.profile import Surface
from conformance.target.roles import callable_tools, fill, left_out

CONFIG = RunConfig("http://127.0.0.1/mcp")
READ_ONLY = {"readOnlyHint": True}
WRITES = {"readOnlyHint": False, "destructiveHint": False}
DESTROYS = {"readOnlyHint": False, "destructiveHint": True}


def tool(name: str, annotations: Any = None, **members: Any) -> dict[str, Any]:
    hints = {} if annotations is None else {"annotations": annotations}
    return {"name": name, "inputSchema": {"type": "object"}, **hints, **members}


def surface(*tools: dict[str, Any], server: str = "any") -> Surface:
    return Surface("2025-11-25", {"tools": {}}, {"name": server}, items={"tools": list(tools)})


def called(config: RunConfig, *tools: dict[str, Any], server: str = "any") -> list[str]:
    return [one["name"] for one, _ in callable_tools(surface(*tools, server=server), config)]


@pytest.mark.parametrize("annotations", [None, {}, "read-only", {"readOnlyHint": "true"}, WRITES, DESTROYS])
def test_a_tool_that_may_write_is_not_called(annotations: Any) -> None:
    assert called(CONFIG, tool("x", annotations)) == []


def test_a_tool_that_says_that_it_only_reads_is_called() -> None:
    assert called(CONFIG, tool("x", READ_ONLY)) == ["x"]


def test_one_that_also_says_that_it_destroys_is_not() -> None:
    assert called(CONFIG, tool("x", {"readOnlyHint": True, "destructiveHint": True})) == []


def test_writes_are_allowed_by_one_switch_and_destruction_by_another() -> None:
    tools = [tool("unannotated"), tool("writes", WRITES), tool("destroys", DESTROYS)]

    assert called(replace(CONFIG, allow_writes=True), *tools) == ["unannotated", "writes"]
    assert called(replace(CONFIG, allow_destructive=True), *tools) == ["destroys"]


def test_what_the_user_names_is_called() -> None:
    assert called(replace(CONFIG, arguments={"x": {"a": 1}}), tool("x", DESTROYS)) == ["x"]
    assert called(replace(CONFIG, roles={"slow-tool": "x"}), tool("x")) == ["x"]


def test_known_fixtures_are_called_unless_they_say_that_they_write() -> None:
    assert called(CONFIG, tool("test_simple_text"), tool("test_image_content", WRITES)) == ["test_simple_text"]


def test_names_of_the_everything_server_count_there_only() -> None:
    assert called(CONFIG, tool("echo"), server="mcp-servers/everything") == ["echo"]
    assert called(CONFIG, tool("echo")) == []


def test_what_changes_the_list_is_called_only_for_its_role() -> None:
    changer = tool("test_trigger_tool_change")

    assert called(CONFIG, changer) == []
    assert fill("tool-list-changer", surface(changer), CONFIG) is not None
    assert fill("tool-list-changer", surface(tool("test_trigger_tool_change", WRITES)), CONFIG) is None


def test_a_tool_without_a_usable_name_is_not_called() -> None:
    nameless = {"inputSchema": {"type": "object"}, "annotations": READ_ONLY}

    assert called(CONFIG, nameless, tool("x", READ_ONLY)) == ["x"]


def test_of_many_tools_a_sample_is_called_that_does_not_change() -> None:
    tools = [tool(f"tool_{number:03}", READ_ONLY) for number in range(200)]
    tools[150]["outputSchema"] = {"type": "object"}
    chosen = called(CONFIG, *tools)

    assert len(chosen) == len(set(chosen)) == 50
    assert "tool_150" in chosen
    assert set(called(CONFIG, *reversed(tools))) == set(chosen)
    assert left_out(surface(*tools), CONFIG) == 150
    assert len(called(replace(CONFIG, call_limit=0), *tools)) == 200


def test_arguments_of_a_fixture_are_used_only_where_its_schema_allows_them() -> None:
    other = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
    strict = {**other, "additionalProperties": False}
    found = callable_tools(surface(tool("echo", inputSchema=strict), server="mcp-servers/everything"), CONFIG)

    assert found[0][1].value == {"text": "example"}
