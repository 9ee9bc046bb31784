"""The verdict file: one JSON document that is valid after every verdict, so that an interrupted run loses nothing."""

import json
from pathlib import Path
from typing import IO, Any

from conformance.report.verdict import Verdict

SCHEMA = "https://mcp-conformance.invalid/reports/verdicts.json"


class Journal:
    """Writes `verdicts.json`. Each verdict goes before a tail that closes the document, and the tail moves on."""

    def __init__(self, path: Path, head: dict[str, Any]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: IO[bytes] = path.open("wb")
        opening = json.dumps({"$schema": SCHEMA, **head}, ensure_ascii=False, indent=1).rstrip("}\n")
        self._file.write(opening.encode() + b',\n "verdicts": [')
        self._end = self._file.tell()
        self._count = 0
        self._close_document({"complete": False})

    def add(self, verdict: Verdict) -> None:
        self._file.seek(self._end)
        line = json.dumps(verdict.to_json(), ensure_ascii=False)
        self._file.write((",\n  " if self._count else "\n  ").encode() + line.encode())
        self._end = self._file.tell()
        self._count += 1
        self._close_document({"complete": False})

    def finish(self, summary: dict[str, Any]) -> None:
        """Write the summary; the document is complete."""
        self._file.seek(self._end)
        self._close_document(summary)
        self._file.close()

    def _close_document(self, summary: dict[str, Any]) -> None:
        tail = f'\n ],\n "count": {self._count},\n "summary": {json.dumps(summary, ensure_ascii=False)}\n}}\n'
        self._file.write(tail.encode())
        self._file.truncate()
        self._file.flush()


def read_verdicts(path: Path) -> tuple[dict[str, Any], list[Verdict]]:
    """Head and verdicts of a file. Raises ValueError when it is not a verdict file or not whole."""
    document = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(document, dict) or document.get("$schema") != SCHEMA:
        raise ValueError(f"{path} is not a verdict file")
    verdicts = [Verdict.from_json(one) for one in document["verdicts"]]
    if len(verdicts) != document["count"]:
        raise ValueError(f"{path} counts {document['count']} verdicts and holds {len(verdicts)}")
    return {key: value for key, value in document.items() if key != "verdicts"}, verdicts
