"""Rules over a document, one a line: `PATH OP VALUE`.

    ok == true                      gates.*.status == passed        length(items) >= 3
    steps.-1.name != shadow         age(finished_at) <= 48h         error missing
    status in ["ok", "warning"]     version matches ^v3\\.          comparison.pass exists

A path is a row of names with dots between; a number is a place in a list, from its end if it is negative, and `*`
stands for every one: the rule has to hold for each, and there has to be one. A lone dot is the whole document. A value
is JSON; what is not JSON is a text. Ages are compared with 90s, 15m, 48h or 14d.
"""

import json
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance.contracts.reading import quoted
from conformance.contracts.times import instant

_OPS: Final = ("==", "!=", "<=", ">=", "<", ">", "in", "not in", "matches", "exists", "missing")
_FORM: Final = re.compile(
    r"(?P<path>\S+)\s+(?P<op>==|!=|<=|>=|<|>|not\s+in|in|matches|exists|missing)(?:\s+(?P<value>.*\S))?\s*"
)
_OF: Final = re.compile(r"(?P<of>length|age)\((?P<path>[^()]*)\)")
_AGE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd])")
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_ORDER: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
Found = tuple[bool, tuple[str, ...], Any]
"""Whether there is something at a place, the place, and what is there."""

_SKEW_S: Final = 300
"""How far in the future a time may be: clocks differ."""
_SHOWN: Final = 3
_LONGEST_TEXT: Final = 64 * 1024


class BadRule(ValueError):
    """A rule that cannot be read; the message says how to write it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`of` is what of the value at the path is compared: the value itself, its length, or the age of a timestamp."""

    text: str
    path: tuple[str, ...]
    op: str
    value: Any = None
    of: str = ""


def rule(text: str) -> Rule:
    """Raises `BadRule`."""
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise BadRule(f"write it as PATH OP VALUE, such as `gates.*.status == passed`; OP is {', '.join(_OPS)}")
    op = " ".join(match["op"].split())
    if (match["value"] is None) != (op in ("exists", "missing")):
        raise BadRule(f"{op} takes {'no' if op in ('exists', 'missing') else 'a'} value")
    inner = _OF.fullmatch(match["path"])
    path = inner["path"] if inner else match["path"]
    of = inner["of"] if inner else ""
    steps = () if path == "." else tuple(path.split("."))
    if "" in steps:
        raise BadRule(f"the path {path!r} has an empty step")
    return Rule(text.strip(), steps, op, _value(op, of, match["value"]), of)


def _value(op: str, of: str, text: str | None) -> Any:
    if text is None:
        return None
    if of == "age":
        match = _AGE.fullmatch(text)
        if match is None or op not in _ORDER:
            raise BadRule("an age is compared by <, <=, > or >= with 90s, 15m, 48h or 14d")
        return float(match[1]) * _UNITS[match[2]]
    value = _json(text)
    if op == "matches":
        return _pattern(text)
    if op in ("in", "not in") and not isinstance(value, list):
        raise BadRule(f'{op} takes a list, such as ["ok", "warning"]')
    if (op in _ORDER or of == "length") and not _is_number(value):
        raise BadRule(f"{op} takes a number here")
    return value


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise BadRule(f"{text!r} is no pattern: {error}") from None


def broken(one: Rule, document: Any, now: float) -> str:
    """What is wrong, in words; empty when the rule holds. `now` is in seconds since 1970."""
    values = list(_at(document, one.path))
    if one.op in ("exists", "missing"):
        there = bool(values) and all(found for found, _, _ in values)
        somewhere = any(found for found, _, _ in values)
        holds = there if one.op == "exists" else not somewhere
        return "" if holds else f"{one.text}: {_where(values, found=one.op == 'missing')}"
    if not values:
        return f"{one.text}: there is none to look at"
    wrong = [
        f"{'.'.join(place) or 'the document'} {_received(one, found, value, now)}"
        for found, place, value in values
        if not (found and _holds(one, value, now))
    ]
    more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
    return f"{one.text}: {', '.join(wrong[:_SHOWN])}{more}" if wrong else ""


def _where(values: list[Found], *, found: bool) -> str:
    places = [".".join(place) for there, place, _ in values if there == found]
    return f"{', '.join(places[:_SHOWN]) or 'it'} is {'there' if found else 'not there'}"


def _at(document: Any, path: tuple[str, ...], place: tuple[str, ...] = ()) -> Iterator[Found]:
    """Whether there is a value, where, and which; for each one that a star stands for."""
    for number, step in enumerate(path):
        if step == "*":
            for key, value in _members(document):
                yield from _at(value, path[number + 1 :], (*place, key))
            return
        found, document = _member(document, step)
        place = (*place, step)
        if not found:
            yield False, (*place, *path[number + 1 :]), None
            return
    yield True, place, document


def _members(document: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(document, dict):
        yield from ((str(key), value) for key, value in document.items())
    elif isinstance(document, list):
        yield from ((str(number), value) for number, value in enumerate(document))


def _member(document: Any, step: str) -> tuple[bool, Any]:
    if isinstance(document, dict):
        return step in document, document.get(step)
    if isinstance(document, list) and re.fullmatch(r"-?\d{1,9}", step):
        place = int(step)
        return (True, document[place]) if -len(document) <= place < len(document) else (False, None)
    return False, None


def _holds(one: Rule, value: Any, now: float) -> bool:
    if one.of == "age":
        at = instant(value)
        return at is not None and now - at > -_SKEW_S and _ORDER[one.op](max(0.0, now - at), one.value)
    if one.of == "length":
        if not isinstance(value, str | list | dict):
            return False
        value = len(value)
    if one.op in _ORDER:
        return _is_number(value) and _ORDER[one.op](value, one.value)
    if one.op == "matches":
        return isinstance(value, str) and one.value.search(value[:_LONGEST_TEXT]) is not None
    if one.op in ("in", "not in"):
        return any(_same(value, other) for other in one.value) == (one.op == "in")
    return _same(value, one.value) == (one.op == "==")


def _same(value: Any, other: Any) -> bool:
    """As JSON has it: true is not 1."""
    return isinstance(value, bool) == isinstance(other, bool) and bool(value == other)


def _received(one: Rule, found: bool, value: Any, now: float) -> str:
    if not found:
        return "is not there"
    if one.of == "age":
        at = instant(value)
        if at is None:
            return f"is {quoted(value)}, which is no time"
        if at > now + _SKEW_S:
            return f"is {quoted(value)}, which is in the future"
        return f"is {quoted(value)}, {(now - at) / 3600:.1f} h ago"
    if one.of == "length" and isinstance(value, str | list | dict):
        return f"has {len(value)}"
    return f"is {quoted(value)}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
