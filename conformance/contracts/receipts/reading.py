"""Reads artifacts that may be anything: huge, cut off, no JSON, or JSON after a line of text."""

from pathlib import Path
from typing import Any

from conformance.checks.outcomes import Blocked, not_testable, violation
from conformance.contracts.evidence import Evidence
from conformance.wire.exchange import NotJson, parse_json

MOST_BYTES = 64 << 20


def content(evidence: Evidence, name: str) -> bytes:
    """The bytes of an artifact; *not testable* when it was not given or is no file that can be read."""
    path = evidence.path(name)
    try:
        size = path.stat().st_size
        return path.read_bytes() if size <= MOST_BYTES else not_testable(f"{path} is too large: {size} bytes")
    except OSError as error:
        not_testable(f"the {name} cannot be read: {path}: {error.strerror or error}")


def document(evidence: Evidence, name: str) -> dict[str, Any]:
    """The JSON object of an artifact; a violation if it is none."""
    found, problem = as_object(content(evidence, name))
    return found if found is not None else violation(f"the {name} to be a JSON object", problem)


def known_document(evidence: Evidence, name: str, judged_by: str) -> dict[str, Any]:
    """The same for further rules: that it cannot be read is told once, by the rule on its form."""
    found, problem = as_object(content(evidence, name))
    if found is None:
        raise Blocked(f"the {name} {problem}", by=judged_by)
    return found


def as_object(data: bytes) -> tuple[dict[str, Any] | None, str]:
    """The JSON object in the bytes, alone or after lines of text; else what is wrong."""
    problem = "is empty"
    for start in (0, data.find(b"\n{") + 1):
        try:
            found = parse_json(data[start:].removeprefix(b"\xef\xbb\xbf"))
        except NotJson as error:
            problem = f"is not JSON: {error}" if data.strip() else problem
            continue
        return (found, "") if isinstance(found, dict) else (None, "is JSON, but no object")
    return None, problem


def names_in(path: Path) -> list[tuple[str, int]]:
    """The files of a bundle, a directory or a ZIP archive, with their sizes."""
    import zipfile

    try:
        if path.is_dir():
            return [(one.name, one.stat().st_size) for one in path.rglob("*") if one.is_file()]
        with zipfile.ZipFile(path) as archive:
            return [(Path(one.filename).name, one.file_size) for one in archive.infolist() if not one.is_dir()]
    except (OSError, zipfile.BadZipFile) as error:
        not_testable(f"the bundle cannot be read: {path} has to be a directory or a ZIP archive ({error})")
