"""Golden fixtures: what counts as the same structure."""

from typing import Any

import pytest

from conformance.contracts.emcp.golden import mismatches

STORED = {"items": [], "meta": {"limit": 20, "toolsetVersion": "1.0"}, "published": 1}
LIVE = {"items": [{"id": 1}], "meta": {"limit": 5, "toolsetVersion": "1.0", "more": 1}, "published": True, "new": 1}


def test_a_live_answer_may_have_more() -> None:
    assert mismatches(STORED, LIVE, ["meta.toolsetVersion"]) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"meta": {"limit": 5}}, "meta.toolsetVersion is missing"),
        ({"meta": {"limit": "5", "toolsetVersion": "1.0"}}, "meta.limit is string"),
        ({"meta": {"limit": 5, "toolsetVersion": "2.0"}}, "meta.toolsetVersion is '2.0', stored is '1.0'"),
        ({"items": {}}, ""),
        ({"items": None}, "items is null, stored is array"),
    ],
)
def test_what_is_lacking_is_told(change: dict[str, Any], words: str) -> None:
    found = mismatches(STORED, {**LIVE, **change}, ["meta.toolsetVersion"])

    assert any(words in problem for problem in found) if words else found == []


def test_tools_are_compared_by_name() -> None:
    stored = {"tools": [{"name": "evo.content.get"}, {"name": "evo.content.search"}]}

    assert mismatches(stored, {"tools": [{"name": "evo.content.search"}]}) == ["tools has no evo.content.get"]


@pytest.mark.parametrize("live", [None, [], "text", 3])
def test_any_other_document_is_told_apart(live: Any) -> None:
    assert len(mismatches(STORED, live, ["meta.toolsetVersion"])) >= 1
