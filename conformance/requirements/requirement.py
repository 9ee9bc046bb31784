"""One rule of the specification and the addresses of the pages that state it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Level = Literal["MUST", "MUST NOT", "SHOULD", "SHOULD NOT"]
MaxVerdict = Literal["fail", "warn"]

LEVELS: tuple[Level, ...] = ("MUST", "MUST NOT", "SHOULD", "SHOULD NOT")
"""Strictest first."""

REVISIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28")

_SITE = "https://modelcontextprotocol.io"
_REPOSITORY = "https://github.com/modelcontextprotocol/modelcontextprotocol"


@dataclass(frozen=True, eq=False, slots=True)
class Requirement:
    """A rule that binds a server and shows in what the server sends.

    `where` maps each revision to the `page#anchor` places that state the rule; the anchor `top` is the page itself
    and the page `schema.ts` the TypeScript source, where the site has no page for the definition.
    `text` is the rule in a sentence, `how` is stimulus -> expected observation, `needs` is what the server has to
    offer for a test, `notes` records contradictions in the specification. `max_verdict` "warn" caps the verdict
    whatever the level; `not_checked` is the reason why no test claims the rule yet.
    """

    id: str
    area: str
    levels: Mapping[str, Level]
    where: Mapping[str, tuple[str, ...]]
    basis: str
    text: str
    how: str
    needs: str
    notes: str
    max_verdict: MaxVerdict
    not_checked: str | None

    @property
    def revisions(self) -> tuple[str, ...]:
        return tuple(self.levels)

    @property
    def level(self) -> Level:
        """The strictest level over the revisions; a verdict needs `level_in`."""
        return min(self.levels.values(), key=LEVELS.index)

    @property
    def is_must(self) -> bool:
        """True when at least one revision states the rule as MUST or MUST NOT."""
        return self.level.startswith("MUST")

    def level_in(self, revision: str) -> Level:
        """The level in one revision; KeyError when the rule does not exist there."""
        return self.levels[revision]

    def fails_in(self, revision: str) -> bool:
        """True when breaking the rule is a failure in this revision, not a mere warning."""
        return self.max_verdict == "fail" and self.level_in(revision).startswith("MUST")

    def links(self, revision: str) -> tuple[str, ...]:
        """The addresses of the places that state the rule in one revision; KeyError when there is none."""
        return tuple(_link(revision, place) for place in self.where[revision])


def _link(revision: str, place: str) -> str:
    page, _, anchor = place.partition("#")
    if page == "schema.ts":
        return f"{_REPOSITORY}/blob/main/schema/{revision}/schema.ts"
    return _page_url(revision, page) + ("" if anchor == "top" else f"#{anchor}")


def _page_url(revision: str, page: str) -> str:
    if page.startswith("seps/"):
        return f"{_SITE}/{page}"
    if page.startswith("docs/"):
        return f"{_SITE}/docs/{revision}/{page.removeprefix('docs/')}"
    path = "" if page == "index" else "/" + page.removesuffix("/index")
    return f"{_SITE}/specification/{revision}{path}"
