"""Judges a leaderboard in Markdown against the report that it was made from."""

import re
from itertools import zip_longest
from typing import Any, Final

from conformance.contracts.reading import member, objects, quoted
from conformance.contracts.release_evidence.scoring import PLACES, number

_RULE: Final = re.compile(r"\|(\s*:?-+:?\s*\|)+")
_DECIMAL: Final = re.compile(r"-?\d{1,15}\.(\d{1,15})")
_COLUMNS: Final = ("rank", "strategy", "avg_score", "success_rate_percent", "avg_latency_ms")


def unlike(text: str, report: Any) -> list[str]:
    """Where the table has other rows than the leaderboard, as rounded, or another status than the comparison."""
    shown = rows(text)
    expected = [_expected(row) for row in objects(member(report, "leaderboard"))]
    found = [
        f"row {place} is {quoted(' | '.join(given or ['missing']))}, expected {quoted(' | '.join(wanted or ['none']))}"
        for place, (given, wanted) in enumerate(zip_longest(shown, expected), start=1)
        if not _same(given, wanted)
    ]
    passed = member(member(report, "comparison"), "pass")
    status = re.search(r"Status\W+(PASS|FAIL)\b", text)
    if isinstance(passed, bool) and (status is None or (status[1] == "PASS") is not passed):
        found.append(f"the status is {status[1] if status else 'missing'}, expected {'PASS' if passed else 'FAIL'}")
    return found


def rows(text: str) -> list[list[str]]:
    """The cells of the first table, below its header."""
    lines = [line.strip() for line in text.splitlines()]
    start = next((number for number, line in enumerate(lines) if _RULE.fullmatch(line)), len(lines))
    rows: list[list[str]] = []
    for line in lines[start + 1 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def _expected(row: dict[str, Any]) -> list[str]:
    return [_cell(name, row.get(name)) for name in _COLUMNS]


def _cell(name: str, value: Any) -> str:
    told = number(value) if name in PLACES else None
    return str(value) if told is None else f"{told:.{PLACES[name]}f}"


def _same(given: list[str] | None, wanted: list[str] | None) -> bool:
    """A last digit may have been rounded the other way."""
    if given is None or wanted is None or len(given) != len(wanted):
        return False
    return all(one == other or _near(one, other) for one, other in zip(given, wanted, strict=True))


def _near(one: str, other: str) -> bool:
    first, second = _DECIMAL.fullmatch(one), _DECIMAL.fullmatch(other)
    if not first or not second or len(first[1]) != len(second[1]):
        return False
    return bool(abs(float(one) - float(other)) < 1.5 * 10.0 ** -len(first[1]))
