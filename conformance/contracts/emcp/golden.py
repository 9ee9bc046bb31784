"""Compares live answers with stored ones by structure."""

from collections.abc import Iterable, Iterator
from typing import Any

from conformance.contracts.paths import at_path

SHOWN = 10


def mismatches(stored: Any, live: Any, equal: Iterable[str] = ()) -> list[str]:
    """Where a live answer lacks what the stored one has: members of the same kind, named tools, and equal values at
    the paths of `equal`. What the live answer has besides is no mismatch."""
    found = list(_missing(stored, live, ""))
    found += [
        f"{path} is {at_path(live, path)!r}, stored is {at_path(stored, path)!r}"
        for path in equal
        if at_path(stored, path) is not None and at_path(live, path) != at_path(stored, path)
    ]
    return found[:SHOWN]


def _missing(stored: Any, live: Any, path: str) -> Iterator[str]:
    left = [(stored, live, path)]
    while left:
        stored, live, path = left.pop(0)
        if _kind(stored) != _kind(live) and not (stored in ({}, []) and live in ({}, [])):
            yield f"{path or 'the document'} is {_kind(live)}, stored is {_kind(stored)}"
        elif isinstance(stored, dict):
            yield from (f"{_joined(path, name)} is missing" for name in stored if name not in live)
            left += [(stored[name], live[name], _joined(path, name)) for name in stored if name in live]
        elif isinstance(stored, list):
            names = {_name(one) for one in live}
            lacking = (_name(one) for one in stored if _name(one) is not None and _name(one) not in names)
            yield from (f"{path} has no {name}" for name in lacking)


def _name(value: Any) -> str | None:
    name = value.get("name") if isinstance(value, dict) else None
    return name if isinstance(name, str) else None


def _kind(value: Any) -> str:
    """The JSON kind; databases give flags as 0 and 1, so that numbers and booleans are one kind."""
    if isinstance(value, bool | int | float):
        return "number or boolean"
    kinds: dict[type, str] = {dict: "object", list: "array", str: "string"}
    return kinds.get(type(value), "null")


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
