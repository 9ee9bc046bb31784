"""The verdict file: one JSON document that is valid after every verdict, so that an interrupted run loses nothing."""

import contextlib
import json
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from conformance.report.checksum import RunningChecksum
from conformance.report.reading import FORMAT, SCHEMA, read_verdicts
from conformance.report.verdict import Verdict
from conformance.report.whole_files import replace_whole

__all__ = ["FORMAT", "SCHEMA", "Journal", "JournalBroken", "read_verdicts"]

UNFINISHED = {"complete": False}


class JournalBroken(Exception):
    """The file takes no more; what it holds is whole, and says that it is not complete. The message is one line."""


class Journal:
    """Writes `verdicts.json`. Each verdict goes before a tail that closes the document, and the tail moves on.

    A verdict and its tail are one write, which only ever makes the file longer: a reader, or a process that is
    killed, finds the document before it or the document after it. A write that fails is taken back.
    `count` is the number of verdicts written.
    """

    def __init__(self, path: Path, head: dict[str, Any]) -> None:
        """Raises `JournalBroken` where the file cannot be begun."""
        self.path = path
        self._began = time.monotonic()
        self.count = 0
        self._seen: Counter[tuple[str, str]] = Counter()
        document = {"$schema": SCHEMA, "format": FORMAT, **head}
        self._checksum = RunningChecksum(document)
        opening = json.dumps(document, ensure_ascii=False, indent=1).removesuffix("\n}")
        body = _encoded(opening + ',\n "verdicts": [')
        self._end = len(body)
        self._tail = self._closed(0, UNFINISHED)
        try:
            replace_whole(path, body + self._tail)
            self._file = path.open("r+b", buffering=0)
        except OSError as error:
            _remove(path)
            raise JournalBroken(f"{path} cannot be written: {error.strerror or error}") from None

    def add(self, verdict: Verdict) -> Verdict:
        """Write a verdict, and return it as it was written: a second one on the same check has a number.

        Raises `JournalBroken`; nothing can be added after that.
        """
        named = self._numbered(verdict)
        document = named.to_json()
        body = _encoded((",\n  " if self.count else "\n  ") + json.dumps(document, ensure_ascii=False))
        self._checksum.add(document)
        self._write(body, self.count + 1, UNFINISHED)
        self.count += 1
        self._end += len(body)
        return named

    def finish(self, summary: dict[str, Any]) -> None:
        """Write the summary; the document is complete. Raises `JournalBroken`."""
        self._write(b"", self.count, summary)
        self._file.close()

    def _numbered(self, verdict: Verdict) -> Verdict:
        """A check that failed in cleaning up, or was run again by another plugin, has more than one verdict."""
        key = (verdict.nodeid, verdict.scope)
        self._seen[key] += 1
        if not verdict.nodeid or self._seen[key] == 1:
            return verdict
        return self._numbered(replace(verdict, nodeid=f"{verdict.nodeid}#{self._seen[key]}"))

    def _closed(self, count: int, summary: dict[str, Any]) -> bytes:
        """The tail. It never gets shorter from one verdict to the next."""
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        rest = {"clock": {"written": now, "seconds": round(time.monotonic() - self._began, 3)}, "summary": summary}
        lines = (
            "\n ]",
            f' "count": {count}',
            f' "checksum": "{self._checksum.closed_by(rest)}"',
            f' "clock": {{"written": "{now}", "seconds": {rest["clock"]["seconds"]:.3f}}}',
            f' "summary": {json.dumps(summary, ensure_ascii=False)}\n}}\n',
        )
        return _encoded(",\n".join(lines))

    def _write(self, body: bytes, count: int, summary: dict[str, Any]) -> None:
        tail = self._closed(count, summary)
        try:
            self._put(body + tail)
        except OSError as error:
            self._take_back()
            raise JournalBroken(f"{self.path} cannot be written: {error.strerror or error}") from None
        self._tail = tail

    def _put(self, content: bytes) -> None:
        self._file.seek(self._end)
        rest = memoryview(content)
        while rest:
            rest = rest[self._file.write(rest) :]

    def _take_back(self) -> None:
        """The tail of before, in the place where it was, needs no space that the file does not have."""
        with contextlib.suppress(OSError), self._file:
            self._put(self._tail)
            self._file.truncate(self._end + len(self._tail))


def _remove(path: Path) -> None:
    """A file of an earlier run must not be taken for this one's."""
    with contextlib.suppress(OSError):
        path.unlink()


def _encoded(text: str) -> bytes:
    """A lone surrogate, which UTF-8 has no form for, stays the JSON escape that it came as."""
    return text.encode("utf-8", "backslashreplace")
