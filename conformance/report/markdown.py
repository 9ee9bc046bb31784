"""A run as Markdown for the page of a CI job: what it says, areas by revisions, what is broken and how to see it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from conformance.report.findings import FindingGroup, by_family, grouped
from conformance.report.markdown_text import block, code, link, prose
from conformance.report.run_facts import State, headline, run_facts, state
from conformance.report.terminal import LEGEND, NAMES_SHOWN, table
from conformance.report.verdict import Status, Verdict

LARGEST: Final = 400_000
"""Bytes. A job of GitHub has room for 1 MiB of summary, which all its steps share."""
IN_FULL: Final = 20
IN_A_LINE: Final = 200
"""How many findings of a status are shown whole, and how many after them in a line each."""
SHOWN: Final = 600
REPLAY_SHOWN: Final = 3_000
"""Characters; a longer curl line is left out, since a part of one is of no use."""

SECTIONS: Final[tuple[tuple[Status, str], ...]] = (
    ("fail", "Broken"),
    ("error", "Errors of the harness"),
    ("warn", "Warned about"),
)
MARKS: Final[Mapping[State, str]] = {"good": "✅", "broken": "❌", "error": "❌", "incomplete": "⚠️", "nothing": "⚠️"}


def render(head: Mapping[str, Any], verdicts: Sequence[Verdict]) -> str:
    return _bounded(_parts(head, verdicts))


def _bounded(parts: Iterable[str]) -> str:
    """As many parts as there is room for, and a word about those that are left out."""
    kept: list[str] = []
    room = LARGEST
    for part in parts:
        room -= len(part.encode("utf-8", "backslashreplace")) + 2
        if room < 0:
            kept.append("The rest did not fit here; the report has it.")
            break
        kept.append(part)
    return "\n\n".join(kept) + "\n"


def _parts(head: Mapping[str, Any], verdicts: Sequence[Verdict]) -> Iterator[str]:
    yield f"## {MARKS[state(head, verdicts)]} MCP conformance: {prose(headline(head, verdicts))}"
    yield _identity(head)
    open_ones = [one for one in verdicts if one.accepted is None]
    for status, title in SECTIONS:
        yield from _section(title, grouped(open_ones, status))
    yield from _accepted(verdicts)
    if verdicts:
        yield "### Areas"
    yield from (_table(judged) for judged in by_family(verdicts))
    yield LEGEND


def _identity(head: Mapping[str, Any]) -> str:
    facts = run_facts(head)
    lines = [f"- target {code(facts.url, SHOWN)}"]
    if facts.server:
        lines.append(f"- server {code(facts.server, SHOWN)}")
    lines += [f"- profile {prose(one)}" for one in facts.profiles]
    spent = f", {facts.requests} requests in {facts.seconds:.1f} s" if facts.seconds is not None else ""
    lines.append(f"- judged by mcp-conformance {prose(facts.version)}{spent}, started {prose(facts.started)}")
    return "\n".join(lines)


def _section(title: str, groups: Sequence[FindingGroup]) -> Iterator[str]:
    if not groups:
        return
    yield f"### {title} ({len(groups)})"
    yield from (_finding(group) for group in groups[:IN_FULL])
    short = groups[IN_FULL : IN_FULL + IN_A_LINE]
    if short:
        yield "\n".join(f"- {_name(group)}" for group in short)
    if left := len(groups[IN_FULL + IN_A_LINE :]):
        yield f"… and {left} more in the report."


def _name(group: FindingGroup) -> str:
    scope = ", ".join(part for part in (group.first.level, *group.scopes) if part)
    return f"{code(group.requirement, SHOWN)} {prose(scope)}".rstrip()


def _finding(group: FindingGroup) -> str:
    first = group.first
    lines = [f"#### {_name(group)}", "", prose(first.rule), ""]
    lines += [f"- {label} {code(value, SHOWN)}" for label, value in _said(group) if value]
    if first.advice:
        lines.append(f"- do: {prose(first.advice)}")
    if first.clauses:
        lines.append(f"- clauses: {prose(', '.join(first.clauses))}")
    lines += [f"- see {link(address)}" for address in first.links[:3]]
    if first.replay and len(first.replay) <= REPLAY_SHOWN:
        lines += ["", *block(first.replay, "sh")]
    return "\n".join(lines)


def _said(group: FindingGroup) -> Iterator[tuple[str, str | None]]:
    first = group.first
    yield "about", _some(group.subjects)
    yield "expected", first.expected
    yield "received", first.received
    yield "reason", first.reason
    yield "blocks", _some(group.blocked)


def _some(names: Sequence[str]) -> str:
    rest = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def _accepted(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """What a baseline puts up with is named, so that nobody forgets it."""
    found = {(one.requirement, one.scope): one.accepted for one in verdicts if one.accepted}
    if not found:
        return
    yield f"### Accepted by the baseline ({len(found)})"
    named = list(found.items())[:IN_A_LINE]
    yield "\n".join(
        f"- {code(id, SHOWN)} {prose(scope)}: {prose(accepted.in_words)}" for (id, scope), accepted in named
    )


def _table(verdicts: Sequence[Verdict]) -> str:
    head, *rows = ([prose(cell, 100) for cell in row] for row in table(verdicts))
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
