"""Colours of charts: an SVG holds marker colours, which become variables of the page's style sheet, so that the same
drawing is readable on light and on dark."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_LIGHT: Final = (
    "#0b62c4", "#c2410c", "#15803d", "#7e22ce", "#b91c1c", "#0e7490", "#a16207", "#be185d", "#4d7c0f", "#475569",
)  # fmt: skip
_DARK: Final = (
    "#6fb1ff", "#ff9d5c", "#5fd38a", "#c79bff", "#ff8a8a", "#4fd0e0", "#e6c34d", "#ff8ac2", "#a8d84e", "#b3c0d1",
)  # fmt: skip
_MARKED: Final = re.compile(r"#0102([0-9a-f]{2})", re.IGNORECASE)
_FIRST: Final = 16
"""The number of the first series among the markers; text and grid are 0 and 1."""


@dataclass(frozen=True)
class Palette:
    text: str
    grid: str
    page: str
    series: Sequence[str]

    def of(self, style: int) -> str:
        return self.series[style % len(self.series)]


LIGHT: Final = Palette("#1c2024", "#d5dae0", "#ffffff", _LIGHT)
DARK: Final = Palette("#e6e9ed", "#3a424c", "#14181d", _DARK)
MARKERS: Final = Palette("#010200", "#010201", "none", tuple(f"#0102{_FIRST + at:02x}" for at in range(len(_LIGHT))))


def themed(svg: str) -> str:
    """The marker colours as variables: `currentColor`, `--grid`, `--series-0` and so on."""
    return _MARKED.sub(_variable, svg)


def variables(palette: Palette) -> str:
    """Their values, as declarations of CSS."""
    series = (f"--series-{at}: {colour};" for at, colour in enumerate(palette.series))
    return " ".join([f"--text: {palette.text};", f"--grid: {palette.grid};", f"--page: {palette.page};", *series])


def _variable(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    if number >= _FIRST:
        return f"var(--series-{number - _FIRST})"
    return "var(--grid)" if number else "currentColor"
