"""Text in Markdown that stays text: no HTML, no link, no mention, no end of a table cell or of a code span."""

import re
from typing import Final

from conformance.report.text import clipped, is_address, printable

WORD_JOINER: Final = "\u2060"
"""Invisible; between its two halves an address or a mention is none."""
_LINKED: Final = re.compile(r"(?=://)|(?<=@)|(?<=\w)(?=\.[A-Za-z])")
"""Where a scheme, a mention or the name of a host has its seam."""
_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>|~&#!])")
_TICKS: Final = re.compile(r"`+")


def code(text: str, limit: int) -> str:
    """A code span, for what a target said. Not for a table: nothing can be escaped in it."""
    shown = clipped(printable(text), limit).strip() or "(empty)"
    fence = "`" * (1 + _longest_run(shown))
    space = " " if shown[0] == "`" or shown[-1] == "`" else ""
    return f"{fence}{space}{shown}{space}{fence}"


def prose(text: str, limit: int = 1_000) -> str:
    """Plain words, for what registries and profiles say; fits into a table."""
    return unlinked(_SPECIAL.sub(r"\\\1", clipped(printable(text), limit)))


def unlinked(text: str) -> str:
    """The same to read; but pages that make links and mentions out of plain text find none in it."""
    return _LINKED.sub(WORD_JOINER, text)


def block(text: str, language: str) -> list[str]:
    """The lines of a code block of one line."""
    fence = "`" * max(3, 1 + _longest_run(text))
    return [f"{fence}{language}", printable(text), fence]


def link(address: str) -> str:
    """A link under the end of its own address; an address that could be more than one is only text."""
    if not is_address(address):
        return prose(address)
    name = address.partition("/specification/")[2] or address.rpartition("/")[2] or address
    return f"[{prose(name)}](<{address}>)"


def _longest_run(text: str) -> int:
    return max(map(len, _TICKS.findall(text)), default=0)
