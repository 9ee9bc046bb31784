"""Runs a user's command with a deadline. Nothing of it outlives the run, and what it prints is kept in part only."""

import shlex
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO, Protocol

from conformance.process_groups import end_group

KEPT_BYTES = 1 << 20
"""Of each output; the rest is read and dropped."""
STEP_S = 0.02
GRACE_S = 2.0


@dataclass(frozen=True)
class Finished:
    """`code` is None if the command had to be ended, or never began; then `failure` says why. `ended_at` is on the
    monotonic clock."""

    code: int | None
    stdout: bytes = b""
    stderr: bytes = b""
    failure: str = ""
    ended_at: float = field(default_factory=time.monotonic)

    @property
    def succeeded(self) -> bool:
        return self.code == 0


class Launch(Protocol):
    """Runs a command until it ends, `until` holds, or the time is over."""

    def __call__(
        self, command: str, cwd: str, env: Mapping[str, str], timeout_s: float, until: Callable[[], bool]
    ) -> Finished: ...


def launch(
    command: str, cwd: str, env: Mapping[str, str], timeout_s: float, until: Callable[[], bool] = lambda: False
) -> Finished:
    """In a session of its own, so that its children end with it."""
    began = time.monotonic()
    try:
        process = subprocess.Popen(
            shlex.split(command), cwd=cwd or None, env=dict(env), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
    except (OSError, ValueError) as error:
        return Finished(None, failure=f"could not be started: {error}")
    outputs = [_Kept(process.stdout), _Kept(process.stderr)]
    try:
        while process.poll() is None and time.monotonic() - began < timeout_s and not until():
            time.sleep(STEP_S)
        ended, ended_at = process.poll() is not None, time.monotonic()
    finally:
        end_group(process, GRACE_S)
    stdout, stderr = (output.taken() for output in outputs)
    failure = "" if ended else f"did not end within {ended_at - began:.0f} s"
    return Finished(process.returncode if ended else None, stdout, stderr, failure, ended_at)


class _Kept:
    """The beginning of an output, read in the background."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        self._stream = stream
        self._data = bytearray()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while self._stream and (chunk := self._stream.read1(1 << 16)):  # type: ignore[attr-defined]
            self._data += chunk[: max(0, KEPT_BYTES - len(self._data))]

    def taken(self) -> bytes:
        self._thread.join(GRACE_S)
        return bytes(self._data)
