"""What a run leaves behind: the verdict file by its schema, and HTML, JUnit and Allure saying the same."""

import html
import json
import re
import signal
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from conformance.reference.embedded import Embedded
from conformance.report.verdict import Verdict
from tests.plugin.runs import Outcome, run, run_and_signal
from tests.plugin.targets import small_target

SCHEMAS = Path(__file__).parent.parent.parent / "schemas" / "reports"
CHOSEN = ("--revision=2025-06-18", "--area=ping", "--area=tools", "--area=pagination", "--area=prompts")
NAUGHTY = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    """A run with verdicts of many kinds: failed, warned about, passed, not applicable, not testable."""
    directory = tmp_path_factory.mktemp("judged")
    with small_target(wrong_ping=True, echo=True) as target:
        header = f"--target-header=User-Agent: {NAUGHTY}"
        reports = ("--alluredir=allure", "--html=table.html", "--junitxml=own.xml")
        yield run(directory, f"--target={target.url}", *CHOSEN, header, *reports, "-n", "2", "-q")


def problems(document: Any) -> list[str]:
    schema = json.loads((SCHEMAS / "verdicts.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


@pytest.mark.parametrize("name", ["verdicts.json", "discovery.json"])
def test_the_schemas_are_schemas(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads((SCHEMAS / name).read_text(encoding="utf-8")))


def test_a_complete_file_is_valid(judged: Outcome) -> None:
    assert judged.code == 1, judged.shown
    assert {one.status for one in judged.verdicts} >= {"pass", "fail", "warn", "not applicable", "not testable"}
    assert problems(judged.report) == []
    counted = Counter(one.status for one in judged.verdicts)
    assert judged.report["summary"]["counts"] == counted
    assert judged.report["summary"]["complete"] is True


def test_the_schema_refuses_what_is_no_verdict_file(judged: Outcome) -> None:
    report = judged.report
    first = report["verdicts"][0]

    assert problems({**report, "count": "many"})
    assert problems({**report, "verdicts": [{**first, "status": "maybe"}]})
    assert problems({**report, "verdicts": [{**first, "status": "fail", "red": False}]})
    assert problems({**report, "summary": {"complete": True}})


def test_an_interrupted_file_is_valid(tmp_path: Path, embedded: Embedded) -> None:
    outcome = run_and_signal(
        tmp_path, signal.SIGINT, f"--target={embedded.url()}", "--max-rps=30", "--revision=2026-07-28", after=10
    )

    assert problems(outcome.report) == []
    assert outcome.report["summary"]["complete"] is False


def test_evidence_is_kept_of_failures_only(judged: Outcome) -> None:
    for one in judged.verdicts:
        assert bool(one.transcript) == (one.status in ("fail", "warn", "error")), one


def rows(directory: Path) -> dict[str, dict[str, Any]]:
    """The rows of pytest-html's table by test id; the page keeps them as JSON in an attribute."""
    page = (directory / "table.html").read_text(encoding="utf-8")
    found = re.search(r'data-jsonblob="([^"]*)"', page)
    assert found
    tests = json.loads(html.unescape(found[1]))["tests"]
    return {nodeid: row for nodeid, listed in tests.items() for row in listed}


def test_html_shows_every_verdict_with_its_evidence(judged: Outcome) -> None:
    found = rows(judged.directory)
    cells = {nodeid: "".join(row["resultsTableRow"]) for nodeid, row in found.items()}

    assert len(found) == len(judged.verdicts)
    for one in judged.verdicts:
        row = cells[next(nodeid for nodeid in cells if nodeid.endswith(one.nodeid.removeprefix("suites/")))]
        assert f'<td class="col-verdict">{one.status}</td>' in row
        assert f'<td class="col-requirement">{one.requirement}</td>' in row
        assert f'<td class="col-level">{one.level}</td>' in row
        assert one.links[0] in row
    failed = next(one for one in judged.verdicts if one.status == "fail" and one.transcript)
    log = next(row["log"] for nodeid, row in found.items() if nodeid.endswith(failed.nodeid.removeprefix("suites/")))
    assert html.escape(failed.replay or "") in log
    assert "<details><summary>POST http://" in log


def test_html_does_not_run_what_a_target_sends(judged: Outcome) -> None:
    shown = json.dumps(rows(judged.directory))

    assert html.escape(NAUGHTY) in shown
    assert NAUGHTY not in shown


def test_html_counts_warnings_apart_from_failures(judged: Outcome) -> None:
    results = Counter(row["result"] for row in rows(judged.directory).values())
    by_status = Counter(one.status for one in judged.verdicts)

    assert results["Failed"] == by_status["fail"]
    assert results["XFailed"] == by_status["warn"]
    assert results["Passed"] == by_status["pass"]


def test_junit_has_warnings_but_no_failures_for_them(judged: Outcome) -> None:
    root = ElementTree.parse(judged.directory / "reports/junit.xml").getroot()
    by_status = Counter(one.status for one in judged.verdicts)

    assert (int(root.attrib["failures"]), int(root.attrib["errors"])) == (by_status["fail"], 0)
    assert int(root.attrib["tests"]) == len(list(root.iter("testcase"))) == len(judged.verdicts)
    for case in root.iter("testcase"):
        properties = dict(re.findall(r"\[\[PROPERTY\|(\w+)=(.*)\]\]", case.findtext("system-out", "")))
        assert case.attrib["classname"].startswith(("suites.protocol.test_", "traffic"))
        assert {"requirement", "level", "verdict", "revision", "spec"} <= set(properties)
        assert (case.find("failure") is not None) == (properties["verdict"] == "fail")
        assert (case.find("skipped") is not None) == (properties["verdict"] not in ("pass", "fail"))


def test_the_junit_file_of_pytest_has_properties(judged: Outcome) -> None:
    """--junitxml is pytest's own; it has elements for the properties of a test case, which ours cannot have."""
    suite = ElementTree.parse(judged.directory / "own.xml").getroot()[0]
    by_status = Counter(one.status for one in judged.verdicts)

    assert int(suite.attrib["failures"]) == by_status["fail"]
    assert int(suite.attrib["tests"]) == len(judged.verdicts)
    for case in suite.iter("testcase"):
        properties = {one.attrib["name"]: one.attrib["value"] for one in case.iter("property")}
        assert case.attrib["classname"].startswith(("suites.protocol.test_", "traffic"))
        assert {"requirement", "level", "verdict", "revision", "spec"} <= set(properties)
        assert (case.find("failure") is not None) == (properties["verdict"] == "fail")


def allure(directory: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in (directory / "allure").glob("*-result.json")]


def test_allure_groups_by_our_ids(judged: Outcome) -> None:
    results = allure(judged.directory)

    assert len(results) == len(judged.verdicts)
    assert len({one["historyId"] for one in results}) == len(results)
    labels = [{label["name"]: label["value"] for label in one["labels"]} for one in results]
    assert {one["epic"] for one in labels} == {"MCP specification"}
    assert {(one["feature"], one["story"]) for one in labels} == {(v.area, v.requirement) for v in judged.verdicts}
    assert all(one["links"] for one in results)


def test_allure_calls_no_warning_a_failure(judged: Outcome) -> None:
    statuses = Counter(one["status"] for one in allure(judged.directory))
    by_status = Counter(one.status for one in judged.verdicts)

    assert statuses["failed"] == by_status["fail"]
    assert statuses["passed"] == by_status["pass"]
    assert "broken" not in statuses
    messages = [one.get("statusDetails", {}).get("message", "") for one in allure(judged.directory)]
    assert len([message for message in messages if message.startswith("warn: ")]) == by_status["warn"]


def test_allure_attaches_the_exchanges(judged: Outcome) -> None:
    failed = next(one for one in allure(judged.directory) if one["status"] == "failed" and len(one["attachments"]) > 1)
    texts = {
        one["name"]: (judged.directory / "allure" / one["source"]).read_text(encoding="utf-8")
        for one in failed["attachments"]
    }

    assert texts["curl"].startswith("curl ")
    assert texts["1 curl"].startswith("curl ")
    assert texts["1 request"].startswith("POST http://")
    assert texts["1 response"].startswith("HTTP 200\n")


def test_the_history_of_a_check_is_the_same_in_the_next_run(embedded: Embedded, tmp_path: Path) -> None:
    histories: list[set[tuple[str, str]]] = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        run(tmp_path / name, f"--target={embedded.url()}", "--revision=2025-06-18", "--area=ping", "--alluredir=allure")
        histories.append({(one["historyId"], one["testCaseId"]) for one in allure(tmp_path / name)})

    assert histories[0]
    assert histories[0] == histories[1]


def test_own_tests_reach_allure_as_well(tmp_path: Path, embedded: Embedded) -> None:
    own = "import allure\n\ndef test_own(peer):\n    allure.attach('text', 'mine')\n    peer.request('ping').result\n"
    (tmp_path / "test_own.py").write_text(own)

    run(tmp_path, f"--target={embedded.url()}", "test_own.py", "--revision=2025-06-18", "--alluredir=allure")

    (result,) = allure(tmp_path)
    assert result["name"] == "test_own[2025-06-18]"
    assert [one["name"] for one in result["attachments"]] == ["mine"]


def test_reports_can_be_chosen(tmp_path: Path, embedded: Embedded) -> None:
    chosen = (f"--target={embedded.url()}", "--revision=2025-06-18", "--area=ping", "-q")

    run(tmp_path, *chosen, "--reports=none", "--html=elsewhere.html")

    assert [path.name for path in (tmp_path / "reports").iterdir()] == ["verdicts.json"]
    assert (tmp_path / "elsewhere.html").is_file()


def test_a_verdict_reads_back_as_it_was(judged: Outcome) -> None:
    assert [Verdict.from_json(one.to_json()) for one in judged.verdicts] == judged.verdicts
