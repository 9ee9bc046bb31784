"""A line below what pytest writes. It is gone before each write, and comes back after it."""

import os
import threading
from typing import TextIO

SAVE, RESTORE = "\x1b7", "\x1b8"
BELOW = "\x1b[B\r\x1b[2K"
"""To the line below, which is cleared."""
ROOM = "\x1bD\x1b[A"
"""Down and up again, in the same column: on the last row of the screen this scrolls it by one."""


def past_capture(file: TextIO) -> TextIO:
    """The same file under a descriptor of its own: while a test runs, pytest collects what is written to the usual one.
    To be called between tests."""
    try:
        own = os.dup(file.fileno())
    except (OSError, ValueError):
        return file
    file.flush()
    return os.fdopen(own, "w", buffering=1, encoding=file.encoding, errors="backslashreplace")


class LiveLine:
    """Stands before the file of pytest's terminal writer. Every thread may write."""

    def __init__(self, file: TextIO, *, is_terminal: bool) -> None:
        self._given = file
        self._file = past_capture(file)
        self._is_terminal = is_terminal
        self._lock = threading.RLock()
        self._text = ""
        self._at_line_start = True

    def write(self, text: str) -> int:
        with self._lock:
            self._put(f"{SAVE}{BELOW}{RESTORE}" if self._text else "")
            written = self._file.write(text)
            if text:
                self._at_line_start = text.endswith(("\n", "\r"))
            self._draw()
            return written

    def flush(self) -> None:
        with self._lock:
            self._file.flush()

    def show(self, text: str) -> None:
        """Put this text in place of the one that is shown; "" takes it away. Not on a terminal it is a line by
        itself."""
        with self._lock:
            if not self._is_terminal:
                self._put(("" if self._at_line_start else "\n") + f"{text}\n" if text else "")
                self._at_line_start = True if text else self._at_line_start
            elif text:
                self._text = text
                self._draw()
            elif self._text:
                self._put(f"{SAVE}{BELOW}{RESTORE}")
                self._text = ""
            self._file.flush()

    def close(self) -> None:
        """Take the line away, and close a file that is our own."""
        self.show("")
        if self._file is not self._given:
            self._file.close()

    def _draw(self) -> None:
        if self._text:
            self._put(f"{ROOM}{SAVE}{BELOW}\x1b[2m{self._text}\x1b[0m{RESTORE}")

    def _put(self, text: str) -> None:
        if text:
            self._file.write(text)

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)
