"""Areas by revisions, and by targets where there are several: what each cell shows and which requirements it opens."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from conformance.report.findings import by_requirement
from conformance.report.html.inert import inert
from conformance.report.merging import TargetRun
from conformance.report.verdict import Status, Verdict

TONES: dict[Status, str] = {"fail": "bad", "error": "bad", "warn": "warn", "blocked": "open", "not testable": "open"}
NAMES: dict[Status, str] = {
    "fail": "failed", "error": "errors", "warn": "warned", "blocked": "blocked", "not testable": "not testable",
    "not applicable": "not applicable", "pass": "passed",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """`text` is what passed of what was judged, `marks` what did not pass; `tone` is "" where nothing was judged."""

    tone: str
    text: str
    marks: tuple[tuple[str, str], ...]
    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Column:
    """`group` is the name of the target, in a matrix of several."""

    head: str
    title: str
    group: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """`groups` are targets with the number of their columns."""

    title: str
    corner: str
    groups: tuple[tuple[str, str, int], ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, tuple[Cell | None, ...]], ...]


Place = tuple[int, str]
"""Number of the target, and revision or profile."""


def matrices(runs: Sequence[TargetRun], labels: Sequence[str]) -> list[Matrix]:
    """One of MCP and one of contracts; a family that nothing was said of is left out."""
    found = [_matrix(runs, labels, contracts=contracts) for contracts in (False, True)]
    return [matrix for matrix in found if matrix.rows and matrix.columns]


def _matrix(runs: Sequence[TargetRun], labels: Sequence[str], *, contracts: bool) -> Matrix:
    statuses: dict[tuple[str, Place], list[Status]] = {}
    for target, run in enumerate(runs):
        judged = [one for one in run.verdicts if one.is_contract is contracts]
        for area, scope, status in _by_area(judged):
            statuses.setdefault((area, (target, scope)), []).append(status)
    places = sorted({place for _, place in statuses if place[1]})
    several = len(runs) > 1
    return Matrix(
        title="Contracts" if contracts else "MCP",
        corner="contract" if contracts else "area",
        groups=_groups(places, labels) if several else (),
        columns=tuple(_column(place, labels, several=several) for place in places),
        rows=tuple(
            (inert(area, 60), tuple(_cell(area, place, statuses.get((area, place), ()), runs) for place in places))
            for area in sorted({area for area, _ in statuses if area})
        ),
    )


def _by_area(verdicts: Sequence[Verdict]) -> Iterable[tuple[str, str, Status]]:
    areas = {one.requirement: one.area for one in verdicts}
    for (id, scope), status in by_requirement(verdicts).items():
        yield areas[id], scope, status


def _groups(places: Sequence[Place], labels: Sequence[str]) -> tuple[tuple[str, str, int], ...]:
    targets = sorted({target for target, _ in places})
    return tuple((f"T{one + 1}", labels[one], sum(target == one for target, _ in places)) for one in targets)


def _column(place: Place, labels: Sequence[str], *, several: bool) -> Column:
    target, scope = place
    return Column(short_scope(scope) if several else inert(scope, 60), inert(scope, 60), labels[target])


def short_scope(scope: str) -> str:
    """A revision without its century and day: 25-11."""
    return scope[2:7] if scope[:2] == "20" and len(scope) == 10 else inert(scope, 14)


def _cell(area: str, place: Place, statuses: Sequence[Status], runs: Sequence[TargetRun]) -> Cell | None:
    if not statuses:
        return None
    tally = {status: statuses.count(status) for status in NAMES if status in statuses}
    judged = sum(tally.get(status, 0) for status in ("pass", "fail", "warn", "error"))
    worst = next((tone for status, tone in TONES.items() if status in tally), "good")
    target, scope = place
    told = ", ".join(f"{count} {NAMES[status]}" for status, count in tally.items())
    query = {
        "area": inert(area, 60),
        "scope": inert(scope, 60),
        **({"target": str(target + 1)} if len(runs) > 1 else {}),
    }
    return Cell(
        tone=_tone(worst, judged),
        text=f"{tally.get('pass', 0)}/{judged}" if judged else "·",
        marks=tuple((status.replace(" ", "-"), str(tally[status])) for status in TONES if status in tally),
        label=f"{inert(area, 60)}, {inert(scope, 60)}: {told}",
        href="#?" + urlencode(query),
    )


def _tone(worst: str, judged: int) -> str:
    """What could not be tested does not colour a cell in which all that was judged passed."""
    if worst == "open":
        return "good" if judged else "open"
    return worst if judged else ""
