"""Shows findings to people, grouped by clause, and to programs, as one JSON document. Neither keeps them all."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.contracts.ledger.clauses import ledger_clauses
from conformance.contracts.ledger.findings import Finding, Severity

SHOWN: Final = 3
"""Findings of a clause that are told in full; of the others only the count."""
NUMBERED: Final = 8
"""Line numbers of a clause that are listed."""
FORMAT: Final = 1


@dataclass
class Group:
    """The findings of one clause with one severity: how many, and the first of them."""

    clause: str
    severity: Severity
    count: int = 0
    first: list[Finding] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        self.count += 1
        if len(self.first) < SHOWN:
            self.first.append(finding)
        if finding.line is not None and len(self.lines) <= NUMBERED and finding.line not in self.lines:
            self.lines.append(finding.line)


class Summary:
    """Groups findings; its size depends on the number of clauses only."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, Severity], Group] = {}

    def add(self, finding: Finding) -> None:
        key = finding.clause, finding.severity
        if key not in self._groups:
            self._groups[key] = Group(finding.clause, finding.severity)
        self._groups[key].add(finding)

    @property
    def groups(self) -> list[Group]:
        """What must be repaired first, then by clause."""
        return sorted(self._groups.values(), key=lambda group: (group.severity, group.clause))

    def count(self, severity: Severity) -> int:
        return sum(group.count for group in self._groups.values() if group.severity == severity)


def told(group: Group) -> Iterator[str]:
    """The first findings of a group, as sentences, and how many there are more."""
    for finding in sorted(group.first, key=lambda one: one.line or 0):
        yield f"{_place(finding)}: {finding.message}"
    if group.count > len(group.first):
        yield f"and {group.count - len(group.first)} more"


def text(summary: Summary) -> Iterator[str]:
    for group in summary.groups:
        rule = ledger_clauses()[group.clause].rule(group.severity)
        title = f"{group.severity.upper()} {group.clause}  {rule.text.rstrip('.')}"
        yield f"{title}  ({_findings(group.count)}{_where(group)})"
        yield from (f"  {sentence}" for sentence in told(group))
        yield f"  do: {rule.advice}"


def _where(group: Group) -> str:
    if group.count == 1 or not group.lines:
        return ""
    more = ", …" if len(group.lines) > NUMBERED else ""
    return f"; lines {', '.join(map(str, sorted(group.lines[:NUMBERED])))}{more}"


def _place(finding: Finding) -> str:
    return "ledger" if finding.line is None else f"line {finding.line}"


def _findings(count: int) -> str:
    return f"{count} finding{'s' if count != 1 else ''}"


def document(findings: Iterable[Finding]) -> Iterator[str]:
    """The beginning of the document, up to the findings, piece by piece; `closing` ends it."""
    yield f'{{"format": {FORMAT}, "findings": ['
    separator = "\n"
    for finding in findings:
        yield separator + json.dumps(finding._asdict())
        separator = ",\n"


def closing(members: dict[str, Any]) -> str:
    return f"\n], {json.dumps(members)[1:]}"
