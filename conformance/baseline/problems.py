"""What is wrong with a baseline: entries that nobody knows, that are there twice, that have expired or are stale."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from conformance.baseline.applying import Applied
from conformance.baseline.model import Baseline, Entry
from conformance.baseline.rules import is_known, may_be_red, may_be_silent, near
from conformance.report.verdict import JUDGED, Verdict

Kind = Literal["unknown", "duplicate", "mismatched", "unfilled", "expired", "stale"]

LEFT_OPEN = frozenset({"not testable", "blocked", "error"})
"""Statuses behind which a failure may still be."""


@dataclass(frozen=True, slots=True)
class Problem:
    """`entry` says where it is in the file and which rule it is about, `number` which entry it is, from 1; 0: it is in
    a table of SHOULDs."""

    kind: Kind
    entry: str
    message: str
    number: int = 0

    def to_json(self) -> dict[str, str]:
        return {"kind": self.kind, "entry": self.entry, "message": self.message}


def in_the_file(baseline: Baseline) -> list[Problem]:
    """What is wrong whatever a run finds."""
    return [*_unknown(baseline), *_duplicate(baseline), *_mismatched(baseline)]


def in_time(applied: Applied, verdicts: Sequence[Verdict] | None = None) -> list[Problem]:
    """Entries that are not filled in or have expired; with verdicts, only those whose rule was judged."""
    found = (_in_time(applied, number) for number, _ in _concerned(applied, verdicts))
    return [problem for problem in found if problem is not None]


def stale(applied: Applied, verdicts: Sequence[Verdict], selection: Mapping[str, Any]) -> list[Problem]:
    """Entries whose rule was judged, wholly, and kept. `selection` is that of the verdict file."""
    what = "no longer fails; remove it, or run `mcp-conformance baseline prune`"
    return [
        _problem("stale", applied.baseline, number, what)
        for number, entry in _concerned(applied, verdicts)
        if _is_stale(entry, verdicts, selection)
    ]


def of_run(
    applied: Applied, verdicts: Sequence[Verdict], selection: Mapping[str, Any], *, complete: bool
) -> list[Problem]:
    """All that fails a run. A run that did not come to its end makes nothing stale; nor is an entry stale that has
    another problem."""
    found = [*in_the_file(applied.baseline), *in_time(applied, verdicts)]
    named = {problem.number for problem in found}
    old = stale(applied, verdicts, selection) if complete else []
    return [*found, *(problem for problem in old if problem.number not in named)]


def _problem(kind: Kind, baseline: Baseline, number: int, what: str) -> Problem:
    label = baseline.label(number)
    return Problem(kind, label, f"{baseline.path.name}: {label}: {what}", number)


def _of_table(kind: Kind, baseline: Baseline, table: str, id: str, what: str) -> Problem:
    return Problem(kind, f"[{table}] {id}", f"{baseline.path.name}: [{table}] {id}: {what}")


def _tables(baseline: Baseline) -> Iterator[tuple[str, str]]:
    for table, ids in (("promote", baseline.promote), ("accept", baseline.accept)):
        yield from ((table, id) for id in ids)


def _unknown(baseline: Baseline) -> Iterator[Problem]:
    for number, entry in enumerate(baseline.entries, start=1):
        if not is_known(entry.requirement):
            yield _problem("unknown", baseline, number, f"no such rule; {near(entry.requirement)}")
    for table, id in _tables(baseline):
        if not is_known(id):
            yield _of_table("unknown", baseline, table, id, f"no such rule; {near(id)}")


def _duplicate(baseline: Baseline) -> Iterator[Problem]:
    first: dict[tuple[str | None, ...], int] = {}
    for number, entry in enumerate(baseline.entries, start=1):
        if (before := first.setdefault(entry.scope, number)) != number:
            yield _problem("duplicate", baseline, number, f"says the same as entry {before}; keep one of them")
    for id in sorted(baseline.promote.keys() & baseline.accept.keys()):
        yield _of_table("duplicate", baseline, "accept", id, "is in [promote] as well; keep one of them")


def _mismatched(baseline: Baseline) -> Iterator[Problem]:
    """Rules in the wrong table: there is no accepting of a MUST without owner and expiry."""
    for id in baseline.accept:
        if is_known(id) and not may_be_silent(id):
            yield _of_table(
                "mismatched", baseline, "accept", id, "is a MUST; accept it in a [[baseline]] entry, with an owner"
            )
    for id in baseline.promote:
        if is_known(id) and not may_be_silent(id):
            yield _of_table("mismatched", baseline, "promote", id, "is a MUST, which is red anyway; remove it")
        elif is_known(id) and not may_be_red(id):
            yield _of_table(
                "mismatched", baseline, "promote", id, "the specification contradicts itself there; it is never red"
            )


def _concerned(applied: Applied, verdicts: Sequence[Verdict] | None) -> Iterator[tuple[int, Entry]]:
    """Entries for this target; with verdicts, those whose rule was judged."""
    for number, entry in enumerate(applied.baseline.entries, start=1):
        if entry.is_for(applied.names) and (verdicts is None or _judged(entry, verdicts)):
            yield number, entry


def _judged(entry: Entry, verdicts: Sequence[Verdict]) -> bool:
    return any(one.status in JUDGED and entry.is_about(one) for one in verdicts)


def _in_time(applied: Applied, number: int) -> Problem | None:
    entry = applied.baseline.entries[number - 1]
    if not entry.is_filled:
        what = "reason or owner is still TODO; until it is filled in, it accepts nothing"
        return _problem("unfilled", applied.baseline, number, what)
    if applied.today > entry.expires:
        return _problem(
            "expired", applied.baseline, number,
            f"expired on {entry.expires} (owner: {entry.owner}); mend the target, or agree on a new day",
        )  # fmt: skip
    return None


def _is_stale(entry: Entry, verdicts: Sequence[Verdict], selection: Mapping[str, Any]) -> bool:
    about = [one for one in verdicts if entry.is_about(one)]
    statuses = {one.status for one in about}
    if statuses & {"fail", "warn"} or statuses & LEFT_OPEN:
        return False
    if selection.get("other") or (selection.get("revisions") and entry.revision is None):
        return False
    return _all_places_looked_at(entry.requirement, verdicts, selection)


def _all_places_looked_at(id: str, verdicts: Sequence[Verdict], selection: Mapping[str, Any]) -> bool:
    """Every test of the rule was there. What is judged on all traffic saw all traffic only where nothing was chosen."""
    from conformance.report.explain import tested_by

    places = tested_by().get(id, ())
    tests = {place for place in places if place.startswith("suites/")}
    seen = {one.nodeid.partition("[")[0] for one in verdicts if one.requirement == id}
    on_traffic = len(tests) < len(places)
    chosen = selection.get("areas") or selection.get("requirements")
    return tests <= seen and not (on_traffic and chosen)
