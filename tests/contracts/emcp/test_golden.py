"""Golden fixtures: what counts as the same structure."""

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.contracts.emcp.golden import mismatches
from tests.contracts.emcp.serving import healthy, served
from tests.detection.conftest import Judge, judge  # noqa: F401  (a fixture)

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


INITIALIZE = {"result": {"serverInfo": {"platform": "eMCP"}, "capabilities": {"evo": {"toolsetVersion": "1.0"}}}}
SEARCH = {"items": [], "meta": {"limit": 20, "toolsetVersion": "1.0"}}
GET = {"item": {"id": 1, "published": 1}, "meta": {"toolsetVersion": "1.0"}}


@pytest.mark.parametrize(("changes", "status"), [({}, "pass"), ({"score": 1}, "warn")])
def test_live_answers_are_compared(changes: Any, status: str, tmp_path: Path, judge: Judge) -> None:  # noqa: F811
    fixtures = {"initialize": INITIALIZE, "evo_content_search": SEARCH, "evo_content_get": {**GET, "item": {**changes}}}
    for name, content in fixtures.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    with served(healthy()) as url:
        evidence = (f"--evidence=golden={tmp_path}", "--requirement=emcp-golden-fixtures")
        verdicts = judge(url, "--profile=reference-emcp", *evidence, suites=("contracts/test_emcp_handshake.py",))

    assert [one.status for one in verdicts] == [status]
