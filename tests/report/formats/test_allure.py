"""Allure: grouped by our ids, one history for a check of a target, and rendered by the command that users have."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.report.allure import AllureResults, described
from conformance.report.verdict import Verdict
from tests.report.formats import samples
from tests.report.formats.allure_command import allure

URL = "https://example.com/mcp"
EXCHANGE = {
    "at": 1.0,
    "request": {"method": "POST", "url": URL, "headers": [["accept", "application/json"]], "body": '{"id":1}'},
    "response": {"status": 200, "headers": [["x-served-by", "a"]], "body": "no JSON", "size": 7, "events": 0},
    "head_seconds": 0.1, "seconds": 0.2, "ending": "end", "failure": None, "replay": "curl -sS https://example.com/mcp",
}  # fmt: skip
SILENT = {**EXCHANGE, "response": {**EXCHANGE["response"], "status": None}, "failure": "connection reset"}  # type: ignore[dict-item]
FAILED = replace(samples.FAILED, transcript=(EXCHANGE, SILENT))


def written(directory: Path, verdicts: list[Verdict], url: str = URL) -> list[dict[str, Any]]:
    """The results by their files."""
    results = AllureResults(directory, url)
    results.begin({"target": url, "judged by": "mcp-conformance 1"})
    for verdict in verdicts:
        results.add(verdict, 10.0, 10.25)
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(directory.glob("*-result.json"))]


def labels(result: dict[str, Any]) -> dict[str, str]:
    return {label["name"]: label["value"] for label in result["labels"]}


def test_a_result_is_found_by_family_area_and_requirement(tmp_path: Path) -> None:
    found = {labels(one)["story"]: labels(one) for one in written(tmp_path, samples.ALL)}

    assert {(one["epic"], one["feature"]) for one in found.values()} >= {
        ("MCP specification", "tools"), ("MCP specification", "ping"), ("Runbook contracts", "rate-limit"),
    }  # fmt: skip
    assert set(found) == {one.requirement for one in samples.ALL}
    assert found["tools-list-result-shape"]["severity"] == "critical"
    assert found["ping-promptly"]["severity"] == "minor"


@pytest.mark.parametrize(
    ("verdict", "status", "message"),
    [
        (samples.PASSED, "passed", None),
        (samples.FAILED, "failed", "fail: expected a list; received a string"),
        (samples.WARNED, "skipped", "warn: expected a list; received a string"),
        (samples.STRICT, "failed", "warn: expected a list; received a string"),
        (samples.ACCEPTED, "skipped", "accepted: expected a list; received a string"),
        (samples.BREACH, "failed", "contract fail: expected a list; received a string"),
        (samples.BLOCKED, "skipped", "blocked: no list"),
        (samples.ERROR, "broken", "error: ValueError: bug"),
    ],
)
def test_statuses(verdict: Verdict, status: str, message: str | None) -> None:
    result = described(verdict, URL)

    assert result.status == status
    assert (result.statusDetails and result.statusDetails.message) == message


def history(verdict: Verdict, url: str = URL) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """What Allure 2 goes by, and what Allure 3 goes by."""
    result = described(verdict, url)
    identifying = tuple((one.name, one.value) for one in result.parameters if not one.excluded)
    return result.historyId, result.testCaseId, identifying


def test_a_check_has_one_history_whatever_it_finds_and_wherever_the_target_listens() -> None:
    local = "http://127.0.0.1:1/mcp", "http://127.0.0.1:2/mcp"
    moved = replace(samples.FAILED, nodeid="suites/moved.py::test_list[2025-06-18]", level="SHOULD", status="warn")

    assert history(samples.FAILED) == history(moved)
    assert history(samples.FAILED, local[0]) == history(samples.FAILED, local[1])
    assert history(samples.FAILED) == history(samples.FAILED, "http://user:secret@example.com/mcp/?token=secret")


def test_another_check_or_target_has_another_history() -> None:
    other = replace(
        samples.FAILED, nodeid="suites/protocol/test_tools.py::test_list[2025-11-25]", revision="2025-11-25"
    )
    found = [
        history(samples.FAILED),
        history(other),
        history(replace(samples.FAILED, requirement="other")),
        history(samples.FAILED, "https://example.com:8443/mcp"),
    ]

    assert len({id for id, _, _ in found}) == len(found)
    assert len({(case, identifying) for _, case, identifying in found}) == len(found)


def test_exchanges_are_attached(tmp_path: Path) -> None:
    (result,) = written(tmp_path, [FAILED])
    texts = {one["name"]: (tmp_path / one["source"]).read_text(encoding="utf-8") for one in result["attachments"]}

    assert texts == {
        "curl": "curl -sS https://example.com/mcp",
        "1 request": f'POST {URL}\naccept: application/json\n\n{{"id":1}}',
        "1 response": "HTTP 200\nx-served-by: a\n\nno JSON",
        "1 curl": "curl -sS https://example.com/mcp",
        "2 request": f'POST {URL}\naccept: application/json\n\n{{"id":1}}',
        "2 response": "connection reset",
        "2 curl": "curl -sS https://example.com/mcp",
    }


def generated(results: Path, *options: str) -> Path:
    """The page that the command makes, in the third version of Allure."""
    page = results.parent / "page"
    allure("generate", str(results), "--output", str(page), *options, cwd=results.parent)
    return page


def read(page: Path, name: str) -> Any:
    return json.loads((page / "widgets" / f"{name}.json").read_text(encoding="utf-8"))


def test_the_command_shows_every_verdict_once_and_in_its_category(tmp_path: Path) -> None:
    results = tmp_path / "results"
    again = [replace(FAILED, nodeid=f"{FAILED.nodeid}-{number}") for number in range(3)]
    verdicts = [*samples.ALL, *again]
    written(results, verdicts)

    page = generated(results, "--config", str(results / "allurerc.json"))

    statistic = read(page, "statistic")
    assert statistic == {"total": len(verdicts), "passed": 1, "failed": 6, "broken": 1, "skipped": 5}
    categories = {one["name"]: one["statistic"]["total"] for one in _nodes(page) if one["type"] == "category"}
    assert categories == {
        "Specification violation": 4,
        "Contract breach": 1,
        "Harness error": 1,
        "Accepted by the baseline": 1,
        "SHOULD broken": 2,
        "SHOULD broken, with --strict": 1,
        "Blocked by another requirement": 1,
        "Not testable in this run": 1,
    }
    environment = {one["name"]: one["values"] for one in read(page, "allure_environment")}
    assert environment == {"target": [URL], "judged_by": ["mcp-conformance 1"]}


def _nodes(page: Path) -> list[dict[str, Any]]:
    return list(read(page, "categories")["nodes"].values())


def test_the_command_shows_the_evidence(tmp_path: Path) -> None:
    results = tmp_path / "results"
    written(results, [FAILED])

    page = generated(results)

    (shown,) = [json.loads(path.read_text(encoding="utf-8")) for path in (page / "data/test-results").glob("*.json")]
    assert shown["groupedLabels"]["epic"] == ["MCP specification"]
    assert shown["links"] == [{"name": "specification", "url": samples.LINK, "type": "link"}]
    assert [one["link"]["name"] for one in shown["attachments"]][:3] == ["curl", "1 request", "1 response"]
    assert {one["link"]["contentType"] for one in shown["attachments"]} == {"text/plain"}
    assert shown["error"]["message"] == "fail: expected a list; received a string"
    assert any(
        path.read_text(encoding="utf-8").startswith("HTTP 200\n") for path in (page / "data/attachments").iterdir()
    )


def test_the_command_keeps_histories_of_runs_apart_by_target_only(tmp_path: Path) -> None:
    """Two runs on two ports of this machine are two looks at one check, so the page has it once, with a retry."""
    results = tmp_path / "results"
    for url in ("http://127.0.0.1:1/mcp", "http://127.0.0.1:2/mcp", "http://127.0.0.1:2/other"):
        written(results, [FAILED], url)

    statistic = read(generated(results), "statistic")

    assert (statistic["total"], statistic["retries"]) == (2, 1)


def test_hostile_text_is_shown_as_text(tmp_path: Path) -> None:
    results = tmp_path / "results"
    nasty = {
        **EXCHANGE,
        "request": {**EXCHANGE["request"], "body": samples.HOSTILE},  # type: ignore[dict-item]
        "failure": samples.HOSTILE,
        "replay": samples.HOSTILE,
    }
    named = enumerate(samples.hostile())
    verdicts = [replace(one, transcript=(nasty,), nodeid=f"{one.nodeid}-{number}") for number, one in named]
    found = written(results, verdicts)

    page = generated(results)

    assert len(found) == read(page, "statistic")["total"] == len(verdicts)
    attached = [one["type"] for result in found for one in result["attachments"]]
    assert Counter(attached).keys() == {"text/plain"}
    for path in (page / "data/test-results").glob("*.json"):
        shown = json.loads(path.read_text(encoding="utf-8"))
        assert "<script" not in shown.get("descriptionHtml", "")
        assert all(link["url"].startswith("https://modelcontextprotocol.io/") for link in shown["links"])
        assert not {chr(code) for code in range(32)} & set(shown["error"]["message"] + shown["name"])


def test_it_is_bounded(tmp_path: Path) -> None:
    for result in written(tmp_path, samples.hostile("x" * 3_000_000)):
        assert len(json.dumps(result)) < 200_000
