"""Versions of tools, and whether they satisfy a constraint. Only plain versions and `>=` are understood."""

import re
from typing import Final

_VERSION: Final = re.compile(
    r"\s*v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?P<rest>-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?\s*"
)


def parse(text: object) -> tuple[int, ...] | None:
    """The numbers of a version, as many as were given; None if it is none, or a prerelease."""
    match = _VERSION.fullmatch(text) if isinstance(text, str) else None
    if match is None or match["rest"]:
        return None
    return tuple(int(number) for number in match.groups()[:3] if number is not None)


def satisfies(detected: object, constraint: object) -> bool | None:
    """Whether a version satisfies a constraint; None when that cannot be told."""
    version = parse(detected)
    if version is None or not isinstance(constraint, str):
        return None
    at_least = constraint.strip().startswith(">=")
    wanted = parse(constraint.strip().removeprefix(">="))
    if wanted is None:
        return None
    if at_least:
        return _padded(version) >= _padded(wanted)
    return version[: len(wanted)] == wanted


def _padded(version: tuple[int, ...]) -> tuple[int, ...]:
    return version + (0,) * (3 - len(version))
