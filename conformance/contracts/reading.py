"""Reads documents that anybody may have written: whatever a file holds, there is a plain answer."""

from pathlib import Path
from typing import Any, Final

from conformance.protocol.problems import shown
from conformance.report.text import printable
from conformance.wire.exchange import NotJson, parse_json
from conformance.wire.redact import Redactor

MOST_BYTES: Final = 64 * 1024 * 1024

_REDACTOR: Final = Redactor()


class Unreadable(Exception):
    """A file that is there, but is no JSON; the message says why."""


def read(path: Path) -> Any:
    """The JSON document in a file. Raises `Unreadable`."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror or error}") from None
    if len(data) > MOST_BYTES:
        raise Unreadable(f"is longer than {MOST_BYTES} bytes; it was not read")
    try:
        return parse_json(data.removeprefix(b"\xef\xbb\xbf"))
    except NotJson as error:
        raise Unreadable(f"is not JSON: {error}") from None


def quoted(value: object) -> str:
    """A value of a document, cut, fit for a terminal, and without anything that looks like a credential."""
    if isinstance(value, str):
        value = _REDACTOR.text(value[:512])
    return printable(shown(value))


def member(document: Any, name: str) -> Any:
    """A member of what may be an object; None where there is none."""
    return document.get(name) if isinstance(document, dict) else None


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects in what may be an array."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
