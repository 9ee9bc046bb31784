"""The summary on the terminal: what is broken, first; then a table of areas and revisions."""

from collections.abc import Sequence

from conformance.report.findings import (
    FindingGroup,
    by_family,
    by_requirement,
    grouped,
    is_accepted_failure,
    kept_by_profile,
)
from conformance.report.text import folded, labelled, printable
from conformance.report.verdict import JUDGED, Status, Verdict

NAMES_SHOWN = 5
IN_FULL: dict[Status, int] = {"fail": 20, "error": 20, "warn": 10}
"""How many findings of a status are shown whole; of the others one line is shown."""
LEGEND = "passed/judged; F failed, E error, W warned, b blocked, ? not testable"
QUIET = -1
VERBOSE = 1

Line = tuple[str, dict[str, bool]]


def summary(verdicts: Sequence[Verdict], width: int, verbosity: int = 0) -> list[Line]:
    """Lines with the markup that pytest's terminal writer takes."""
    lines: list[Line] = []
    unaccepted = [one for one in verdicts if one.accepted is None]
    for status, colour in (("fail", "red"), ("error", "red"), ("warn", "yellow")):
        lines += _findings(grouped(unaccepted, status), colour, width, verbosity)  # type: ignore[arg-type]
    lines += _accepted(verdicts, width)
    lines += _blocked_without_cause(verdicts, width)
    if verbosity < QUIET:
        return lines
    tables = [_table(judged, width) for judged in by_family(verdicts)]
    return [*lines, *(line for table in tables for line in [*table, ("", {})]), *_legend(width)]


def conclusion(verdicts: Sequence[Verdict]) -> str:
    """The run in a few words: what it says of MCP, then of each profile's contracts."""
    of_mcp = [one for one in verdicts if not one.is_contract]
    profiles = [_of_profile(name, how, verdicts) for name, how in kept_by_profile(verdicts).items()]
    return "; ".join([_of_mcp(of_mcp), *profiles] if of_mcp or not profiles else profiles)


def _of_mcp(verdicts: Sequence[Verdict]) -> str:
    red = {one.requirement for one in verdicts if one.red and one.status != "error"}
    warned = {one.requirement for one in verdicts if one.status == "warn" and not one.accepted} - red
    if red:
        said = f"{_requirements(len(red))} broken"
    elif any(one.blocked_by == "TargetLost" for one in verdicts):
        said = "the target was lost on the way"
    elif any(one.status == "error" for one in verdicts):
        said = "not judged to the end, because of an error of the harness"
    elif any(is_accepted_failure(one) for one in verdicts):
        said = "does not conform"
    elif any(one.status in JUDGED for one in verdicts):
        said = "conforms, as far as it was judged"
    else:
        said = "nothing was judged"
    return said + (f", {_requirements(len(warned))} warned about" if warned else "") + _and_accepted(verdicts)


def _of_profile(name: str, how: str, verdicts: Sequence[Verdict]) -> str:
    return f"contracts of {name} {how}" + _and_accepted([one for one in verdicts if one.profile == name])


def _and_accepted(verdicts: Sequence[Verdict]) -> str:
    accepted = {one.requirement for one in verdicts if one.accepted}
    return f", {len(accepted)} accepted by the baseline" if accepted else ""


def _requirements(count: int) -> str:
    return "1 requirement" if count == 1 else f"{count} requirements"


def _findings(groups: list[FindingGroup], colour: str, width: int, verbosity: int) -> list[Line]:
    if not groups:
        return []
    whole = 0 if verbosity < QUIET else len(groups) if verbosity >= VERBOSE else IN_FULL[groups[0].first.status]
    lines = [line for group in groups[:whole] for line in _finding(group, colour, width)]
    short = [line for group in groups[whole:] for line in _head(group, colour, width)]
    return [*lines, *short, *([("", {})] if short else [])]


