"""Rules over documents: each operator can be kept and broken, and any document gets an answer."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.contracts.times import instant
from conformance.release.kinds.rules import BadRule, broken, rule

NOW = instant("2026-01-31T12:00:00Z") or 0
DOCUMENT: dict[str, Any] = {
    "ok": True, "count": 3, "status": "passed", "error": None, "at": "2026-01-31T00:00:00Z", "text": "v3.1.0",
    "gates": [{"gate": "build", "status": "passed"}, {"gate": "unit", "status": "failed"}], "empty": [], "one": 1,
    "later": "2026-02-28T00:00:00Z", "nested": {"a": {"b": [1, 2, 3]}},
}  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "ok == true", "count == 3", "count != 4", "count >= 3", "count > 2", "count < 4", "status == passed",
        'status == "passed"', 'status in ["passed", "ok"]', 'status not in ["failed"]', "error == null", "error exists",
        "nothing missing", "gates.*.gate exists", "gates.0.status == passed", "gates.-1.gate == unit",
        "length(gates) == 2", "length(status) == 6", "age(at) <= 12h", "age(at) < 1d", "age(at) > 700m",
        "text matches ^v3\\.", "empty == []", "nested.a.b == [1, 2, 3]", "nested.a.b.* > 0", ". exists",
        "gates.*.nothing missing", "empty.* missing", "length(empty) == 0",
    ],
)  # fmt: skip
def test_a_rule_that_holds(text: str) -> None:
    assert broken(rule(text), DOCUMENT, NOW) == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ok == 1", "ok is true"),
        ("one == true", "one is 1"),
        ("count == '3'", "count is 3"),
        ("status != passed", 'status is "passed"'),
        ("nothing == null", "nothing is not there"),
        ("nothing exists", "nothing is not there"),
        ("error missing", "error is there"),
        ("gates.*.status == passed", 'gates.1.status is "failed"'),
        ("gates.*.nothing exists", "gates.0.nothing, gates.1.nothing is not there"),
        ("gates.2.status == passed", "gates.2.status is not there"),
        ("empty.* == 1", "there is none to look at"),
        ("length(gates) == 3", "gates has 2"),
        ("length(count) == 3", "count is 3"),
        ("status > 3", 'status is "passed"'),
        ("age(at) <= 11h", "12.0 h ago"),
        ("age(later) <= 48h", "in the future"),
        ("age(status) <= 48h", "which is no time"),
        ("text matches ^v4", 'text is "v3.1.0"'),
        ("count matches 3", "count is 3"),
        ("nested.a.b.* < 3", "nested.a.b.2 is 3"),
    ],
)
def test_a_rule_that_is_broken_says_where_and_what(text: str, told: str) -> None:
    problem = broken(rule(text), DOCUMENT, NOW)

    assert problem.startswith(f"{text}: ")
    assert told in problem


@pytest.mark.parametrize(
    "text",
    ["", "ok", "ok is true", "ok ==", "ok exists 1", "a..b == 1", "status in passed", "age(at) <= 12",
     "age(at) == 12h", "count > many", "length(x) == y", "text matches (", "== 3"],
)  # fmt: skip
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(BadRule):
        rule(text)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)
PATHS = st.sampled_from(
    ["a == 1", "a.* > 0", "*.*.* exists", "length(a) < 3", "age(a) <= 1h", "a matches x", ". == {}"]
)


@given(ANYTHING, PATHS)
def test_any_document_gets_an_answer(document: Any, text: str) -> None:
    assert isinstance(broken(rule(text), document, NOW), str)


def test_what_a_document_says_is_told_bounded_and_harmless() -> None:
    problem = broken(rule("* == 1"), {f"\x1b[31m{number}": "\x1b]0;owned\x07" * 1000 for number in range(1000)}, NOW)

    assert len(problem) < 1_000
    assert "\x07" not in problem
