"""Pure judges of an audit log: JSON lines, or log lines that end in a JSON object. Files of any size, line by line."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.contracts.documents import problems_with
from conformance.contracts.emcp.settings import Audit
from conformance.contracts.paths import at_path
from conformance.protocol.messages import JsonObject
from conformance.wire.exchange import NotJson, parse_json

LONGEST = 1_000_000
"""Bytes of a line that are read; the rest of a longer one is a line of its own."""
SHOWN = 5

_CREDENTIAL = re.compile(r"\bbearer\s+[\w.~+/=-]{16,}|\beyJ[\w-]{8,1024}\.eyJ[\w-]{8,}\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """`entry` is None where the line holds no JSON object."""

    number: int
    text: str
    entry: JsonObject | None


def lines_of(path: Path, settings: Audit) -> Iterator[Line]:
    """The lines of the audit; others of the same file are left out by the marker."""
    with path.open("rb") as file:
        for number, raw in enumerate(iter(lambda: file.readline(LONGEST), b""), start=1):
            text = raw.decode("utf-8", "replace").strip()
            if text and settings.marker in text:
                yield Line(number, text, _entry(text))


def _entry(text: str) -> JsonObject | None:
    """The object that the line is or that it ends in; log formats put it into a member `context`."""
    first = text.find("{")
    if first < 0:
        return None
    try:
        value = parse_json(text) if first == 0 else json.JSONDecoder().raw_decode(text, first)[0]
    except (NotJson, ValueError, RecursionError):
        return None
    inner = value.get("context") if isinstance(value, dict) else None
    found = inner if isinstance(inner, dict) and "trace_id" in inner else value
    return found if isinstance(found, dict) else None


def line_problems(lines: Iterable[Line], settings: Audit) -> list[str]:
    """Lines that are no audit lines, with their numbers; the first ones."""
    found: list[str] = []
    for line in lines:
        problems = ["holds no JSON object"] if line.entry is None else problems_with(line.entry, settings.schema)
        found += [f"line {line.number}: {problems[0]}"] if problems else []
        if len(found) == SHOWN:
            break
    return found


def traced(lines: Iterable[Line], trace_id: str, settings: Audit) -> list[JsonObject]:
    """The entries of one request."""
    return [one.entry for one in lines if one.entry and at_path(one.entry, settings.trace_id) == trace_id]


def secret_problems(lines: Iterable[Line], secrets: Iterable[str], settings: Audit) -> list[str]:
    """Lines that show a secret: one of those given, something that looks like a credential, or a member that has to be
    masked. What is found is never quoted."""
    known = [secret for secret in secrets if secret]
    found: list[str] = []
    for line in lines:
        kinds = list(_kinds(line, known, settings))
        found += [f"line {line.number}: {kinds[0]}"] if kinds else []
        if len(found) == SHOWN:
            break
    return found


def _kinds(line: Line, known: list[str], settings: Audit) -> Iterator[str]:
    if any(secret in line.text for secret in known):
        yield "holds a secret of this run"
    if _CREDENTIAL.search(line.text):
        yield "holds what looks like a token"
    yield from (f"the member {name} is not masked" for name in _unmasked(line.entry, settings))


def _unmasked(entry: Any, settings: Audit) -> Iterator[str]:
    masked = {name.lower() for name in settings.masked}
    left = [entry]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            for name, inner in value.items():
                if name.lower() in masked and inner not in (settings.mask, None, ""):
                    yield name
            left += value.values()
        elif isinstance(value, list):
            left += value
