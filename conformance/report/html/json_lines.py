"""A body in lines for people: JSON indented, each line knowing where in the document it stands.

The text is broken and indented, never parsed and written anew: what the target sent stays as it was sent, doubled
members, odd numbers and a missing end included.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

LONGEST = 400
"""Lines shown of one body."""
DEEPEST = 16
"""Levels from which on lines are not indented further."""
WIDEST = 2_000
"""Characters shown of one line."""

Path = tuple[str, ...]

OPENING = frozenset("{[")
CLOSING = frozenset("}]")

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)
_EVENT_FIELD = re.compile(r"(data|event|id|retry|):", re.ASCII)


@dataclass(frozen=True, slots=True)
class Line:
    """`path` is where the value of the line stands in its JSON document; None: the line is no JSON."""

    text: str
    path: Path | None = None


@dataclass(slots=True)
class _Container:
    is_object: bool
    wants_key: bool = True
    key: str = ""
    index: int = 0

    @property
    def step(self) -> str:
        return self.key if self.is_object else str(self.index)


@dataclass(slots=True)
class _Writer:
    """The line that is being written, and the containers around it, outermost first."""

    around: list[_Container] = field(default_factory=list)
    text: str = ""
    path: Path = ()

    def write(self, token: str) -> None:
        if not self.text:
            self.text = "  " * min(len(self.around), DEEPEST)
            self.path = tuple(one.step for one in self.around[-DEEPEST:])
        self.text += ": " if token == ":" else token

    def end(self) -> Iterator[Line]:
        if self.text:
            yield Line(self.text, self.path)
        self.text = ""

    def note(self, token: str) -> None:
        """Keep the place of what comes next."""
        inner = self.around[-1] if self.around else None
        if inner is None:
            return
        if token == ",":
            inner.index, inner.wants_key = inner.index + 1, True
        elif token == ":":
            inner.wants_key = False
        elif inner.is_object and inner.wants_key:
            inner.key = _decoded(token)


def lines_of(body: str) -> list[Line]:
    """At most 400 lines of at most 2,000 characters; the last one tells how much is left out."""
    lines = [Line(one.text[:WIDEST], one.path) for one in islice(_lines(body), LONGEST + 1)]
    if len(lines) > LONGEST:
        return [*lines[:LONGEST], Line("… more lines, not shown")]
    return lines


def _lines(body: str) -> Iterator[Line]:
    if _is_json(body):
        yield from json_lines(body)
        return
    for raw in body.rstrip("\r\n").split("\n"):
        text = raw.removesuffix("\r")
        field, colon, value = text.partition(":")
        if field == "data" and _is_json(value):
            yield Line(f"{field}{colon}")
            yield from json_lines(value)
        else:
            yield Line(text)


def _is_json(text: str) -> bool:
    return text.lstrip()[:1] in ("{", "[")


def json_lines(text: str) -> Iterator[Line]:
    """JSON, or what begins like it, one member or item a line."""
    writer, before = _Writer(), ""
    tokens = _TOKEN.findall(text)
    for token, after in zip(tokens, [*tokens[1:], ""], strict=True):
        if token in CLOSING:
            if before not in OPENING:
                yield from writer.end()
            del writer.around[-1:]
        elif token not in OPENING:
            writer.note(token)
        writer.write(token)
        if token in OPENING:
            writer.around.append(_Container(token == "{"))
        if token == "," or (token in OPENING and after not in CLOSING):
            yield from writer.end()
        before = token
    yield from writer.end()


def _decoded(token: str) -> str:
    try:
        return str(json.loads(token))
    except ValueError:
        return token.strip('"')
