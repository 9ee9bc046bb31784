"""Bodies in lines: broken and indented, never changed."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.report.html.json_lines import LONGEST, WIDEST, lines_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


def shown(body: str) -> list[str]:
    return [line.text for line in lines_of(body)]


@given(value=st.lists(VALUES, max_size=5) | st.dictionaries(st.text(max_size=6), VALUES, max_size=5))
def test_what_is_shown_is_the_same_document(value: Any) -> None:
    assert json.loads("\n".join(shown(json.dumps(value)))) == value


def test_one_member_or_item_a_line() -> None:
    assert shown('{"a": [1, {"b": {}, "c": []}], "d": "x,y"}') == [
        "{", '  "a": [', "    1,", "    {", '      "b": {},', '      "c": []', "    }", "  ],", '  "d": "x,y"', "}",
    ]  # fmt: skip


def test_doubled_members_odd_numbers_and_a_missing_end_stay_as_they_are() -> None:
    assert shown('{"a":1e0,"a":0100,"b":"tr') == ["{", '  "a": 1e0,', '  "a": 0100,', '  "b": "tr']


def test_each_line_knows_its_place() -> None:
    places = {
        line.text.strip(): line.path for line in lines_of('{"result":{"tools":[{"n":1},{"n":2,"deep":{"x":3}}]}}')
    }

    assert places['"n": 2,'] == ("result", "tools", "1", "n")
    assert places['"x": 3'] == ("result", "tools", "1", "deep", "x")


def test_the_messages_of_a_stream_are_indented_too() -> None:
    assert shown('id: 1\r\ndata: {"a":1}\r\n\r\n') == ["id: 1", "data:", "{", '  "a": 1', "}"]


@pytest.mark.parametrize("body", ["[" * 8_000, "}" * 8_000, '{"a":' * 2_000, "a\n" * 8_000, '"' * 8_000, "[1," * 3_000])
def test_hostile_bodies_are_bounded(body: str) -> None:
    lines = lines_of(body)

    assert len(lines) <= LONGEST + 1
    assert max(len(line.text) for line in lines) <= WIDEST


def test_text_is_left_alone() -> None:
    assert shown("<html>\n  <p>no</p>") == ["<html>", "  <p>no</p>"]
    assert re.fullmatch(r"…[^\d]*", shown("x\n" * 1_000)[-1])
