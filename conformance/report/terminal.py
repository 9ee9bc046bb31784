"""The summary on the terminal: what is broken, first; then a table of areas and revisions."""

from collections.abc import Iterable, Sequence

from conformance.report.findings import FindingGroup, by_requirement, grouped
from conformance.report.verdict import Status, Verdict

NAMES_SHOWN = 5
GROUPS_SHOWN = 20

Line = tuple[str, dict[str, bool]]


def summary(verdicts: Sequence[Verdict]) -> list[Line]:
    """Lines with the markup that pytest's terminal writer takes."""
    lines: list[Line] = []
    for status, colour in (("fail", "red"), ("error", "red"), ("warn", "yellow")):
        for group in _first(grouped(verdicts, status), status, lines):  # type: ignore[arg-type]
            lines += _finding(group, colour)
    lines += _blocked_without_cause(verdicts)
    return [*lines, *_table(verdicts)]


def _first(groups: list[FindingGroup], status: Status, lines: list[Line]) -> Iterable[FindingGroup]:
    """Warnings are many and short-lived in a reader's mind: beyond some they are only counted."""
    yield from groups[:GROUPS_SHOWN]
    if len(groups) > GROUPS_SHOWN:
        lines.append((f"… and {len(groups) - GROUPS_SHOWN} more requirements with status {status}, see the report", {}))


def _finding(group: FindingGroup, colour: str) -> list[Line]:
    first = group.first
    head = f"{first.status.upper()} {group.requirement} ({first.level}, {', '.join(group.revisions)})"
    lines: list[Line] = [(head, {colour: True, "bold": True}), (f"  {first.rule}", {})]
    if group.subjects:
        lines.append((f"  about     {_some(group.subjects)}", {}))
    for label in ("expected", "received", "reason", "replay"):
        if value := getattr(first, label):
            lines.append((f"  {label:<9} {value}", {}))
    if group.blocked:
        lines.append((f"  blocks    {_some(group.blocked)}", {}))
    lines += [(f"  {'see':<9} {link}", {}) for link in first.links[:1]]
    return [*lines, ("", {})]


def _some(names: Sequence[str]) -> str:
    rest = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def _blocked_without_cause(verdicts: Sequence[Verdict]) -> list[Line]:
    """What could not be judged although nothing that it stands on was found broken: say so, it is no success."""
    broken = {one.requirement for one in verdicts if one.status in ("fail", "error")}
    left = [one for one in verdicts if one.status == "blocked" and one.blocked_by not in broken]
    reasons: dict[str, list[str]] = {}
    for one in left:
        reasons.setdefault(str(one.reason), []).append(one.requirement)
    return [
        (f"NOT JUDGED {_some(sorted(set(ids)))}: {reason}", {"yellow": True}) for reason, ids in reasons.items()
    ]


def _table(verdicts: Sequence[Verdict]) -> list[Line]:
    """Requirements by area and revision: passed of judged, and what failed or was only warned about."""
    statuses = by_requirement(verdicts)
    areas = {one.requirement: one.area for one in verdicts}
    revisions = sorted({revision for _, revision in statuses if revision})
    rows = [["area", *revisions]]
    for area in sorted(set(areas.values())):
        cells = [[status for (id, rev), status in statuses.items() if areas[id] == area and rev == revision]
                 for revision in revisions]
        rows.append([area, *map(_cell, cells)])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    legend = "passed/judged requirements; F failed, W warned, b blocked, ? not testable"
    return [(lines[0], {"bold": True}), *((line, {}) for line in lines[1:]), (legend, {})]


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
