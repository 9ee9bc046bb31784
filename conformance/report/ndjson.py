"""Verdicts as lines of JSON (schemas/reports/stream.json): the head, each verdict as it comes, the summary."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TextIO

from conformance.report.verdict import Verdict

SCHEMA: Final = "https://mcp-conformance.invalid/reports/stream.json"
OF_THE_END: Final = ("$schema", "count", "clock", "checksum", "summary")
"""Members of a verdict file that the first line of a stream cannot have: its own name, and what is known at the end."""


def render(head: Mapping[str, Any], verdicts: Sequence[Verdict]) -> str:
    """The stream that a run would have written."""
    return "".join(_all_lines(head, verdicts))


def _all_lines(head: Mapping[str, Any], verdicts: Sequence[Verdict]) -> Iterator[str]:
    yield head_line(head)
    yield from (verdict_line(one.to_json()) for one in verdicts)
    yield summary_line(head.get("summary", {"complete": False}), len(verdicts))


def head_line(head: Mapping[str, Any]) -> str:
    return _line("head", {"$schema": SCHEMA, **{key: head[key] for key in head if key not in OF_THE_END}})


def verdict_line(verdict: Mapping[str, Any]) -> str:
    """`verdict` is an item of `verdicts` of a verdict file."""
    return _line("verdict", verdict)


def summary_line(summary: Mapping[str, Any], count: int) -> str:
    return _line("summary", {"count": count, **summary})


class Stream:
    """Writes the lines while the run goes on; each is on its way to the reader before the next verdict is reached."""

    def __init__(self, path: Path, head: Mapping[str, Any]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: TextIO = path.open("w", encoding="utf-8", newline="\n")
        self._count = 0
        self._write(head_line(head))

    def add(self, verdict: Mapping[str, Any]) -> None:
        self._count += 1
        self._write(verdict_line(verdict))

    def finish(self, summary: Mapping[str, Any]) -> None:
        self._write(summary_line(summary, self._count))
        self._file.close()

    def _write(self, line: str) -> None:
        self._file.write(line)
        self._file.flush()


def _line(type: str, members: Mapping[str, Any]) -> str:
    """ASCII, so that no reader takes a line separator of Unicode, or half a character, for the end of a line."""
    return json.dumps({"type": type, **members}) + "\n"
