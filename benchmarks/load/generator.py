"""Runs the generator as users do: as a command, in a process of its own."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from conformance.load.results.files import read_result
from conformance.load.results.model import Phase, Result

COMMAND = (sys.executable, "-c", "from conformance.cli import main; raise SystemExit(main())", "load")
CORES = sorted(os.sched_getaffinity(0))
"""Generator on the first, what it loads on the last: with two cores they do not get in each other's way."""


class LoadFailed(RuntimeError):
    """The command wrote no result."""


def load(url: str, *options: object, core: int | None = None, patience: float = 300.0) -> Result:
    """The result of `mcp-conformance load`. Its exit code is not looked at: gates may fail, findings may be."""
    with tempfile.TemporaryDirectory() as directory:
        output = Path(directory) / "result.json"
        command = [*COMMAND, url, *map(str, options), f"--output={output}"]
        ran = subprocess.run(
            command, capture_output=True, text=True, timeout=patience, check=False, preexec_fn=pinned(core)
        )
        if not output.exists():
            raise LoadFailed(f"{' '.join(command[3:])}: exit code {ran.returncode}\n{ran.stdout}{ran.stderr}")
        return read_result(output)


def pinned(core: int | None) -> Callable[[], None] | None:
    """What makes a new process run on that core only."""
    return None if core is None else lambda: os.sched_setaffinity(0, {core})


def only_round(result: Result) -> Phase:
    """The one phase that is measured."""
    (phase,) = [phase for phase in result.phases if phase.measured]
    return phase
