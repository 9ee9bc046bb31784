"""Dotted paths into JSON documents, such as `error.trace_id` or `accepted_contexts.0.name`."""

from collections.abc import Mapping
from typing import Any


def at_path(document: Any, path: str) -> Any:
    """The value at a dotted path; None where there is nothing. The empty path is the document."""
    for step in path.split(".") if path else ():
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and step.isdigit() and int(step) < len(document):
            document = document[int(step)]
        else:
            return None
    return document


def with_path(document: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of the document with a value at a dotted path; objects on the way are made. None takes the member out."""
    step, _, rest = path.partition(".")
    changed = dict(document)
    if rest:
        inner = changed.get(step)
        changed[step] = with_path(inner if isinstance(inner, dict) else {}, rest, value)
    elif value is None:
        changed.pop(step, None)
    else:
        changed[step] = value
    return changed
