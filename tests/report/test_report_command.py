"""`mcp-conformance report`: render again, put together, compare."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from conformance import exit_codes
from conformance.cli import main
from tests.report.html.files import FAILED, PASSED, write

FIXED = replace(FAILED, status="pass", red=False, expected=None, received=None, replay=None)


def title(path: Path) -> str:
    found = re.search("<title>(.*?)</title>", path.read_text(encoding="utf-8"))
    assert found
    return found[1]


def test_a_file_is_rendered_beside_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "verdicts.json", [PASSED, FAILED])

    assert main(["report", str(tmp_path)]) == exit_codes.OK

    assert capsys.readouterr().out == f"{tmp_path / 'report.html'}\n"
    assert title(tmp_path / "report.html").startswith("Does not conform: https://example.com/mcp")


def test_targets_and_shards_are_put_together(tmp_path: Path) -> None:
    first = write(tmp_path / "a.json", [PASSED])
    second = write(tmp_path / "b.json", [FAILED])
    third = write(tmp_path / "c.json", [PASSED], url="https://other.example/mcp")
    page = tmp_path / "deep" / "all.html"

    assert main(["report", *map(str, (first, second)), "-o", str(page)]) == exit_codes.OK
    assert title(page).startswith("Does not conform: https://example.com/mcp")
    assert "2 files" in page.read_text(encoding="utf-8")

    assert main(["report", *map(str, (first, second, third)), "-o", str(page)]) == exit_codes.OK
    assert title(page).startswith("1 of 2 targets broken: 2 targets")


def test_an_unfinished_run_is_shown_as_such(tmp_path: Path) -> None:
    write(tmp_path / "verdicts.json", [PASSED], finish=False)

    main(["report", str(tmp_path)])

    assert title(tmp_path / "report.html").startswith("Incomplete")


def test_new_failures_end_with_an_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = write(tmp_path / "old.json", [FIXED, PASSED]), write(tmp_path / "new.json", [FAILED, PASSED])

    assert main(["report", "--compare", str(old), str(new)]) == exit_codes.BROKEN

    out = capsys.readouterr().out
    assert "new failures (1)\n  tools-name-unique  pass -> fail  2025-06-18\n" in out
    assert "1 new failures, 0 fixed, 1 as before" in out
    assert "Compared with an older run" in (tmp_path / "comparison.html").read_text(encoding="utf-8")
    assert main(["report", "--compare", str(new), str(old)]) == exit_codes.OK
    assert "fixed (1)" in capsys.readouterr().out


def test_a_comparison_with_an_unfinished_run_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = write(tmp_path / "old.json", [FIXED, PASSED])
    new = write(tmp_path / "new.json", [FIXED], finish=False)

    assert main(["report", "--compare", str(old), str(new)]) == exit_codes.OK

    out = capsys.readouterr().out
    assert "missing (1)" in out
    assert "did not come to its end" in out


def test_other_formats_take_one_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path / "verdicts.json", [PASSED])

    assert main(["report", str(file), "--format=markdown", "-o", "-"]) == exit_codes.OK
    assert "MCP conformance" in capsys.readouterr().out
    assert main(["report", str(file), str(file), "--format=markdown", "-o", "-"]) == exit_codes.USAGE


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name a verdict file"),
        (["{dir}/none.json"], "none.json cannot be read"),
        (["{dir}/text.json"], "text.json is not a verdict file"),
        (["{dir}/cut.json"], "cut.json ends in the middle"),
        (["{dir}/good.json", "--output={dir}"], "cannot be written"),
        (["{dir}/good.json", "--format=pdf"], "no such format 'pdf'"),
        (["{dir}/good.json", "--compare", "{dir}/good.json", "{dir}/good.json"], "leave out the others"),
        (["--compare", "{dir}/good.json", "{dir}/text.json"], "text.json is not a verdict file"),
        (["--compare", "{dir}/good.json", "{dir}/good.json", "--format=junit"], "leave out --format"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    good = write(tmp_path / "good.json", [PASSED]).read_bytes()
    (tmp_path / "text.json").write_text("hello")
    (tmp_path / "cut.json").write_bytes(good[:-200])

    code = main(["report", *(one.replace("{dir}", str(tmp_path)) for one in arguments)])

    assert code == exit_codes.USAGE
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
