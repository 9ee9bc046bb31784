"""The command: what it writes, what it says, and how it ends."""

import json
from pathlib import Path

import pytest

from conformance import exit_codes
from conformance.cli import main
from conformance.contracts.release_evidence import benchmark, leaderboard
from tests.contracts.release_evidence.reports import SETTINGS
from tests.load.leaderboard.boards import at, written
from tests.load.leaderboard.test_simulation import fixtures
from tests.load.leaderboard.test_verdicts import verdict_file
from tests.load.results import invalid

FILES = ["leaderboard.csv", "leaderboard.html", "leaderboard.json", "leaderboard.md"]


def run(*arguments: object) -> int:
    return main(["leaderboard", *map(str, arguments)])


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    said = capsys.readouterr().err
    assert said.count("\n") == 1, said
    return said


def test_it_writes_all_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = written(tmp_path, at("a", 1000), at("b", 2000))
    verdicts = verdict_file(tmp_path, "verdicts.json", "a 1.0")

    code = run(*paths, "--output", tmp_path / "out", "--title", "Ours", "--conformance", verdicts)

    assert code == exit_codes.OK
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == FILES
    board = json.loads((tmp_path / "out/leaderboard.json").read_text())
    assert board["title"] == "Ours"
    assert board["generated_at_utc"].endswith("Z")
    assert [row["conformance"] and row["conformance"]["conforms"] for row in board["workloads"][0]["leaderboard"]] == [
        True,
        None,
    ]
    assert capsys.readouterr().out == f"{tmp_path}/out: 2 of 2 runs ranked; workloads: 1\n"


def test_without_a_valid_run_the_page_is_written_and_the_code_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = written(tmp_path, at("a", 1000, findings=invalid()))

    assert run(*paths, "--output", tmp_path / "out") == exit_codes.NOTHING
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == FILES
    assert "no run can be ranked" in one_line(capsys)


@pytest.mark.parametrize("content", [None, "", "{}", "[1]", '{"suite": "else"}'])
def test_a_file_that_is_no_result_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None
) -> None:
    (good,) = written(tmp_path, at("a", 1000))
    if content is not None:
        (tmp_path / "odd.json").write_text(content)

    assert run(good, tmp_path / "odd.json", "--output", tmp_path / "out") == exit_codes.USAGE
    assert "odd.json" in one_line(capsys)
    assert not (tmp_path / "out").exists()


def test_verdicts_on_another_server_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = written(tmp_path, at("a", 1000))
    verdicts = verdict_file(tmp_path, "verdicts.json", "z 1.0")

    assert run(*paths, "--output", tmp_path / "out", "--conformance", verdicts) == exit_codes.OK
    assert "verdicts.json" in one_line(capsys)


def test_an_output_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (path,) = written(tmp_path, at("a", 1000))

    assert run(path, "--output", path) == exit_codes.USAGE
    assert "--output" in one_line(capsys)


def test_options_of_the_simulation_are_of_the_simulation(tmp_path: Path) -> None:
    (path,) = written(tmp_path, at("a", 1000))

    assert run(path, "--seed", 1, "--output", tmp_path / "out") == exit_codes.USAGE


def test_the_simulation_writes_what_a_release_asks_for(tmp_path: Path) -> None:
    path = tmp_path / "fixtures.json"
    path.write_text(json.dumps(fixtures()))

    for name in ("out", "again"):
        assert run("--scoring=emcp-simulation", path, "--output", tmp_path / name) == exit_codes.OK

    report, again = (json.loads((tmp_path / name / "simulation-report.json").read_text()) for name in ("out", "again"))
    assert report["seed"] == 20260303
    assert report["comparison"] == {"planner_minus_baseline": 106.3, "pass": True}
    assert benchmark.misshapen(report, SETTINGS) == []
    assert benchmark.wrong_scores(report, SETTINGS) == []
    assert benchmark.unequal(report, again) == []
    assert benchmark.other_fixtures(report, path.read_bytes()) == []
    assert leaderboard.unlike((tmp_path / "out/leaderboard.md").read_text(), report) == []


def test_a_simulation_that_does_not_pass_is_no_failure_of_the_command(tmp_path: Path) -> None:
    path = tmp_path / "fixtures.json"
    path.write_text(json.dumps(fixtures()))

    assert run("--scoring=emcp-simulation", path, "--output", tmp_path, "--threshold", 200) == 0
    assert json.loads((tmp_path / "simulation-report.json").read_text())["comparison"]["pass"] is False


@pytest.mark.parametrize("content", [None, "[", "[]", '[{"id": "a"}]'])
def test_fixtures_that_are_missing_or_invalid_are_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None
) -> None:
    if content is not None:
        (tmp_path / "fixtures.json").write_text(content)

    assert run("--scoring=emcp-simulation", tmp_path / "fixtures.json", "--output", tmp_path / "out") == 1
    assert "fixtures.json" in one_line(capsys)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("threshold", ["nan", "inf"])
def test_a_threshold_is_a_number(tmp_path: Path, threshold: str) -> None:
    (tmp_path / "fixtures.json").write_text(json.dumps(fixtures()))

    arguments = ("--scoring=emcp-simulation", tmp_path / "fixtures.json", f"--threshold={threshold}")
    assert run(*arguments, "--output", tmp_path / "out") == exit_codes.USAGE
