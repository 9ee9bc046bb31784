"""What is equal, what may differ, and what is told about a difference."""

from typing import Any

import pytest

from conformance.contracts.parity import inventory
from conformance.contracts.parity.normalising import Normalising, answer_of, differences
from conformance.contracts.parity.settings import Parity

PLAIN = Parity()


def tool(name: str, **members: Any) -> dict[str, Any]:
    return {"name": name, "inputSchema": {"type": "object"}, **members}


@pytest.mark.parametrize(
    ("active", "canary"),
    [
        ({"pid": 1, "a": 1}, {"pid": 2, "a": 1}),
        ({"at": "2025-10-22T20:14:42.542Z"}, {"at": "2026-01-01T00:00:00Z"}),
        ({"deep": [{"generated_at": "x", "b": 2}]}, {"deep": [{"b": 2, "generated_at": "y"}]}),
        ({"n": 1}, {"n": 1.0}),
        ({"result": '{"a": 1, "pid": 1}'}, {"result": '{\n "pid": 2,\n "a": 1}'}),
    ],
)
def test_what_may_differ(active: Any, canary: Any) -> None:
    assert differences(active, canary, Normalising()) == []


@pytest.mark.parametrize(
    ("active", "canary", "said"),
    [
        ({"a": 1}, {"a": 2}, "a is 1, on the canary 2"),
        ({"a": '{"b": 1}'}, {"a": '{"b": 2}'}, "a.b is 1, on the canary 2"),
        ({"a": 1}, {}, "a is missing on the canary"),
        ({}, {"a": 1}, "a is on the canary only"),
        ([1, 2], [1], "the whole has 2 items, on the canary 1"),
        ({"a": True}, {"a": 1}, "a is true, on the canary 1"),
        ({"at": "2025-10-22T20:14:42Z"}, {"at": "yesterday"}, 'at is "<time>", on the canary "yesterday"'),
        ({"a": [{"b": "x"}]}, {"a": [{"b": "y"}]}, 'a.0.b is "x", on the canary "y"'),
    ],
)
def test_what_may_not_differ(active: Any, canary: Any, said: str) -> None:
    assert differences(active, canary, Normalising()) == [said]


def test_a_profile_can_ignore_places_and_small_differences() -> None:
    loose = Normalising(ignored_paths=("items.*.id",), tolerance=0.1)

    assert differences({"items": [{"id": 1, "n": 100}]}, {"items": [{"id": 2, "n": 95}]}, loose) == []
    assert differences({"items": [{"id": 1, "n": 100}]}, {"items": [{"id": 2, "n": 80}]}, loose) != []


def test_many_differences_are_cut() -> None:
    found = differences(list(range(100)), list(range(1, 101)), Normalising())

    assert (len(found), found[-1]) == (21, "and more")


def test_no_secret_is_told() -> None:
    (said,) = differences({"h": "Bearer abcdefghijklmnop"}, {"h": "none"}, Normalising())

    assert "abcdefghijklmnop" not in said


def test_texts_that_are_json_are_compared_as_json() -> None:
    one = answer_of({"content": [{"type": "text", "text": '{"a": 1, "pid": 1}'}]})
    other = answer_of({"content": [{"type": "text", "text": '{"pid": 9,"a":1}'}]})

    assert differences(one, other, Normalising()) == []


def test_names_are_compared_without_their_order() -> None:
    here, there = [tool("a"), tool("b")], [tool("b"), tool("a")]

    assert inventory.names_differ(here, there, "name", PLAIN) == []
    assert inventory.names_differ(here, there, "name", Parity(same_order=True)) == ["the order differs"]
    assert inventory.names_differ(here, [*there, tool("c")], "name", PLAIN) == ["c is on the canary only"]
    assert inventory.names_differ(here, [*there, tool("c")], "name", Parity(additions=True)) == []
    assert inventory.names_differ(here, there[:1], "name", Parity(ignored_tools=("a",))) == []


@pytest.mark.parametrize(
    ("members", "differs"),
    [
        ({"inputSchema": {"type": "object", "required": ["b", "a"], "$schema": "x"}}, False),
        ({"inputSchema": {"required": ["a", "b"], "type": "object"}, "annotations": {}}, False),
        ({"inputSchema": {"type": "object", "required": ["a"]}}, True),
        ({"inputSchema": {"type": "object", "required": ["a", "b"]}, "annotations": {"readOnlyHint": True}}, True),
        ({"inputSchema": {"type": "object", "required": ["a", "b"]}, "description": "new words"}, False),
        ({"inputSchema": {"type": "object", "required": ["a", "b"], "description": "new words"}}, False),
        ({"inputSchema": {"type": "object", "required": ["a", "b"], "properties": {"title": {}}}}, True),
        ({"inputSchema": {"type": "object", "required": ["a", "b"]}, "annotations": {"readOnlyHint": False}}, False),
        ({"inputSchema": {"type": "object", "required": ["a", "b"]}, "annotations": {"idempotentHint": True}}, True),
    ],
)
def test_definitions_are_compared_by_what_they_mean(members: dict[str, Any], differs: bool) -> None:
    here = [tool("a", inputSchema={"type": "object", "required": ["a", "b"]})]
    found = inventory.definitions_differ(here, [tool("a") | members], "name", PLAIN, inventory.DEFINED_BY)

    assert bool(found) is differs


def test_words_count_when_the_profile_says_so() -> None:
    here = [tool("a", inputSchema={"properties": {"x": {"description": "one"}}})]
    there = [tool("a", inputSchema={"properties": {"x": {"description": "two"}}})]

    assert inventory.definitions_differ(here, there, "name", PLAIN, inventory.DEFINED_BY) == []
    assert inventory.definitions_differ(here, there, "name", Parity(descriptions=True), inventory.DEFINED_BY) != []


def test_arguments_of_prompts_have_no_order() -> None:
    first, second = {"name": "a", "required": True}, {"name": "b", "description": "words"}
    here, there = [{"name": "p", "arguments": [first, second]}], [{"name": "p", "arguments": [{"name": "b"}, first]}]

    assert inventory.definitions_differ(here, there, "name", PLAIN, ("arguments",)) == []
    assert inventory.definitions_differ(here, [{"name": "p"}], "name", PLAIN, ("arguments",)) != []


@pytest.mark.parametrize(
    ("active", "canary", "share"),
    [([], [], 1.0), ([1, 2, 3, 4, 5], [1, 2, 4, 3, 5], 0.8), ([1, 2], [2, 1], 0.5), ([1], [], 0.0)],
)
def test_the_overlap_of_orders(active: list[int], canary: list[int], share: float) -> None:
    assert inventory.overlap(active, canary) == share


@pytest.mark.parametrize(
    ("active", "canary", "within"),
    [(100, 110, True), (100, 111, False), (3, 4, True), (3, 4.5, False), (0.01, 0.9, True)],
)
def test_the_guardrails_of_numbers(active: float, canary: float, within: bool) -> None:
    found = inventory.deltas_beyond({"ops": {"n": active, "pid": 1}}, {"ops": {"n": canary, "pid": 99}}, PLAIN)

    assert (found == []) is within
