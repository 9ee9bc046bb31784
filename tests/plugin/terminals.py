"""Runs on a terminal of their own, as a person starts them."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from dataclasses import dataclass
from pathlib import Path

from tests.plugin.runs import DEADLINE, PYTEST, environment
from tests.plugin.screens import Screen

COLUMNS, ROWS = 200, 12
LINE = re.compile(r"(\d+)/(\d+) judged.*")


@dataclass(frozen=True)
class Watched:
    """`lines` are the different texts of the live line, in the order in which they were seen."""

    code: int
    screen: Screen
    lines: list[str]


def watch(directory: Path, *arguments: str, term: str = "xterm") -> Watched:
    """Run pytest on a terminal, and look at the screen after each piece of output."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    process = subprocess.Popen(
        [*PYTEST, *arguments], cwd=directory, env=environment({"TERM": term}), stdin=slave, stdout=slave, stderr=slave,
        start_new_session=True,
    )  # fmt: skip
    os.close(slave)
    try:
        screen, lines = _read(master)
        return Watched(process.wait(DEADLINE), screen, lines)
    finally:
        os.close(master)
        if process.poll() is None:
            process.kill()
            process.wait()


def _read(master: int) -> tuple[Screen, list[str]]:
    screen, lines = Screen(COLUMNS, ROWS), list[str]()
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        if not select.select([master], [], [], 1)[0]:
            continue
        try:
            piece = os.read(master, 65536)
        except OSError:
            return screen, lines
        if not piece:
            return screen, lines
        screen.feed(piece.decode("utf-8", "replace"))
        seen = [match[0] for row in screen.rows if (match := LINE.search(row))]
        assert len(seen) <= 1, "there are two live lines"
        lines += [one for one in seen if [one] != lines[-1:]]
    raise AssertionError(f"the run did not end within {DEADLINE:g} s")
