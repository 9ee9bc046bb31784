"""Commands of users end in time, with all that they started, and what they print is bounded."""

import os
import shlex
import sys
import time
from pathlib import Path

import msgspec

from conformance.contracts.client.driving import Driver
from conformance.contracts.client.process import KEPT_BYTES, launch
from conformance.reference.contracts.operator import smoke
from tests.contracts.client.driving import profile

ENV = dict(os.environ)


def python(program: str) -> str:
    return shlex.join([sys.executable, "-c", program])


def test_outputs_and_exit_code_are_kept() -> None:
    finished = launch(python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"), "", ENV, 10)

    assert (finished.code, finished.stdout, finished.stderr) == (3, b"out\n", b"err\n")


def test_long_outputs_are_cut() -> None:
    finished = launch(python(f"print('x' * {3 * KEPT_BYTES})"), "", ENV, 10)

    assert (finished.code, len(finished.stdout)) == (0, KEPT_BYTES)


def test_a_command_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    child = "import time, os; open('child', 'w').write(str(os.getpid())); time.sleep(60)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    began = time.monotonic()
    pid = tmp_path / "child"
    finished = launch(python(parent), str(tmp_path), ENV, 30, until=lambda: pid.exists() and bool(pid.read_text()))

    assert finished.code is None
    assert "did not end" in finished.failure
    while _runs(int(pid.read_text())):
        assert time.monotonic() - began < 20
        time.sleep(0.01)


def _runs(pid: int) -> bool:
    """A zombie that nobody has waited for does not run."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_command_that_cannot_be_started_is_told() -> None:
    assert launch("no-such-command --json", "", ENV, 10).failure.startswith("could not be started")
    assert launch("'unbalanced", "", ENV, 10).failure.startswith("could not be started")


def test_a_run_in_a_process_of_its_own(tmp_path: Path) -> None:
    ours = profile(directory=tmp_path)
    assert ours.client is not None
    command = shlex.join([sys.executable, smoke.__file__, "--json"])
    client = msgspec.structs.replace(ours.client, command=command)
    seen = Driver(msgspec.structs.replace(ours, client=client), environ=ENV).run()

    assert seen.finished.code == 0, seen.told
    assert [len(seen.handshakes), len(seen.heartbeats)] == [1, 1]
    assert seen.receipt is not None
    assert seen.token not in seen.told
