"""Text of result files for pages, tables and sheets: whatever a server is called, it stays a name."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

NAME: Final = 80
SENTENCE: Final = 300
COMMAND: Final = 2000

_ANSI: Final = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours and cursor
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # titles, links, device strings
    r"|\x1b[ -/]*[0-~]?"
)
_UNSEEN: Final = {"Cc", "Cf", "Cs", "Co", "Cn", "Me", "Zl", "Zp"}
_MARKS: Final = 2
_FORMULA: Final = "=+-@\uff1d\uff0b\uff0d\uff20"


def clean(text: str, most: int = NAME) -> str:
    """One line of at most `most` characters, without terminal sequences, control and direction characters."""
    plain = unicodedata.normalize("NFC", _ANSI.sub("", text[: 8 * most]))
    line = " ".join("".join(_seen(plain)).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _seen(text: str) -> Iterator[str]:
    marks = 0
    for one in text:
        marks = marks + 1 if unicodedata.category(one) == "Mn" else 0
        if one.isspace():
            yield " "
        elif unicodedata.category(one) not in _UNSEEN and marks <= _MARKS:
            yield one


def for_sheet(text: str) -> str:
    """A spreadsheet takes it for text, not for a formula."""
    return f"'{text}" if text[:1] and text[0] in _FORMULA else text


def code(text: str) -> str:
    """A code span that fits a cell of a table in Markdown; nothing in it is interpreted."""
    plain = text.replace("`", "'").replace("|", "¦")
    return f"`{plain}`" if plain else ""


def words(text: str) -> str:
    """Text in Markdown without any markup: a sentence that may quote what a server said."""
    marked = re.sub(r"([\\`*_\[\]<>|~&])", r"\\\1", text)
    return marked.replace("://", "&#58;//").replace("www.", "www&#46;").replace("@", "&#64;")
