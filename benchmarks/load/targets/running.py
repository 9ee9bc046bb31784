"""Targets as processes, for benchmarks and tests."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
PATIENCE = 20.0


@dataclass(frozen=True, slots=True)
class Target:
    """A target that runs."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/mcp"


@contextmanager
def running(name: str, *options: object) -> Iterator[Target]:
    """A target from its name and options, until the block ends; then its truth and trace are written.

    Raises RuntimeError when it does not start, or does not end well.
    """
    command = [sys.executable, "-m", f"benchmarks.load.targets.{name}", *map(str, options)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"{name} did not start: exit code {process.wait(PATIENCE)}")
        yield Target(int(line), process.pid)
        process.stdin.close()
        if process.wait(PATIENCE):
            raise RuntimeError(f"{name} ended with exit code {process.returncode}")
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()
