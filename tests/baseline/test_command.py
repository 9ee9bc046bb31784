"""`mcp-conformance baseline`: its exit codes, and what it prints for people."""

from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.cli import main
from conformance.report.journal import Journal
from conformance.report.verdict import Verdict
from tests.baseline.samples import ENTRY, NOTHING_CHOSEN, URL, verdicts

Written = Callable[..., Path]


@pytest.fixture
def judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Written:
    """Writes the verdict file of a run with these verdicts."""
    monkeypatch.chdir(tmp_path)

    def write(*found: Verdict, complete: bool = True) -> Path:
        path = tmp_path / "verdicts.json"
        head = {
            "tool": {"name": "mcp-conformance", "version": "0"}, "started": "2026-01-01T00:00:00Z",
            "target": {"url": URL, "server": "alpha 1.2"}, "selection": NOTHING_CHOSEN,
        }  # fmt: skip
        journal = Journal(path, head)
        for one in found:
            journal.add(one)
        journal.finish({"complete": complete, "exit_code": 1})
        return path

    return write


def test_a_new_file_has_to_be_filled_in(judged: Written, capsys: pytest.CaptureFixture[str]) -> None:
    judged(*verdicts())

    assert main(["baseline", "init", "b.toml", "--from", "verdicts.json"]) == 0
    assert main(["baseline", "check", "b.toml"]) == 1
    assert "unfilled: b.toml: entry 1 (ping-respond-empty): reason or owner is still TODO" in capsys.readouterr().out

    path = Path("b.toml")
    path.write_text(path.read_text().replace('"TODO"', '"known"'))
    assert main(["baseline", "check", "b.toml"]) == 0
    assert f'target = "{URL}"' in path.read_text()


def test_owner_day_and_target_may_be_given(judged: Written) -> None:
    judged(*verdicts())
    given = ["--owner=ann", "--expires=2027-01-02", "--target=https://*"]

    assert main(["baseline", "init", "b.yaml", "--from", "verdicts.json", *given]) == 0

    assert 'owner: "ann"\n    expires: 2027-01-02' in Path("b.yaml").read_text()
    assert 'target: "https://*"' in Path("b.yaml").read_text()


def test_a_file_that_is_there_is_left_alone(judged: Written, capsys: pytest.CaptureFixture[str]) -> None:
    judged(*verdicts())
    Path("b.toml").write_text("# mine")

    assert main(["baseline", "init", "b.toml", "--from", "verdicts.json"]) == 4

    assert "b.toml is there already" in capsys.readouterr().err
    assert Path("b.toml").read_text() == "# mine"


def test_stale_and_expired_entries_are_pruned(judged: Written, capsys: pytest.CaptureFixture[str]) -> None:
    judged(*verdicts(status="pass"), *verdicts("tools-list-result-shape"))
    kept = ENTRY.replace("ping-respond-empty", "tools-list-result-shape").replace("2026", "2999")
    old = ENTRY.replace("ping-respond-empty", "prompts-list-result-shape").replace("2026", "2020")
    Path("b.toml").write_text(f"# ours\n{ENTRY.replace('2026', '2999')}{old}{kept}")

    assert main(["baseline", "prune", "b.toml", "--from", "verdicts.json"]) == 0

    shown = capsys.readouterr().out
    assert "removed entry 1 (ping-respond-empty): stale" in shown
    assert "removed entry 2 (prompts-list-result-shape): expired" in shown
    assert Path("b.toml").read_text() == f"# ours\n\n{kept.lstrip()}"


def test_without_a_run_nothing_is_stale(judged: Written, capsys: pytest.CaptureFixture[str]) -> None:
    judged()
    Path("b.toml").write_text(ENTRY.replace("2026", "2999"))

    assert main(["baseline", "prune", "b.toml"]) == 0
    assert "0 removed, 1 kept" in capsys.readouterr().out


def test_check_tells_what_a_run_made_stale(judged: Written, capsys: pytest.CaptureFixture[str]) -> None:
    judged(*verdicts(status="pass"))
    Path("b.toml").write_text(ENTRY.replace("2026", "2999"))

    assert main(["baseline", "check", "b.toml"]) == 0
    assert main(["baseline", "check", "b.toml", "--from", "verdicts.json"]) == 1
    assert "stale: b.toml: entry 1 (ping-respond-empty): no longer fails" in capsys.readouterr().out


def test_an_incomplete_run_proves_nothing(judged: Written, capsys: pytest.CaptureFixture[str]) -> None:
    judged(*verdicts(status="pass"), complete=False)
    Path("b.toml").write_text(ENTRY)

    assert main(["baseline", "prune", "b.toml", "--from", "verdicts.json"]) == 4
    assert "did not come to its end" in capsys.readouterr().err


@pytest.mark.parametrize(
    "given",
    [
        ["init", "b.json", "--from", "verdicts.json"],
        ["init", "b.toml", "--from", "none.json"],
        ["init", "b.toml"],
        ["init", "b.toml", "--from", "verdicts.json", "--expires", "soon"],
        ["check", "none.toml"],
        ["check"],
        ["prune", "bad.toml"],
        [],
    ],
)
def test_wrong_usage_is_one_line(judged: Written, given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    judged(*verdicts())
    Path("bad.toml").write_text("[[baseline]]")

    try:
        code: object = main(["baseline", *given])
    except SystemExit as ended:
        code = ended.code

    assert code == 4
    assert capsys.readouterr().err.splitlines()[-1].startswith("mcp-conformance")
