"""Text from a target or a file as HTML that can do nothing: bounded, visible, escaped."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from html import escape
from urllib.parse import urlsplit

from markupsafe import Markup

from conformance.report.text import printable

LONG = 2_000
COMPARED = 400
"""Words of a text that are compared at most."""
ALIKE = 0.3
"""From which ratio on two texts are so alike that their differences are worth a mark."""
AT_A_STRETCH = 16
"""Words that are marked together at most: a whole body beside a short text is no difference to look for."""

_STATUS = re.compile(r"HTTP \d{3}\b", re.ASCII)
_WORDS = re.compile(r"\s+|[\w.+-]+|[^\w\s]")


def inert(text: object, limit: int = LONG) -> str:
    """One visible line of at most `limit` characters and a note of what is left out; not yet escaped."""
    whole = str(text)
    shown = printable(whole[:limit])[: 2 * limit]
    return shown if len(whole) <= limit else f"{shown}… ({len(whole):,} characters)"


def element_text(text: str) -> str:
    """Escaped for use between tags, where quotes may stay as they are."""
    return escape(text, quote=False)


def marked_lines(lines: Iterable[tuple[str, bool]]) -> Markup:
    """Lines of visible text, some of them marked."""
    return Markup("\n".join(_marked(element_text(printable(text)), marked) for text, marked in lines))


def _marked(escaped: str, marked: bool) -> str:
    if not marked or not escaped.strip():
        return escaped
    indent = escaped[: len(escaped) - len(escaped.lstrip())]
    return f"{indent}<mark>{escaped.lstrip()}</mark>"


def differing(one: str, other: str) -> tuple[Markup, Markup]:
    """Both texts, marked where they tell of another HTTP status, else the words that only one of them has, if the two
    are alike at all."""
    statuses = _STATUS.match(one), _STATUS.match(other)
    if statuses[0] and statuses[1] and statuses[0][0] != statuses[1][0]:
        return _with_status_marked(one), _with_status_marked(other)
    left, right = _WORDS.findall(inert(one)), _WORDS.findall(inert(other))
    if len(left) > COMPARED or len(right) > COMPARED:
        return Markup(element_text("".join(left))), Markup(element_text("".join(right)))
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    alike = matcher.ratio() >= ALIKE
    shown: tuple[list[str], list[str]] = ([], [])
    for kind, a, b, c, d in matcher.get_opcodes():
        for words, texts in ((left[a:b], shown[0]), (right[c:d], shown[1])):
            is_told_apart = alike and kind != "equal" and len(words) <= AT_A_STRETCH
            texts.append(_marked(element_text("".join(words)), is_told_apart))
    return _joined(shown[0]), _joined(shown[1])


def _with_status_marked(text: str) -> Markup:
    return Markup(_marked(element_text(text[:8]), marked=True) + element_text(inert(text[8:])))


def _joined(texts: list[str]) -> Markup:
    return Markup(re.sub(r"</mark>(\s*)<mark>", r"\1", "".join(texts)))


def web_address(url: str) -> str:
    """The address when a browser may follow it, else nothing."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return printable(url[:500]) if parts.scheme in ("http", "https") and parts.netloc else ""
