"""The files that a verdict file can be written as, beside the report for people: one function for each kind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from conformance.report import badge, junit, markdown, ndjson, sarif
from conformance.report.verdict import Verdict
from conformance.target.errors import ConfigError

Head = Mapping[str, Any]
"""Everything of a verdict file but its verdicts."""
Render = Callable[[Head, Sequence[Verdict]], str]


@dataclass(frozen=True, slots=True)
class Format:
    """`file` is the name that a run gives it; `render` returns its text, to be written as UTF-8."""

    file: str
    render: Render



def _page(head: Head, verdicts: Sequence[Verdict]) -> str:
    """Its template engine is loaded when a page is wanted."""
    from conformance.report.html import page_of_run

    return page_of_run(head, verdicts)


KINDS: Final[Mapping[str, Format]] = {
    "html": Format("report.html", _page),
    "junit": Format("junit.xml", junit.render),
    "ndjson": Format("verdicts.ndjson", ndjson.render),
    "markdown": Format("summary.md", markdown.render),
    "sarif": Format("results.sarif", sarif.render),
    "badge": Format("badge.svg", badge.render_svg),
    "badge-json": Format("badge.json", badge.render_endpoint),
}


def render(kind: str, head: Head, verdicts: Sequence[Verdict]) -> str:
    """The text of one kind. Raises `ConfigError` for a kind that there is not."""
    if kind not in KINDS:
        raise ConfigError(f"--format: no such format {kind!r}; formats: {', '.join(KINDS)}")
    return KINDS[kind].render(head, verdicts)
