"""Text from a target, made fit for a terminal."""

import re
import textwrap

LABEL = 10
"""Columns of a label such as `expected`, with the space after it."""
NARROWEST = 40

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")

_ADDRESS = re.compile(r"https?://[A-Za-z0-9./_~%#?=&+:-]+\Z")


def printable(text: str) -> str:
    """One line; control characters are written as escapes, so that a target cannot steer the terminal."""
    return _CONTROL.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape", "surrogatepass").decode()


def is_address(text: str) -> bool:
    """Whether this is one address of the web and nothing besides, so that a page may make a link of it."""
    return _ADDRESS.match(text) is not None


def clipped(text: str, limit: int) -> str:
    """At most `limit` characters of it, and how many more there were."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text) - limit} more characters)"


def labelled(label: str, value: str, width: int | None) -> list[str]:
    """`label  value`, broken into lines of at most `width` columns with the value aligned; None: not broken."""
    text = f"  {label:<{LABEL - 1}} {printable(value)}"
    return folded(text, width, indent=LABEL + 2)


def folded(text: str, width: int | None, indent: int = 2) -> list[str]:
    if width is None or len(text) <= width:
        return [text]
    return textwrap.wrap(
        text, max(width, NARROWEST), subsequent_indent=" " * indent, drop_whitespace=True,
        break_on_hyphens=False, initial_indent="", replace_whitespace=False,
    )  # fmt: skip
