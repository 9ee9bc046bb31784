"""The verdict file: one JSON document that is valid after every verdict, so that an interrupted run loses nothing."""

import json
import os
from pathlib import Path
from typing import Any

from conformance.report.verdict import Verdict

SCHEMA = "https://mcp-conformance.invalid/reports/verdicts.json"


class Journal:
    """Writes `verdicts.json`. Each verdict goes before a tail that closes the document, and the tail moves on.

    A verdict and its tail are one write, which only ever makes the file longer: a reader, or a process that is
    killed, finds the document before it or the document after it.
    """

    def __init__(self, path: Path, head: dict[str, Any]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        opening = json.dumps({"$schema": SCHEMA, **head}, ensure_ascii=False, indent=1).removesuffix("\n}")
        body = _encoded(opening + ',\n "verdicts": [')
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        fresh.write_bytes(body + _tail(0, {"complete": False}))
        os.replace(fresh, path)
        self._file = path.open("r+b", buffering=0)
        self._end = len(body)
        self._count = 0

    def add(self, verdict: Verdict) -> None:
        separator = ",\n  " if self._count else "\n  "
        self._count += 1
        body = _encoded(separator + json.dumps(verdict.to_json(), ensure_ascii=False))
        self._write(body, {"complete": False})
        self._end += len(body)

    def finish(self, summary: dict[str, Any]) -> None:
        """Write the summary; the document is complete."""
        self._write(b"", summary)
        self._file.close()

    def _write(self, body: bytes, summary: dict[str, Any]) -> None:
        self._file.seek(self._end)
        rest = memoryview(body + _tail(self._count, summary))
        while rest:
            rest = rest[self._file.write(rest) :]


def _tail(count: int, summary: dict[str, Any]) -> bytes:
    return _encoded(f'\n ],\n "count": {count},\n "summary": {json.dumps(summary, ensure_ascii=False)}\n}}\n')


def _encoded(text: str) -> bytes:
    """A lone surrogate, which UTF-8 has no form for, stays the JSON escape that it came as."""
    return text.encode("utf-8", "backslashreplace")


def read_verdicts(path: Path) -> tuple[dict[str, Any], list[Verdict]]:
    """Head and verdicts of a file. Raises ValueError when it is not a verdict file or not whole."""
    document = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(document, dict) or document.get("$schema") != SCHEMA:
        raise ValueError(f"{path} is not a verdict file")
    verdicts = [Verdict.from_json(one) for one in document["verdicts"]]
    if len(verdicts) != document["count"]:
        raise ValueError(f"{path} counts {document['count']} verdicts and holds {len(verdicts)}")
    return {key: value for key, value in document.items() if key != "verdicts"}, verdicts
