"""As much of PromQL as is needed to tell what an alert compares: words, brackets, metric names and limits.

It reads expressions; it does not evaluate them. What it does not understand is no problem of the expression.
"""

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

MAX_LENGTH: Final = 20_000

_TOKEN = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)
    |(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)
    |(?P<duration>[0-9]+(?:ms|[smhdwy])(?:[0-9]+(?:ms|[smhdwy]))*)
    |(?P<number>0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<name>[A-Za-z_:][A-Za-z0-9_:.]*)
    |(?P<operator>==|!=|<=|>=|=~|!~|[-+*/%^<>=,@:])
    |(?P<open>[(\[{])|(?P<close>[)\]}])""",
    re.VERBOSE,
)
_PAIRS: Final = {"(": ")", "[": "]", "{": "}"}
_COMPARISONS: Final = frozenset({"==", "!=", "<=", ">=", "<", ">"})
_FLIPPED: Final = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_BINARY: Final = frozenset("+-*/%^,") | _COMPARISONS
_GROUPING: Final = frozenset({"by", "without", "on", "ignoring", "group_left", "group_right"})
_WORDS: Final = _GROUPING | {"and", "or", "unless", "offset", "bool", "atan2", "inf", "nan", "start", "end"}
_CALLED: Final = frozenset({"(", "by", "without"})
"""What follows the name of a function or an aggregation."""

Token = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Expression:
    """The metrics that an expression names, what it compares with numbers, and what is wrong with its form."""

    metrics: frozenset[str] = frozenset()
    comparisons: tuple[tuple[str, float], ...] = ()
    in_percent: bool = False
    subtracts: bool = False
    problem: str = ""


@dataclass(slots=True)
class _Reader:
    """Follows brackets; in braces, and in lists of labels, names are labels."""

    stack: list[str] = field(default_factory=list)
    labels: list[bool] = field(default_factory=list)
    metrics: set[str] = field(default_factory=set)

    def take(self, before: str, token: Token, after: str) -> str:
        kind, text = token
        if kind == "open":
            self.stack.append(text)
            self.labels.append(text == "{" or before.lower() in _GROUPING)
        elif kind == "close":
            if not self.stack or _PAIRS[self.stack.pop()] != text:
                return f"{text} closes nothing"
            self.labels.pop()
        elif kind == "name" and not any(self.labels) and after.lower() not in _CALLED and text.lower() not in _WORDS:
            self.metrics.add(text)
        return ""


def read_expression(text: str) -> Expression:
    """What an expression compares, or what is wrong with its form."""
    if len(text) > MAX_LENGTH:
        return Expression(problem=f"longer than {MAX_LENGTH} characters")
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            return Expression(problem=f"{text[position : position + 10]!r} is no PromQL")
        position = match.end()
        if match.lastgroup and match.lastgroup != "space":
            tokens.append((match.lastgroup, match[0]))
    return _read(tokens)


def _read(tokens: list[Token]) -> Expression:
    if not tokens:
        return Expression(problem="empty")
    reader = _Reader()
    padded = [("", ""), *tokens, ("", "")]
    for (_, before), token, (_, after) in zip(padded, padded[1:], padded[2:], strict=False):
        if problem := reader.take(before, token, after):
            return Expression(problem=problem)
    if reader.stack:
        return Expression(problem=f"{reader.stack[-1]} is not closed")
    if problem := _dangling(tokens):
        return Expression(problem=problem)
    percent = any(kind == "number" and text in ("100", "100.0") for kind, text in tokens)
    subtracts = any(second == "-" and first not in _BINARY | {"("} for (_, first), (_, second) in pairwise(tokens))
    return Expression(frozenset(reader.metrics), tuple(_comparisons(tokens)), percent, subtracts)


def _dangling(tokens: list[Token]) -> str:
    if tokens[-1][1] in _BINARY:
        return f"nothing follows {tokens[-1][1]}"
    if tokens[0][1] in _BINARY - set("+-"):
        return f"nothing stands before {tokens[0][1]}"
    for (_, first), (_, second) in pairwise(tokens):
        if first in _BINARY | {"("} and second in _BINARY - set("+-"):
            return f"{first} is followed by {second}"
    return ""


def _comparisons(tokens: list[Token]) -> list[tuple[str, float]]:
    """Each comparison with a number, as if the number stood on the right."""
    words = [token for token in tokens if token[1] != "bool"]
    found: list[tuple[str, float]] = []
    for place, (_, text) in enumerate(words):
        if text not in _COMPARISONS or _in_braces(words, place):
            continue
        right, left = _number(words[place + 1 :]), _number(words[max(0, place - 1) : place])
        if right is not None:
            found.append((text, right))
        elif left is not None and place < 2:
            found.append((_FLIPPED.get(text, text), left))
    return found


def _in_braces(words: list[Token], place: int) -> bool:
    before = [text for _, text in words[:place]]
    return before.count("{") > before.count("}")


def _number(words: list[Token]) -> float | None:
    """The number at the beginning, if no calculation goes on with it."""
    sign = -1.0 if words and words[0][1] == "-" else 1.0
    words = words[1:] if words and words[0][1] in ("-", "+") else words
    if not words or words[0][0] != "number" or (len(words) > 1 and words[1][1] in set("+-*/%^")):
        return None
    text = words[0][1]
    return sign * (float(int(text, 16)) if text[:2].lower() == "0x" else float(text))


_UNITS: Final = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}
_PART = re.compile(r"([0-9]{1,9})(ms|[smhdwy])")


def seconds_of(duration: object) -> float | None:
    """The seconds of a Prometheus duration such as `1h30m`, or of a number; None for anything else."""
    if isinstance(duration, int | float) and not isinstance(duration, bool):
        return float(duration)
    if not isinstance(duration, str) or not re.fullmatch(f"(?:{_PART.pattern})+|0", duration.strip()):
        return None
    return sum(int(count) * _UNITS[unit] for count, unit in _PART.findall(duration))
