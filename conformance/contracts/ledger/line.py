"""Reads one line: its JSON objects, and what is wrong with it as a line."""

import json
from typing import Any, Final, NamedTuple, NoReturn

import msgspec

from conformance.contracts.ledger.findings import Severity
from conformance.contracts.ledger.source import Line
from conformance.protocol.problems import kind_of

Body = dict[str, Any]


class Problem(NamedTuple):
    severity: Severity
    message: str


Reading = tuple[tuple[Body, ...], tuple[Problem, ...]]
"""The objects of a line and its problems; neither, if it is blank."""


class _NoJson(ValueError):
    """A constant that Python's parser takes and JSON does not have."""


def _refuse(constant: str) -> NoReturn:
    raise _NoJson(constant)


_FAST: Final[msgspec.json.Decoder[Any]] = msgspec.json.Decoder()
"""Takes less than `_DECODER`, and makes the same of what it takes."""
_DECODER: Final = json.JSONDecoder(parse_constant=_refuse)
_BLANK: Final = " \t\r\n"
_BOM: Final = b"\xef\xbb\xbf"


def read(line: Line) -> Reading:
    """One JSON object a line is right; CRLF, blank lines and a missing last line break are tolerated."""
    if line.whole:
        try:
            body = _FAST.decode(line.raw)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return _read_closely(line)
        if type(body) is dict:
            return (body,), ()
    return _read_closely(line)


def _read_closely(line: Line) -> Reading:
    if not line.whole:
        return _unjudged(f"is longer than {len(line.raw)} bytes; it was not judged")
    if line.number == 1 and line.raw.startswith(_BOM):
        bodies, problems = read(Line(line.number, line.raw[len(_BOM) :]))
        mark = Problem("should", "starts with a byte order mark, which JSON does not allow; expected plain UTF-8")
        return bodies, (mark, *problems)
    if b"\0" in line.raw or line.raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _broken("holds NUL bytes or is UTF-16: a hole that a crash left, or another encoding; expected UTF-8")
    try:
        text = line.raw.decode()
    except UnicodeDecodeError as error:
        return _broken(f"is not UTF-8: byte {error.start + 1} of the line fits no character")
    return _read_text(text.strip(), line) if text.strip() else ((), ())


def _read_text(text: str, line: Line) -> Reading:
    try:
        values = _values(text)
    except _NoJson as constant:
        return _broken(f"is not JSON: it holds {constant}, which is no JSON number")
    except json.JSONDecodeError as error:
        return _broken(_syntax(error, text, line))
    except RecursionError:
        return _unjudged("is nested too deeply to be read; it was not judged")
    except ValueError:
        return _unjudged("holds a number that is too long to be read; it was not judged")
    bodies = tuple(value for value in values if isinstance(value, dict))
    if len(values) > 1:
        many = f"holds {len(values)} JSON values: a line break was lost; expected one object a line"
        return bodies, (Problem("must", many),)
    return (bodies, ()) if bodies else _broken(f"is {kind_of(values[0])}, expected a JSON object")


def _values(text: str) -> list[Any]:
    """All JSON values of a line, one after the other."""
    values, position = [], 0
    while position < len(text):
        value, end = _DECODER.raw_decode(text, position)
        values.append(value)
        position = end + len(text[end:]) - len(text[end:].lstrip(_BLANK))
    return values


def _syntax(error: json.JSONDecodeError, text: str, line: Line) -> str:
    """The parser's words and the column, never the text itself: it may hold a secret."""
    if error.pos >= len(text) or error.msg.startswith("Unterminated string"):
        where = "the file ends within it" if not line.ended else "its end is missing"
        return f"is cut off: {where} (an interrupted write, or one that goes on); expected a whole JSON object"
    if error.pos and text[: error.pos].rstrip(_BLANK)[-1:] == "}" and text[0] == "{":
        return f"has text after a JSON object, at column {error.pos + 1}; expected one object a line"
    return f"is not JSON: {error.msg} at column {error.pos + 1}; expected a JSON object"


def _broken(message: str) -> Reading:
    return (), (Problem("must", message),)


def _unjudged(message: str) -> Reading:
    return (), (Problem("should", message),)
