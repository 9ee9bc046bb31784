"""Progress is shown where people look: a line that comes and goes on a terminal, plain lines in a log."""

import io
import re
import time
from pathlib import Path

import pytest

from conformance.plugin.live_line import LiveLine
from conformance.plugin.waits import Board, Waits
from tests.plugin.runs import run
from tests.plugin.screens import Screen
from tests.plugin.targets import small_target
from tests.plugin.terminals import COLUMNS, LINE, watch

SLOWLY = ("--revision=2025-06-18", "--area=ping", "--area=lifecycle", "--area=tools", "--max-rps=10")


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_terminal_has_a_line_while_the_run_lasts(tmp_path: Path, workers: tuple[str, ...]) -> None:
    with small_target(wrong_ping=True) as target:
        watched = watch(tmp_path, f"--target={target.url}", *SLOWLY, *workers)

    assert watched.code == 1, watched.screen.text
    assert len(watched.lines) > 3, watched.lines
    counts = [int(match[1]) for line in watched.lines if (match := LINE.search(line))]
    assert counts == sorted(counts)
    assert any("1 failing" in line for line in watched.lines), watched.lines
    assert any("test_" in line for line in watched.lines), watched.lines
    assert not LINE.search(watched.screen.text), watched.screen.text
    assert watched.screen.unknown == []


def test_what_pytest_writes_is_not_disturbed(tmp_path: Path) -> None:
    with small_target() as target:
        watched = watch(tmp_path, f"--target={target.url}", *SLOWLY)
        plain = run(tmp_path, f"--target={target.url}", *SLOWLY[:-1], env={"COLUMNS": str(COLUMNS)})

    def progress(text: str) -> list[str]:
        return [line.rstrip() for line in text.splitlines() if "protocol/test_" in line]

    assert progress(watched.screen.text) == progress(plain.out)
    assert progress(plain.out)


def test_verbose_runs_have_it_below_their_lines(tmp_path: Path) -> None:
    with small_target() as target:
        watched = watch(tmp_path, f"--target={target.url}", *SLOWLY, "-v")

    assert watched.lines
    assert sum(" PASS " in line for line in watched.screen.text.splitlines()) > 5
    assert not LINE.search(watched.screen.text)


@pytest.mark.parametrize("more", [("-q",), ("--collect-only",)])
def test_whoever_wants_quiet_has_it(tmp_path: Path, more: tuple[str, ...]) -> None:
    with small_target() as target:
        watched = watch(tmp_path, f"--target={target.url}", *SLOWLY, *more)

    assert watched.lines == []
    assert watched.code == 0, watched.screen.text


@pytest.mark.parametrize(("more", "term"), [(("-s",), "xterm"), ((), "dumb")])
def test_a_terminal_that_cannot_do_it_is_left_alone(tmp_path: Path, more: tuple[str, ...], term: str) -> None:
    with small_target() as target:
        watched = watch(tmp_path, f"--target={target.url}", *SLOWLY, *more, term=term)

    assert watched.lines == []
    assert watched.code == 0, watched.screen.text


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_wait_that_the_target_asked_for_is_shown(tmp_path: Path, workers: tuple[str, ...]) -> None:
    with small_target(limits=lambda number: number in (12, 14), retry_after=3) as target:
        watched = watch(tmp_path, f"--target={target.url}", *SLOWLY, *workers)

    waits = [line for line in watched.lines if "the target asked for it (Retry-After)" in line]
    assert waits, watched.lines
    assert re.search(r"waiting [123] s: the target", waits[0])


def test_a_log_has_plain_lines(tmp_path: Path) -> None:
    (tmp_path / "often.py").write_text("import conformance.plugin.progress as progress\nprogress.PLAIN = 0.3\n")
    with small_target(wrong_ping=True) as target:
        outcome = run(tmp_path, f"--target={target.url}", *SLOWLY, "-p", "often", env={"PYTHONPATH": "."})

    lines = [line for line in outcome.out.splitlines() if line.startswith("progress: ")]
    assert len(lines) > 2, outcome.out
    assert all(re.match(r"progress: \d+/\d+ judged", line) for line in lines)
    assert "\x1b" not in outcome.out


def test_a_log_of_a_short_run_has_none(tmp_path: Path) -> None:
    with small_target() as target:
        outcome = run(tmp_path, f"--target={target.url}", "--revision=2025-06-18", "--area=ping")

    assert "progress:" not in outcome.out


def test_the_line_scrolls_with_what_is_above() -> None:
    file, screen = io.StringIO(), Screen(20, 4)
    line = LiveLine(file, is_terminal=True)

    for number in range(8):
        line.write(f"row {number} ..")
        line.show(f"{number}/8 judged")
        line.write(".\n")
    line.write("last")
    line.show("")
    screen.feed(file.getvalue().replace("\n", "\r\n"))

    assert screen.text.split("\n")[:9] == [*(f"row {number} ..." for number in range(8)), "last"]


def test_a_plain_line_stands_alone() -> None:
    file = io.StringIO()
    line = LiveLine(file, is_terminal=False)

    line.write("...")
    line.show("progress: 3/9")
    line.show("progress: 4/9")
    line.write("..\n")
    line.show("progress: 5/9")
    line.show("")

    assert file.getvalue() == "...\nprogress: 3/9\nprogress: 4/9\n..\nprogress: 5/9\n"


def test_waits_are_read_until_they_are_over() -> None:
    board = Board()
    try:
        Waits(board.directory, "gw0").tell(30, "a rate window")
        Waits(board.directory, "gw1").tell(0.5, "nothing long")
        (board.directory / "gw2.json").write_text("{")
        (board.directory / "gw3.json").write_text(f'{{"until": {time.time() - 1}, "why": "over"}}')

        assert [wait.why for wait in board.read()] == ["a rate window"]
    finally:
        board.close()
    assert not board.directory.exists()


def test_nobody_is_told_where_nobody_looks(tmp_path: Path) -> None:
    Waits(None, "gw0").tell(30, "x")
    Waits(tmp_path / "gone", "gw0").tell(30, "x")

    assert list(tmp_path.iterdir()) == []
