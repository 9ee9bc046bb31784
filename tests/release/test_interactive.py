"""Questions at a terminal, which a pseudo-terminal stands for."""

import os
import pty
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest

from conformance import exit_codes
from tests.plugin.runs import COMMAND, environment
from tests.release.runs import Outcome, checklist, command

SIGN = '[steps.sign]\nkind = "manual"\ntitle = "Signed"\nquestion = "Is it good?"\nasks = ["the door"]\n'
DEADLINE = 60.0


class Desk:
    """Somebody at a terminal."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.seen = ""
        self._own, other = pty.openpty()
        self.process = subprocess.Popen(
            [*COMMAND, "release", "--checklist=mine.toml"], cwd=directory, env=environment({"TERM": "xterm"}),
            stdin=other, stdout=other, stderr=other, start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip
        os.close(other)

    def read_until(self, text: str) -> None:
        deadline = time.monotonic() + DEADLINE
        while text not in self.seen:
            assert time.monotonic() < deadline, self.seen
            if select.select([self._own], [], [], 0.1)[0]:
                self.seen += os.read(self._own, 65536).decode()

    def type(self, line: str) -> None:
        os.write(self._own, f"{line}\n".encode())

    def end(self) -> Outcome:
        try:
            self.read_until("sha256")
            self.process.wait(DEADLINE)
        finally:
            self.process.kill()
            self.process.wait()
            os.close(self._own)
        return Outcome(self.process.returncode, self.seen, "", self.directory)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    checklist(tmp_path, command("one", "pass") + SIGN)
    return Desk(tmp_path)


def test_an_answer_is_asked_for_and_kept(desk: Desk) -> None:
    for prompt, line in (("[l]ater: ", "y"), ("who says so? ", "Ada"), ("what shows it", "ticket OPS-1")):
        desk.read_until(prompt)
        desk.type(line)
    outcome = desk.end()

    assert outcome.code == exit_codes.OK, outcome.shown
    assert "- the door" in outcome.out
    assert outcome.steps["sign"]["reason"].startswith("Ada at ")
    again = Desk(desk.directory).end()
    assert again.code == exit_codes.OK
    assert "[l]ater" not in again.out


def test_an_answer_may_wait(desk: Desk) -> None:
    desk.read_until("[l]ater: ")
    desk.type("l")

    assert desk.end().code == exit_codes.INCOMPLETE


def test_ctrl_c_at_a_question_ends_the_run(desk: Desk) -> None:
    desk.read_until("[l]ater: ")
    desk.process.send_signal(signal.SIGINT)
    outcome = desk.end()

    assert outcome.code == exit_codes.INTERRUPTED, outcome.shown
    assert outcome.statuses == {"one": "pass", "sign": "not run"}
