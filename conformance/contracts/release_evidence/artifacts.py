"""Reads what the run was given: whatever a file holds, there is a plain answer, and never a traceback."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conformance.checks.outcomes import not_testable
from conformance.contracts.evidence import Evidence
from conformance.contracts.reading import MOST_BYTES, Unreadable, read
from conformance.wire.exchange import NotJson, parse_json


def present(evidence: Evidence, name: str) -> Path:
    """The path of an artifact that exists; *not testable* without it."""
    path = evidence.path(name)
    return path if path.exists() else not_testable(f"there is no {name} at {path}")


def document(evidence: Evidence, name: str) -> Any:
    """A JSON document; *not testable* when it cannot be read."""
    try:
        return read(present(evidence, name))
    except Unreadable as error:
        not_testable(f"{name} {error}")


def documents(evidence: Evidence, name: str) -> list[Any]:
    """A JSON array, or one document a line; *not testable* when it cannot be read."""
    try:
        found = read(present(evidence, name))
    except Unreadable:
        return list(_by_line(evidence, name))
    return found if isinstance(found, list) else [found]


def text(evidence: Evidence, name: str) -> str:
    return _text(present(evidence, name))


def texts(evidence: Evidence, name: str) -> dict[str, str]:
    """A file, or all files of a directory, by their names."""
    path = present(evidence, name)
    files = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
    return {one.name if one == path else one.relative_to(path).as_posix(): _text(one) for one in files}


def lines(evidence: Evidence, name: str) -> Iterator[str]:
    """The lines of a text of any length."""
    with _opened(present(evidence, name)) as file:
        yield from (line.decode("utf-8", "replace") for line in file)


def _by_line(evidence: Evidence, name: str) -> Iterator[Any]:
    for number, line in enumerate(lines(evidence, name), start=1):
        try:
            if line.strip():
                yield parse_json(line)
        except NotJson as error:
            not_testable(f"{name} is neither JSON nor one document a line: line {number}: {error}")


def _text(path: Path) -> str:
    with _opened(path) as file:
        return str(file.read(MOST_BYTES).decode("utf-8", "replace"))


def _opened(path: Path) -> Any:
    try:
        return path.open("rb")
    except OSError as error:
        not_testable(f"{path} cannot be read: {error.strerror or error}")
