"""Members that ought to be texts or numbers, whatever they are."""

from typing import Any, Final, TypeGuard

from conformance.contracts.reading import member, quoted

LARGEST: Final = 1e15
"""Larger numbers are no counts, rates or times, and may be too large for a float."""


def word(document: Any, name: str) -> str:
    """A member as a text: itself, or what it is instead, so that it can be looked up and compared."""
    value = member(document, name)
    return value if isinstance(value, str) else quoted(value)


def is_number(value: Any) -> TypeGuard[float]:
    """Whether this is a number of a usual size; a boolean is none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST
