"""Ends commands that were started in a process group of their own, with all that they started."""

import contextlib
import os
import signal
import subprocess


def end_group(process: subprocess.Popen[bytes], grace_s: float) -> None:
    """Politely first; then whatever is left of the group, also when the command itself has ended."""
    if process.poll() is None:
        _signal(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace_s)
    _signal(process.pid, signal.SIGKILL)
    process.wait()


def _signal(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
