"""Starts one server, waits until it answers, and stops it with all that it started."""

import http.client
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from benchmarks.leaderboard import registry
from benchmarks.leaderboard.install import Environment

_STOP_SECONDS = 5.0
_PING = b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}'
_HEADERS = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
_NOWHERE = "http://127.0.0.1:9"
_SAME_FOR_ALL: Final = {
    "LANG": "C.UTF-8",
    "NODE_ENV": "production",
    "PYTHONDONTWRITEBYTECODE": "1",
    "NO_PROXY": "127.0.0.1,localhost",
    # nothing asks for updates or reports its use while it is measured
    "DO_NOT_TRACK": "1",
    "NO_UPDATE_NOTIFIER": "1",
    "HTTP_PROXY": _NOWHERE,
    "HTTPS_PROXY": _NOWHERE,
}


class NotReady(RuntimeError):
    """The server did not answer in time, or ended; the text has the last that it wrote."""


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    url: str
    pid: int


@contextmanager
def running(environment: Environment, core: int | None = None) -> Iterator[Running]:
    """Runs the server on a free port of 127.0.0.1, bound to `core` if one is given; NotReady if it does not come up."""
    server, port = environment.server, free_port()
    with tempfile.TemporaryDirectory() as scratch, tempfile.TemporaryFile() as output:
        words = _words(environment, port, Path(scratch))
        process = _launch(
            [word.format(**words) for word in server.command], _variables(environment, words), output, core
        )
        try:
            _await_answer(process, port, server, output)
            yield Running(f"http://127.0.0.1:{port}{server.path}", process.pid)
        finally:
            stop(process)


def _launch(
    command: list[str], variables: dict[str, str], output: IO[bytes], core: int | None
) -> "subprocess.Popen[bytes]":
    """Starts it as the head of a process group, in its home."""
    try:
        return subprocess.Popen(
            command, cwd=variables["HOME"], env=variables, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            preexec_fn=(lambda: os.sched_setaffinity(0, {core})) if core is not None else None,
        )  # fmt: skip
    except OSError as error:
        raise NotReady(f"cannot be started: {error}") from error


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Ends the process and the others of its group: asks first, and kills those that are left after a deadline."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        _signal_group(process.pid, number)
        end = time.monotonic() + _STOP_SECONDS
        while time.monotonic() < end:
            process.poll()
            if not _signal_group(process.pid, 0):
                return
            time.sleep(0.02)


def _signal_group(group: int, number: int) -> bool:
    """Whether the group still had a process."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


def _words(environment: Environment, port: int, scratch: Path) -> dict[str, str]:
    return {
        "port": str(port),
        "name": environment.server.name,
        "version": environment.server.version,
        "python": str(environment.bin / "python"),
        "bin": str(environment.bin),
        "script": str(environment.script),
        "servers": str(registry.SERVERS),
        "scratch": str(scratch),
    }


def _variables(environment: Environment, words: dict[str, str]) -> dict[str, str]:
    """The server's own variables, and none of ours but PATH."""
    own = {name: value.format(**words) for name, value in environment.server.env.items()}
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": words["scratch"], **_SAME_FOR_ALL, **own}


def _await_answer(process: "subprocess.Popen[bytes]", port: int, server: registry.Server, output: IO[bytes]) -> None:
    end = time.monotonic() + server.ready_s
    while time.monotonic() < end:
        if process.poll() is not None:
            raise NotReady(f"ended with {process.returncode}: {_last_words(output)}")
        if _answers(port, server.path):
            return
        time.sleep(0.05)
    raise NotReady(f"no answer after {server.ready_s:g} s: {_last_words(output)}")


def _answers(port: int, path: str) -> bool:
    """Whether the endpoint is there: a refusal will do, as a ping outside a session is one to some servers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2.0)
    try:
        connection.request("POST", path, _PING, _HEADERS)
        return connection.getresponse().status not in {404, 502, 503}
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _last_words(output: IO[bytes]) -> str:
    output.seek(0)
    return " ".join(output.read().decode(errors="replace").split())[-500:] or "it wrote nothing"
