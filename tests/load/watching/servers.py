"""Servers as processes of their own, to be watched."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

LISTEN = "import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True); "
WAIT = "import sys; sys.stdin.read()"
"""Do nothing until standard input closes."""

ONE = LISTEN + WAIT
FORKING = (
    LISTEN + "import os, signal; pids = []; r, w = os.pipe()\n"
    "for _ in range(2):\n"
    "    if (pid := os.fork()) == 0: os.close(w); os.read(r, 1); os._exit(0)\n"
    "    pids.append(pid)\n"
    "print(*pids, flush=True)\n" + WAIT
)
"""Two children have the socket too, as the workers of a server do."""

BUSY = LISTEN + (
    "import sys, time\n"
    "for line in sys.stdin:\n"
    "    until = time.process_time() + 0.4; held = bytearray(50_000_000)\n"
    "    while time.process_time() < until: pass\n"
    "    del held; print('done', flush=True)"
)
"""For each line: 0.4 s of processor time while it has 50 MB more."""

WITH_CHILD = LISTEN + (
    "import os, sys, time\n"
    "sys.stdin.readline(); pid = os.fork()\n"
    "if not pid:\n"
    "    while time.process_time() < 0.3: pass\n"
    "    print('worked', flush=True); time.sleep(60)\n"
    "sys.stdin.readline(); os.kill(pid, 9); os.wait(); print('ended', flush=True); sys.stdin.read()"
)
"""With the first line a child comes and takes 0.3 s of processor time; with the second it goes."""


class Server:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.pid = process.pid
        self.port = int(self.line())

    def line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def tell(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(text + "\n")
        self._process.stdin.flush()

    def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


@contextmanager
def started(program: str) -> Iterator[Server]:
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            server = Server(process)
            yield server
            server.end()
        finally:
            process.kill()
