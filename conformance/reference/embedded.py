"""Runs the reference server in a process of its own, for tests and for runs without a target."""

import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from conformance.reference.server import FAULT, HEALTHY, ODDITY, MissingExtra, serve

_START_SECONDS = 30.0
_STOP_SECONDS = 5.0


class StartFailed(RuntimeError):
    """The embedded server did not come up; the message has what it wrote."""


@dataclass(frozen=True)
class Embedded:
    """A running reference server."""

    port: int
    pid: int

    def url(self, path: str = HEALTHY) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def fault(self, id: str) -> str:
        """The URL of the endpoint with that fault."""
        return self.url(FAULT.format(id=id))

    def oddity(self, id: str) -> str:
        """The URL of the endpoint with that oddity."""
        return self.url(ODDITY.format(id=id))


@contextmanager
def start_embedded(deadline: float = _START_SECONDS) -> Iterator[Embedded]:
    """Runs the server on a free port of 127.0.0.1; StartFailed when it is not up after `deadline` seconds."""
    command = [sys.executable, "-m", "conformance.reference.embedded"]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
        try:
            yield Embedded(_announced_port(process, errors, deadline), process.pid)
        finally:
            _stop(process)


def _announced_port(process: "subprocess.Popen[bytes]", errors: IO[bytes], deadline: float) -> int:
    """The port in the first line of the server, read in a thread because a pipe has no read deadline."""
    lines: queue.Queue[bytes] = queue.Queue()
    assert process.stdout is not None
    threading.Thread(target=lambda out: lines.put(out.readline()), args=(process.stdout,), daemon=True).start()
    try:
        return int(lines.get(timeout=deadline))
    except (queue.Empty, ValueError):
        process.kill()
        process.wait(_STOP_SECONDS)
        errors.seek(0)
        raise StartFailed(f"no reference server: {errors.read().decode(errors='replace')[-2000:]}") from None


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Kills at once: the server keeps nothing that a graceful end could save, and open streams would delay it."""
    process.kill()
    process.wait(_STOP_SECONDS)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _end_with_parent() -> None:
    """The parent holds the other end of standard input, so its end is the parent's end."""
    sys.stdin.buffer.read()
    os._exit(0)


def _announce(port: int) -> None:
    print(port, flush=True)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        serve(port=0, started=_announce)
    except MissingExtra as missing:
        sys.exit(str(missing))