def _head(group: FindingGroup, colour: str, width: int) -> list[Line]:
    first = group.first
    scope = ", ".join(part for part in (first.level, *group.scopes) if part)
    text = f"{first.status.upper()} {group.requirement}" + (f" ({scope})" if scope else "")
    return [(line, {colour: True, "bold": True}) for line in folded(text, width)]


def _finding(group: FindingGroup, colour: str, width: int) -> list[Line]:
    first = group.first
    plain = folded(f"  {first.rule}", width)
    if group.subjects:
        plain += labelled("about", _some(group.subjects), width)
    for label in ("expected", "received", "reason"):
        if value := getattr(first, label):
            plain += labelled(label, value, width)
    if first.replay:
        plain += labelled("replay", first.replay, None)
    if group.blocked:
        plain += labelled("blocks", _some(group.blocked), width)
    if first.advice:
        plain += labelled("do", first.advice, width)
    if first.clauses:
        plain += labelled("clauses", ", ".join(first.clauses), width)
    plain += [line for link in first.links[:1] for line in labelled("see", link, None)]
    return [*_head(group, colour, width), *((line, {}) for line in plain), ("", {})]


def _accepted(verdicts: Sequence[Verdict], width: int) -> list[Line]:
    """A line for each failure that the baseline accepts; accepted warnings are silent."""
    found: dict[tuple[str, str], set[str]] = {}
    for one in verdicts:
        if one.accepted and is_accepted_failure(one):
            found.setdefault((one.requirement, printable(one.accepted.in_words)), set()).add(one.scope)
    said = [f"ACCEPTED {id} ({', '.join(sorted(scopes))}): {words}" for (id, words), scopes in found.items()]
    lines = [(line, {"yellow": True}) for text in said for line in folded(text, width)]
    return [*lines, ("", {})] if lines else []


def _some(names: Sequence[str]) -> str:
    rest = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def _blocked_without_cause(verdicts: Sequence[Verdict], width: int) -> list[Line]:
    """What could not be judged although nothing that it stands on was found broken: say so, it is no success."""
    broken = {one.requirement for one in verdicts if one.status in ("fail", "error")}
    left = [one for one in verdicts if one.status == "blocked" and one.blocked_by not in broken]
    reasons: dict[str, set[str]] = {}
    for one in left:
        reasons.setdefault(str(one.reason), set()).add(one.requirement)
    return [
        (line, {"yellow": True})
        for reason, ids in reasons.items()
        for line in folded(f"NOT JUDGED {_some(sorted(ids))}: {printable(reason)}", width)
    ]


def _table(verdicts: Sequence[Verdict], width: int) -> list[Line]:
    """Requirements by area and revision: passed of judged, and what failed or was only warned about."""
    rows = table(verdicts)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return [(lines[0], {"bold": True}), *((line, {}) for line in lines[1:])]


def _legend(width: int) -> list[Line]:
    return [(line, {}) for line in folded(LEGEND, width)]


def table(verdicts: Sequence[Verdict]) -> list[list[str]]:
    """Areas by revisions, the first row and the first column being names."""
    areas = {one.requirement: one.area for one in verdicts}
    cells: dict[tuple[str, str], list[Status]] = {}
    for (id, revision), status in by_requirement(verdicts).items():
        cells.setdefault((areas[id], revision), []).append(status)
    revisions = sorted({revision for _, revision in cells if revision})
    named = sorted({area for area in areas.values() if area})
    rows = [[area, *(_cell(cells.get((area, revision), [])) for revision in revisions)] for area in named]
    head = "contract" if any(one.is_contract for one in verdicts) else "area"
    return [[head, *revisions], *rows]


def _cell(statuses: list[Status]) -> str:
    judged = [status for status in statuses if status in ("pass", "fail", "warn", "error")]
    if not statuses:
        return ""
    counts = [
        f"{statuses.count(status)}{letter}"
        for status, letter in (("fail", "F"), ("error", "E"), ("warn", "W"), ("blocked", "b"), ("not testable", "?"))
        if status in statuses
    ]
    return " ".join([f"{judged.count('pass')}/{len(judged)}" if judged else "-", *counts])
