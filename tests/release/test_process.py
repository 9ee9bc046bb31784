"""Commands of others: only what is named reaches them, nothing of them outlives its limit, and logs are bounded."""

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from conformance.release.running import process
from conformance.release.running.environment import of_command, of_ours, secrets_of
from conformance.release.running.process import Finished, run
from conformance.wire.redact import MASK, Redactor


def ran(tmp_path: Path, code: str, *, limit_s: float = 30, env: dict[str, str] | None = None, **more: Any) -> Finished:
    options: dict[str, Any] = {"stop": threading.Event(), "log": tmp_path / "log", **more}
    return run([sys.executable, "-c", code], cwd=tmp_path, env=env or {}, limit_s=limit_s, **options)


def ends(pid: int) -> bool:
    """A kill takes effect a moment after it was sent."""
    deadline = time.monotonic() + 5
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not is_alive(pid)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_the_exit_status_and_both_outputs_are_told(tmp_path: Path) -> None:
    finished = ran(tmp_path, "import sys; print('out', flush=True); print('err', file=sys.stderr); sys.exit(3)")

    assert (finished.how, finished.code) == ("ended", 3)
    assert (tmp_path / "log").read_text() == "out\nerr\n"


CHILDREN = """
import subprocess, sys, time
stays = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
child = subprocess.Popen([sys.executable, "-c", stays])
open("child", "w").write(str(child.pid))
{then}
"""


@pytest.mark.parametrize("then", ["time.sleep(60)", "pass"], ids=["late", "child left behind"])
def test_the_whole_process_group_ends(tmp_path: Path, then: str) -> None:
    began = time.monotonic()
    finished = ran(tmp_path, CHILDREN.replace("{then}", then), limit_s=2)

    assert finished.how == ("late" if "sleep" in then else "ended")
    assert time.monotonic() - began < 2 + process.GRACE_S + 3
    assert ends(int((tmp_path / "child").read_text()))


def test_stopping_ends_it_at_once(tmp_path: Path) -> None:
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()

    assert ran(tmp_path, "import time; time.sleep(60)", stop=stop).how == "stopped"


def test_a_signal_is_a_negative_status(tmp_path: Path) -> None:
    assert ran(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGTERM)").code == -signal.SIGTERM


def test_what_cannot_be_started_says_why(tmp_path: Path) -> None:
    finished = run(["no-such-command"], cwd=tmp_path, env={}, limit_s=1, log=tmp_path / "log", stop=threading.Event())

    assert (finished.how, finished.code) == ("not started", None)
    assert "No such file" in finished.why


def test_a_long_log_keeps_its_head_and_its_tail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "HEAD_BYTES", 1_000)
    monkeypatch.setattr(process, "TAIL_BYTES", 1_000)
    seen: list[str] = []
    ran(tmp_path, "for number in range(5000): print('line', number)", line=seen.append)
    log = (tmp_path / "log").read_text()

    assert len(log) < 2_200
    assert log.startswith("line 0\n")
    assert log.endswith("line 4999\n")
    assert "bytes left out]" in log
    assert len(seen) == 5_000


def test_a_line_without_end_is_cut_and_harmless(tmp_path: Path) -> None:
    ran(tmp_path, r"import sys; sys.stdout.buffer.write(b'\x1b[31m\xff' + b'x' * 10_000_000)")
    log = (tmp_path / "log").read_text()

    assert len(log) < process.KEPT_OF_LINE + 100
    assert "\x1b" not in log
    assert "\\xff" in log


def test_secrets_are_masked_also_where_a_long_line_is_cut(tmp_path: Path) -> None:
    secret = "correct-horse-battery-staple"
    clean = Redactor([secret]).text
    ran(tmp_path, f"print('x' * ({process.KEPT_OF_LINE} - 10) + {secret!r} + 'y'); print({secret!r})", clean=clean)
    log = (tmp_path / "log").read_text()

    assert "correct" not in log
    assert MASK in log


def test_a_command_gets_what_is_named_and_nothing_else(tmp_path: Path) -> None:
    environ = {"NAMED": "1", "OTHER": "2", "PATH": os.environ["PATH"]}
    ran(
        tmp_path,
        "import json, os; print(json.dumps({k: v for k, v in os.environ.items() if k != 'LC_CTYPE'}))",
        env=of_command(["NAMED", "UNSET"], {"MORE": "3"}, environ),
    )

    assert json.loads((tmp_path / "log").read_text()) == {"NAMED": "1", "MORE": "3"}


def test_our_own_processes_get_no_options_by_accident() -> None:
    environ = {"PATH": "/bin", "MCP_CONFORMANCE_TARGET": "https://other.example", "PYTEST_ADDOPTS": "-x", "TOKEN": "t"}

    assert of_ours(["TOKEN"], environ) == {"PATH": "/bin", "TOKEN": "t", "PYTHONUNBUFFERED": "1"}


def test_which_values_are_secrets() -> None:
    environ = {
        "API_TOKEN": "abcd", "MODE": "live", "FLAG": "1", "PATH": "/usr/bin:/bin", "KEYFILE": "/etc/keys/one",
        "BASE_URL": "https://cms.example/api", "HOOK": "https://me:hunter22@cms.example/api",
        "PEM": "-----BEGIN KEY-----\nMIIEowIBAAKCAQEA\n-----END KEY-----",
    }  # fmt: skip
    found = set(secrets_of(environ, environ))

    assert {"abcd", "/etc/keys/one", "hunter22", "MIIEowIBAAKCAQEA", environ["PEM"]} <= found
    assert not {"live", "1", environ["PATH"], environ["BASE_URL"]} & found


def test_the_output_that_cannot_be_kept_is_told(tmp_path: Path) -> None:
    finished = run(
        [sys.executable, "-c", "print('x' * 1000)"], cwd=tmp_path, env={}, limit_s=10, log=Path("/dev/full"),
        stop=threading.Event(),
    )  # fmt: skip

    assert finished.code == 0
    assert "space" in finished.unlogged
