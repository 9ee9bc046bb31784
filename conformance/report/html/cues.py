"""Which parts of the deciding exchange a verdict is about, read from what was expected and what was received."""

import re
from dataclasses import dataclass

from conformance.report.html.json_lines import Line

_POINTER = re.compile(r"(?:^|[\s;(])((?:[\w.$@~-]*/)+[^\s/:;,]+)+: (is missing)?")
_STATUS = re.compile(r"\bHTTP\b|\b[1-5]xx\b|\brefusal\b|\bstatus\b")
_NO_BODY = re.compile(r"\b(?:an empty|no) body\b")
_A_BODY = re.compile(r"\bJSON\b|\bbody\b")
_QUOTED = re.compile(r"[\"'`]([^\"'`\s]{3,80})[\"'`]")
_HEADER_WORDS = frozenset({"allow", "accept", "origin", "authorization", "vary", "location"})


@dataclass(frozen=True, slots=True)
class Cues:
    """`places` are ends of paths in a JSON body."""

    expected: str
    status: bool
    body: bool
    body_wanted: bool
    places: frozenset[tuple[str, ...]]
    quoted: frozenset[str]

    def marks_header(self, name: str) -> bool:
        plain = name.lower()
        if "-" not in plain and plain not in _HEADER_WORDS:
            return False
        return re.search(rf"(?<![\w-]){re.escape(plain)}(?![\w-])", self.expected) is not None

    def marks(self, line: Line) -> bool:
        if self.body and line.text.strip():
            return True
        if line.path is None or line.text.lstrip()[:1] in ("}", "]"):
            return False
        return any(_ends(line.path, place) for place in self.places) or self._quotes(line)

    def _quotes(self, line: Line) -> bool:
        return any(f'"{word}"' in line.text for word in self.quoted)


def _ends(path: tuple[str, ...], place: tuple[str, ...]) -> bool:
    return len(path) >= len(place) and path[len(path) - len(place) :] == place


def cues_of(expected: str | None, received: str | None) -> Cues:
    wanted, came = (expected or "")[:2_000], (received or "")[:2_000]
    told_whole = came.startswith(("HTTP ", "no HTTP"))
    return Cues(
        expected=wanted.lower(),
        status=_STATUS.search(wanted) is not None,
        body=_NO_BODY.search(wanted) is not None,
        body_wanted=_A_BODY.search(wanted) is not None,
        places=frozenset(_places(came) | _members(wanted)),
        quoted=frozenset() if told_whole else frozenset(_QUOTED.findall(came)),
    )


def _places(received: str) -> set[tuple[str, ...]]:
    """Places that a schema's problems name; of a missing member the object that it is missing in."""
    found = set()
    for match in _POINTER.finditer(received):
        steps = tuple(step.replace("~1", "/").replace("~0", "~") for step in match[1].strip("/").split("/"))
        found.add((_within_message(steps)[:-1] or ("result",)) if match[2] else _within_message(steps))
    return found


def _within_message(steps: tuple[str, ...]) -> tuple[str, ...]:
    """Rules on all exchanges put the method before the place."""
    start = next((at for at, step in enumerate(steps) if step in ("result", "error", "params")), 0)
    return steps[start:]


def _members(expected: str) -> set[tuple[str, ...]]:
    """The member that came in place of the one that was expected."""
    if re.search(r"\bJSON-RPC error with code\b", expected):
        return {("error", "code"), ("result",)}
    if re.search(r"\bJSON-RPC error\b", expected):
        return {("result",)}
    if re.search(r"\bJSON-RPC result\b", expected):
        return {("error",), ("error", "code"), ("error", "message")}
    return set()
