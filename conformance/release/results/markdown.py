"""The release on one page of Markdown, for tickets and for the pages of CI jobs."""

from collections.abc import Iterator
from typing import Final

from conformance.release.results.model import Release, StepResult
from conformance.release.results.wording import (
    MEANING,
    SIGNS,
    WORST_FIRST,
    duration,
    labels,
    open_steps,
    told_once,
    what_to_do,
)
from conformance.report.markdown_text import prose

_LONG: Final = 240
_BRIEF: Final = 120


def markdown(release: Release) -> str:
    return "\n".join(_lines(release)) + "\n"


def _lines(release: Release) -> Iterator[str]:
    yield f"# {release.verdict}: {prose(release.checklist.title, _BRIEF)}"
    yield ""
    yield f"{MEANING[release.verdict]} {prose(release.sentence, 600)}"
    yield ""
    yield from (f"1. {prose(one, 600)}" for one in what_to_do(release))
    yield ""
    yield "| | step | | what | by |"
    yield "| --- | --- | --- | --- | --- |"
    for step in sorted(release.steps, key=lambda step: WORST_FIRST.index(step.status)):
        yield _row(step)
    yield ""
    for step in open_steps(release):
        yield from _details(step)
    yield from _facts(release)


def _row(step: StepResult) -> str:
    name = f"{prose(step.title, _BRIEF)}<br>{prose(step.id)} {prose(' '.join(labels(step)), _BRIEF)}".rstrip()
    took = duration(step.seconds) if step.began else ""
    cells = (f"{SIGNS[step.status]} {step.status}", name, took, prose(step.reason, _LONG), prose(step.owner, _BRIEF))
    return f"| {' | '.join(cells)} |"


def _details(step: StepResult) -> Iterator[str]:
    details = told_once(step)
    if not details:
        return
    yield f"**{prose(step.id)}**: {prose(step.reason, _LONG)}"
    yield ""
    yield from (f"- {prose(one, _LONG)}" for one in details)
    yield ""


def _facts(release: Release) -> Iterator[str]:
    source = release.checklist
    version = f" {prose(source.version)}" if source.version else ""
    yield f"Checklist {prose(source.name)}{version}, sha256 {source.sha256[:12]}…; {release.began} to {release.ended}; "
    yield f"mcp-conformance {release.tool}."
    if source.left_out:
        yield f"Left out of the checklist below: {prose(', '.join(source.left_out), _LONG)}."
