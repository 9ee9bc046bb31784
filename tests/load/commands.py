"""Runs `mcp-conformance load` as a user does: as a command, in a process of its own."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load.generator import COMMAND
from conformance.load.results.files import read_result
from conformance.load.results.model import Operation, Phase, Result

PATIENCE = 60.0
QUICK = ("--duration=1", "--warm-up=0.2", "--rounds=1")
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("MCP_", "EMCP_"))}


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended, and what it has written."""

    code: int
    out: str
    err: str
    directory: Path

    @property
    def text(self) -> str:
        """The result file."""
        return (self.directory / "result.json").read_text()

    @property
    def result(self) -> Result:
        return read_result(self.directory / "result.json")

    @property
    def phase(self) -> Phase:
        """The one phase that is measured."""
        (one,) = (phase for phase in self.result.phases if phase.measured)
        return one

    def operation(self, name: str) -> Operation:
        return next(one for one in self.phase.operations if one.name == name)


@contextmanager
def begun(
    directory: Path, *options: object, environ: Mapping[str, str] = {}, output: bool = True
) -> "Iterator[subprocess.Popen[str]]":
    """The command while it runs. It is ended, hard, if it still runs at the end of the block."""
    written = [f"--output={directory / 'result.json'}"] if output else []
    process = subprocess.Popen(
        [*COMMAND, *map(str, options), *written], cwd=directory, env={**ENVIRONMENT, **environ},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def ended(process: "subprocess.Popen[str]", directory: Path) -> Ran:
    """What became of a command, once it has ended by itself."""
    out, err = process.communicate(timeout=PATIENCE)
    return Ran(process.returncode, out, err, directory)


def load(directory: Path, *options: object, environ: Mapping[str, str] = {}) -> Ran:
    with begun(directory, *options, environ=environ) as process:
        return ended(process, directory)
