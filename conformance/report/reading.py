"""Reads a verdict file, and refuses one that is not what the run wrote."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from conformance.report.checksum import RunningChecksum
from conformance.report.journal_errors import (
    DuplicateVerdict,
    EditedVerdictFile,
    ForeignVerdictFile,
    OtherVerdictFormat,
    TruncatedVerdictFile,
    UnreadableVerdictFile,
    VerdictFileError,
)
from conformance.report.text import printable
from conformance.report.verdict import Verdict

SCHEMA = "https://mcp-conformance.invalid/reports/verdicts.json"
FORMAT = 2
"""Rises when a reader of the older format would misread the file."""

TAIL = ("verdicts", "count", "clock", "checksum", "summary")
"""Members that come after the head."""
LONGEST_WORD = 12
"""What JSON may be cut through, such as an escape of two surrogates; a parser says where it began."""
AGAIN = "judge the target again"


def read_verdicts(path: Path) -> tuple[dict[str, Any], list[Verdict]]:
    """Everything of a file but its verdicts, and the verdicts. Raises `VerdictFileError`, see there."""
    document = _parsed(path, _text(path))
    _check_identity(path, document)
    _check_shape(path, document)
    try:
        verdicts = [Verdict.from_json(one) for one in document["verdicts"]]
    except (TypeError, AttributeError):
        raise EditedVerdictFile(f"{path} holds something else among its verdicts; {AGAIN}") from None
    _check_duplicates(path, verdicts)
    _check_content(path, document)
    return {key: value for key, value in document.items() if key != "verdicts"}, verdicts


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableVerdictFile(f"{path} cannot be read: {error.strerror or error}") from None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_json(path, content.decode("latin-1"), error.start, "not UTF-8") from None


def _parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise _not_json(path, text, len(text) if "Unterminated" in error.msg else error.pos, str(error)) from None
    except RecursionError:
        raise ForeignVerdictFile(f"{path} is not a verdict file: it is nested too deep") from None
    if not isinstance(document, dict):
        raise ForeignVerdictFile(f"{path} is not a verdict file")
    return document


def _not_json(path: Path, text: str, at: int, why: str) -> VerdictFileError:
    """Ours are told by how they begin, as they no longer can be by what they hold."""
    if SCHEMA not in text[:200]:
        return ForeignVerdictFile(f"{path} is not a verdict file: {why}")
    if at >= len(text.rstrip()) - LONGEST_WORD:
        return TruncatedVerdictFile(f"{path} ends in the middle, after {len(text)} characters; {AGAIN}")
    return EditedVerdictFile(f"{path} is no longer valid JSON: {why}; {AGAIN}")


def _check_identity(path: Path, document: dict[str, Any]) -> None:
    if document.get("$schema") != SCHEMA:
        raise ForeignVerdictFile(f"{path} is not a verdict file")
    if document.get("format") != FORMAT:
        tool = document.get("tool")
        version = printable(str(tool.get("version")))[:40] if isinstance(tool, dict) else "unknown"
        raise OtherVerdictFormat(
            f"{path} has format {printable(repr(document.get('format')))[:20]}, written by version {version};"
            f" this version reads format {FORMAT}, so {AGAIN}"
        )


def _check_shape(path: Path, document: dict[str, Any]) -> None:
    missing = [name for name in TAIL if name not in document]
    if missing:
        raise EditedVerdictFile(f"{path} has no {', '.join(missing)}; {AGAIN}")
    if not isinstance(document["verdicts"], list) or not isinstance(document["summary"], dict):
        raise EditedVerdictFile(f"{path} has the wrong shape; {AGAIN}")


def _check_content(path: Path, document: dict[str, Any]) -> None:
    """The count comes before the checksum, as it says more."""
    verdicts, count = document["verdicts"], document["count"]
    if len(verdicts) != count:
        said = printable(str(count))[:20]
        raise EditedVerdictFile(f"{path} counts {said} verdicts and holds {len(verdicts)}; {AGAIN}")
    if document["checksum"] != _checksum(document):
        raise EditedVerdictFile(f"{path} was changed after it was written: its checksum is another; {AGAIN}")
    counts = document["summary"].get("counts")
    if counts is not None and counts != Counter(one.get("status") for one in verdicts):
        raise EditedVerdictFile(f"{path} counts other statuses than it holds; {AGAIN}")


def _checksum(document: dict[str, Any]) -> str:
    made = RunningChecksum({key: value for key, value in document.items() if key not in TAIL})
    for one in document["verdicts"]:
        made.add(one)
    return made.closed_by({"clock": document["clock"], "summary": document["summary"]})


def _check_duplicates(path: Path, verdicts: Iterable[Verdict]) -> None:
    seen = Counter((one.nodeid, one.scope) for one in verdicts if one.nodeid)
    for (nodeid, scope), count in seen.items():
        if count > 1:
            where = printable(f"{nodeid} ({scope or 'no revision'})")
            raise DuplicateVerdict(f"{path} holds {count} verdicts on {where}; {AGAIN}")
