"""Real runs in processes of their own, as a user starts them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.report.journal import read_verdicts
from conformance.report.verdict import Verdict

DEADLINE = 120.0
PYTEST = (sys.executable, "-m", "pytest")
COMMAND = (sys.executable, "-c", "import sys; from conformance.cli import main; sys.exit(main())")


@dataclass(frozen=True)
class Outcome:
    """A run that has ended, and the directory that it was started in."""

    code: int
    out: str
    err: str
    directory: Path

    @property
    def shown(self) -> str:
        return self.out + self.err

    @property
    def report(self) -> dict[str, Any]:
        return dict(json.loads((self.directory / "reports/verdicts.json").read_text(encoding="utf-8")))

    @property
    def verdicts(self) -> list[Verdict]:
        return read_verdicts(self.directory / "reports/verdicts.json")[1]

    def complaint(self) -> str:
        """The one line that a run which never began has to say; anything else it printed is an error."""
        assert self.out == "", self.shown
        (line,) = self.err.splitlines()
        assert line.startswith("mcp-conformance: "), line
        return line.removeprefix("mcp-conformance: ")


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The environment of a user who has configured nothing."""
    ours = ("MCP_", "EMCP_", "PYTEST", "GITHUB_", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "PY_COLORS")
    return {**{name: value for name, value in os.environ.items() if not name.startswith(ours)}, **extra}


def run(
    directory: Path, *arguments: str, command: tuple[str, ...] = PYTEST, env: Mapping[str, str] | None = None
) -> Outcome:
    done = subprocess.run(
        [*command, *arguments], cwd=directory, env=environment(env or {}), capture_output=True, text=True,
        timeout=DEADLINE, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return Outcome(done.returncode, done.stdout, done.stderr, directory)


def run_and_signal(directory: Path, number: signal.Signals, *arguments: str, after: int = 3) -> Outcome:
    """Send a signal to the whole process group, as a terminal does, once `after` verdicts are written.

    Where these tests run in the background of a shell, SIGINT is ignored; a run in the foreground takes it.
    """
    process = subprocess.Popen(
        [*PYTEST, *arguments], cwd=directory, env=environment({}), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, stdin=subprocess.DEVNULL, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    try:
        _wait_for_verdicts(directory / "reports/verdicts.json", process, after)
        os.killpg(process.pid, number)
        out, err = process.communicate(timeout=DEADLINE)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    return Outcome(process.returncode, out, err, directory)


def _wait_for_verdicts(path: Path, process: "subprocess.Popen[str]", count: int) -> None:
    """The file is the only thing that tells from outside how far a run is, so it is looked at again and again."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        if path.is_file() and len(read_verdicts(path)[1]) >= count:
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    raise AssertionError(f"no {count} verdicts within {DEADLINE:g} s")
