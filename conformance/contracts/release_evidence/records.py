"""Records that people write: Markdown with bold names and headings, or a JSON object with the same names."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance.wire.exchange import NotJson, parse_json

_FIELD: Final = re.compile(r"\s*[-*]?\s*\*\*(?P<name>[^*]{1,60}?):?\*\*:?\s*(?P<value>.*)")
_HEADING: Final = re.compile(r"#{1,6}\s+(?P<name>.{1,80}?)\s*#*")
_NOT_A_WORD: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Record:
    """Names are in lower case, with blanks between their words."""

    fields: Mapping[str, str]
    sections: Mapping[str, tuple[str, ...]]

    def field(self, name: str) -> str:
        """The text of a field; empty where there is none."""
        return self.fields.get(_plain(name), "")

    def section(self, name: str) -> tuple[str, ...]:
        """The lines of a section that are not empty."""
        return self.sections.get(_plain(name), ())


def record_of(text: str) -> Record:
    try:
        document = parse_json(text)
    except NotJson:
        return _of_markdown(text)
    return _of_object(document) if isinstance(document, dict) else Record({}, {})


def _of_markdown(text: str) -> Record:
    """A field in bold also begins a section, as a list may follow it."""
    fields: dict[str, str] = {}
    sections: dict[str, list[str]] = {}
    name = ""
    for line in text.splitlines():
        if heading := _HEADING.fullmatch(line):
            name = _plain(heading["name"])
        elif found := _FIELD.fullmatch(line):
            name = _plain(found["name"])
            fields.setdefault(name, found["value"].strip())
            if found["value"].strip():
                sections.setdefault(name, []).append(found["value"].strip())
        elif name and line.strip():
            sections.setdefault(name, []).append(line.strip())
    return Record(fields, {name: tuple(lines) for name, lines in sections.items()})


def _of_object(document: Mapping[str, Any]) -> Record:
    names = {_plain(name): value for name, value in document.items()}
    fields = {name: str(value) for name, value in names.items() if isinstance(value, str | int | float)}
    return Record(fields, {name: tuple(_lines(value)) for name, value in names.items()})


def _lines(value: Any) -> Iterator[str]:
    """What a section says: a text, or one line for each thing in a list."""
    if isinstance(value, list):
        for one in value:
            yield "- " + " ".join(_lines(one))
    elif isinstance(value, dict):
        yield ", ".join(f"{name}: {' '.join(_lines(one))}" for name, one in value.items())
    elif value not in (None, ""):
        yield str(value)


def _plain(name: str) -> str:
    return _NOT_A_WORD.sub(" ", name.lower()).strip()
