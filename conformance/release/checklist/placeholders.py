"""`{name}` in a checklist: which variables a text needs, and the text with their values.

`{{name}}` stays `{name}`, and what follows a dollar sign is left alone, as it belongs to a shell.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

_NAME: Final = re.compile(r"\{\{([a-z][a-z0-9_]*)\}\}|(?<!\$)\{([a-z][a-z0-9_]*)\}")


def needed(value: Any) -> Iterator[str]:
    """The names of all variables in a document, in order, repeated ones too."""
    if isinstance(value, str):
        yield from (match[2] for match in _NAME.finditer(value) if match[2])
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from needed(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from needed(one)


def filled(value: Any, known: Mapping[str, str]) -> Any:
    """A copy of the document with the values in their places; a variable without a value becomes an empty text."""
    if isinstance(value, str):
        return _NAME.sub(lambda match: f"{{{match[1]}}}" if match[1] else known.get(match[2], ""), value)
    if isinstance(value, Mapping):
        return {key: filled(one, known) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [filled(one, known) for one in value]
    return value
