"""Runs a command with a deadline, in a process group that ends with it; what it prints is kept in a bounded log."""

import codecs
import contextlib
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Literal

from conformance.process_groups import end_group
from conformance.report.text import printable

GRACE_S: Final = 5.0
STEP_S: Final = 0.02
HEAD_BYTES: Final = 4 * 1024 * 1024
TAIL_BYTES: Final = 1024 * 1024
LONGEST_LINE: Final = 64 * 1024
KEPT_OF_LINE: Final = 16 * 1024
_CHUNK: Final = 64 * 1024

How = Literal["ended", "late", "stopped", "not started"]
Clean = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Finished:
    """`code` is the exit status, negative for a signal; None if the command was ended from here or never began, and
    then `why` tells. `unlogged` tells why its output could not be kept."""

    how: How
    code: int | None
    seconds: float
    why: str = ""
    unlogged: str = ""


def run(
    command: Sequence[str] | str,
    *,
    cwd: Path,
    env: Mapping[str, str],
    limit_s: float,
    log: Path,
    stop: threading.Event,
    clean: Clean = lambda line: line,
    line: Callable[[str], None] = lambda text: None,
    stdin: bytes = b"",
) -> Finished:
    """A text is given to the shell. `clean` takes secrets out of what is logged, `line` sees each line as it came."""
    began = time.monotonic()
    try:
        process = subprocess.Popen(
            command if isinstance(command, str) else list(command), shell=isinstance(command, str), cwd=cwd,
            env=dict(env), stdin=subprocess.PIPE if stdin else subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    except (OSError, ValueError) as error:
        return Finished("not started", None, 0.0, getattr(error, "strerror", None) or str(error))
    assert process.stdout is not None
    reader = _Reader(process.stdout, log, clean, line)
    how: How = "late"
    try:
        _feed(process, stdin)
        while time.monotonic() - began < limit_s and not stop.is_set():
            if process.poll() is not None:
                how = "ended"
                break
            time.sleep(STEP_S)
        else:
            how = "stopped" if stop.is_set() else "late"
    finally:
        seconds = time.monotonic() - began
        end_group(process, GRACE_S)
        reader.close()
    if how == "ended":
        return Finished(how, process.returncode, seconds, unlogged=reader.failure)
    why = "was interrupted" if how == "stopped" else f"did not end within {limit_s:g} s"
    return Finished(how, None, seconds, why, reader.failure)


def _feed(process: subprocess.Popen[bytes], data: bytes) -> None:
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(data)
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()


class _Reader:
    """Reads an output line by line: the head goes to the log at once, of the rest the end is kept."""

    def __init__(self, stream: IO[bytes], log: Path, clean: Clean, line: Callable[[str], None]) -> None:
        self._stream, self._clean, self._line = stream, clean, line
        self._log = log.open("w", encoding="utf-8", errors="backslashreplace", newline="\n")
        self._written = self._skipped = self._in_tail = 0
        self._tail: deque[str] = deque()
        self._guard = threading.Lock()
        self._closed = False
        self.failure = ""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """A process that has left the group may hold the pipe open; it is not waited for."""
        self._thread.join(GRACE_S)
        with self._guard:
            self._closed = True
            try:
                if self._skipped:
                    self._log.write(f"[{self._skipped} bytes left out]\n")
                self._log.writelines(self._tail)
                self._log.close()
            except OSError as error:
                self.failure = error.strerror or str(error)

    def _read(self) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
        rest = ""
        while chunk := self._stream.read1(_CHUNK):  # type: ignore[attr-defined]
            *lines, rest = (rest + decoder.decode(chunk)).split("\n")
            for text in lines:
                self._take(text)
            rest = rest[:LONGEST_LINE]
        rest += decoder.decode(b"", final=True)
        if rest:
            self._take(rest)
        self._stream.close()

    def _take(self, text: str) -> None:
        text = text[:LONGEST_LINE].rstrip("\r")
        self._line(text)
        shown = printable(self._clean(text).expandtabs())
        shown = shown if len(shown) <= KEPT_OF_LINE else f"{shown[:KEPT_OF_LINE]}… [line cut]"
        with self._guard:
            if self._closed or self.failure:
                return
            try:
                self._keep(f"{shown}\n")
            except OSError as error:
                self.failure = error.strerror or str(error)

    def _keep(self, shown: str) -> None:
        if self._written + len(shown) <= HEAD_BYTES and not self._tail and not self._skipped:
            self._written += len(shown)
            self._log.write(shown)
            self._log.flush()
            return
        self._tail.append(shown)
        self._in_tail += len(shown)
        while self._in_tail > TAIL_BYTES:
            gone = len(self._tail.popleft())
            self._in_tail -= gone
            self._skipped += gone
