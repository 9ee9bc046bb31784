"""The files of a run: those that were asked for, all saying the same as its verdict file."""

import json
import signal
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.report.formats import KINDS, render
from conformance.report.journal import read_verdicts
from conformance.target.errors import ConfigError
from tests.plugin.runs import Outcome, run, run_and_signal
from tests.plugin.targets import Target, small_target
from tests.report.formats import samples

CHOSEN = ("--revision=2025-06-18", "--area=ping", "-q")
EVERYTHING = "--reports=html,junit,ndjson,markdown,sarif,badge"


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    with small_target(wrong_ping=True) as served:
        yield served


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory, target: Target) -> Outcome:
    directory = tmp_path_factory.mktemp("judged")
    page = {"GITHUB_STEP_SUMMARY": str(directory / "page.md")}
    (directory / "page.md").write_text("# Of a step before\n", encoding="utf-8")
    return run(directory, f"--target={target.url}", *CHOSEN, EVERYTHING, "-n", "2", env=page)


def test_every_file_is_the_view_of_the_verdict_file(judged: Outcome) -> None:
    reports = judged.directory / "reports"
    head, verdicts = read_verdicts(reports / "verdicts.json")

    assert judged.code == 1, judged.shown
    assert {path.name for path in reports.iterdir()} == {"verdicts.json", *(one.file for one in KINDS.values())}
    for kind in ("junit", "ndjson", "markdown", "sarif", "badge", "badge-json"):
        assert (reports / KINDS[kind].file).read_text(encoding="utf-8") == render(kind, head, verdicts), kind


def test_the_page_of_the_job_gets_the_markdown(judged: Outcome) -> None:
    page = (judged.directory / "page.md").read_text(encoding="utf-8")

    assert page == "# Of a step before\n\n" + (judged.directory / "reports/summary.md").read_text(encoding="utf-8")


def test_the_page_of_the_job_needs_no_flag(tmp_path: Path, target: Target) -> None:
    run(tmp_path, f"--target={target.url}", *CHOSEN, "--reports=none", env={"GITHUB_STEP_SUMMARY": "page.md"})

    assert (
        (tmp_path / "page.md").read_text(encoding="utf-8").startswith("\n## ❌ MCP conformance: 1 requirement broken")
    )
    assert [path.name for path in (tmp_path / "reports").iterdir()] == ["verdicts.json"]


def test_nothing_is_written_when_nothing_is_judged(tmp_path: Path, target: Target) -> None:
    page = {"GITHUB_STEP_SUMMARY": "page.md"}

    run(tmp_path, f"--target={target.url}", *CHOSEN, EVERYTHING, "--collect-only", env=page)

    assert list(tmp_path.iterdir()) == []


def test_without_a_flag_there_are_a_page_and_junit(tmp_path: Path, target: Target) -> None:
    run(tmp_path, f"--target={target.url}", *CHOSEN)

    assert {path.name for path in (tmp_path / "reports").iterdir()} == {"verdicts.json", "report.html", "junit.xml"}


def test_a_report_that_cannot_be_written_costs_only_itself(tmp_path: Path, target: Target) -> None:
    for name in ("junit.xml", "verdicts.ndjson", "page.md"):
        (tmp_path / "reports" / name).mkdir(parents=True)
    page = {"GITHUB_STEP_SUMMARY": str(tmp_path / "reports/page.md")}

    outcome = run(tmp_path, f"--target={target.url}", *CHOSEN, EVERYTHING, env=page)

    assert outcome.code == 1
    assert outcome.report["summary"]["complete"] is True
    assert json.loads((tmp_path / "reports/badge.json").read_text())["message"] == "1 broken"
    complaints = [line for line in outcome.out.splitlines() if line.startswith("report not written: ")]
    assert len(complaints) == 3
    assert "INTERNALERROR" not in outcome.shown


def test_an_interrupted_run_writes_what_it_has(tmp_path: Path) -> None:
    with small_target() as served:
        arguments = (f"--target={served.url}", "--max-rps=20", EVERYTHING)
        outcome = run_and_signal(tmp_path, signal.SIGINT, *arguments, after=5)

    lines = (tmp_path / "reports/verdicts.ndjson").read_text(encoding="utf-8").splitlines()
    badge = json.loads((tmp_path / "reports/badge.json").read_text())
    root = ElementTree.parse(tmp_path / "reports/junit.xml").getroot()
    assert json.loads(lines[-1])["complete"] is False
    assert len(lines) == len(outcome.verdicts) + 2
    assert badge["color"] != "brightgreen"
    assert int(root.attrib["tests"]) == len(outcome.verdicts)


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(ConfigError, match="no such format 'pdf'; formats: html, junit"):
        render("pdf", samples.HEAD, [])


def test_an_unknown_word_ends_the_run_before_it_begins(tmp_path: Path, target: Target) -> None:
    outcome = run(tmp_path, f"--target={target.url}", "--reports=pdf")

    assert outcome.code == 4
    assert "'pdf' is not a report; known: html, junit, ndjson, markdown, sarif, badge, or none" in outcome.complaint()
