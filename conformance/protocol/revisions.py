"""The revisions of the Model Context Protocol and the two eras they belong to."""

from typing import Final, Literal

Era = Literal["legacy", "modern"]

LEGACY: Final = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
MODERN: Final = ("2026-07-28",)
REVISIONS: Final = LEGACY + MODERN

SPEC_SITE: Final = "https://modelcontextprotocol.io/specification"


def era_of(revision: str) -> Era:
    """The era of a known revision (basic/versioning#terminology of 2026-07-28)."""
    return "modern" if revision in MODERN else "legacy"


def since(revision: str, first: str) -> bool:
    """Whether `revision` is `first` or newer; revisions are dates, so they sort as text."""
    return revision >= first
