"""What is broken or warned about, one finding a requirement, with its evidence; and what could not be judged."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from markupsafe import Markup

from conformance.report.findings import FindingGroup, grouped
from conformance.report.html.cues import cues_of
from conformance.report.html.exchanges import ExchangeView, Measure, deciding_index, measure_for, view
from conformance.report.html.inert import differing, inert, web_address
from conformance.report.html.matrix import short_scope
from conformance.report.merging import TargetRun
from conformance.report.verdict import Status, Verdict

IN_FULL = 120
"""Findings that are shown with their evidence; the others have a line each."""
CASES = 5
"""Cases of one finding that are shown; the others look alike or are counted."""
NAMES = 12
ORDER: tuple[Status, ...] = ("fail", "error", "warn")

Found = tuple[int, Verdict]
"""The number of a target and what was said of it."""


@dataclass(frozen=True, slots=True)
class CaseView:
    """Verdicts on one requirement that read the same, shown by the first of them that has evidence."""

    where: str
    subjects: str
    expected: Markup | None
    received: Markup | None
    reason: str
    readings: tuple[str, ...]
    replay: str
    timing: str
    check: str
    exchanges: tuple[ExchangeView, ...]


@dataclass(frozen=True, slots=True)
class FindingView:
    """`scopes` are short names with long ones; `blocked` are ids of requirements that stand on this one; `anchor`
    is the id, unless another finding is about the same requirement."""

    id: str
    anchor: str
    status: Status
    level: str
    area: str
    family: str
    rule: str
    scopes: tuple[tuple[str, str], ...]
    targets: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    advice: str
    how: str
    notes: str
    clauses: str
    accepted: str
    blocked: tuple[str, ...]
    cases: tuple[CaseView, ...]
    more: int


def findings(runs: Sequence[TargetRun], labels: Sequence[str]) -> list[FindingView]:
    """The worst first; of those the ones on which most others stand."""
    found = [(target, one) for target, run in enumerate(runs) for one in run.verdicts]
    groups = list(_groups(found))
    shown = [_cases(found_of) for _, found_of in groups[:IN_FULL]]
    measure = measure_for(case[0][1].transcript for cases, _ in shown for case in cases if case[0][1].transcript)
    views = [
        _view(group, of, [_case_view(case, labels, measure) for case in cases], more, labels)
        for (group, of), (cases, more) in zip(groups[:IN_FULL], shown, strict=True)
    ]
    return _anchored(views + [_view(group, of, [], len(of), labels) for group, of in groups[IN_FULL:]])


def _anchored(views: Sequence[FindingView]) -> list[FindingView]:
    taken: set[str] = set()
    anchored = []
    for place, one in enumerate(views):
        anchored.append(replace(one, anchor=f"{one.id}_{place}") if one.id in taken else one)
        taken.add(one.id)
    return anchored


@dataclass(frozen=True, slots=True)
class NotJudged:
    """Requirements that could not be judged for the same reason, although nothing that they stand on is broken."""

    reason: str
    count: int
    ids: tuple[str, ...]


def not_judged(runs: Sequence[TargetRun]) -> list[NotJudged]:
    reasons: dict[str, dict[str, None]] = {}
    for run in runs:
        broken = {one.requirement for one in run.verdicts if one.status in ("fail", "error")}
        for one in run.verdicts:
            if one.status == "blocked" and one.blocked_by not in broken:
                reasons.setdefault(inert(one.reason or "", 400), {})[inert(one.requirement, 200)] = None
    return [NotJudged(reason, len(ids), tuple(ids)[:40]) for reason, ids in list(reasons.items())[:20]]


def _groups(found: Sequence[Found]) -> Iterator[tuple[FindingGroup, list[Found]]]:
    """What a baseline accepts comes last, and apart from what it does not."""
    for accepted in (False, True):
        chosen = [each for each in found if (each[1].accepted is not None) is accepted]
        for status in ORDER:
            of: dict[str, list[Found]] = {}
            for target, one in chosen:
                if one.status == status:
                    of.setdefault(one.requirement, []).append((target, one))
            blocking = [one for _, one in found if one.blocked_by]
            groups = grouped([*(one for _, one in chosen if one.status == status), *blocking], status)
            for group in sorted(groups, key=lambda group: (not _red(group), -len(group.blocked))):
                yield group, of[group.requirement]


def _red(group: FindingGroup) -> bool:
    return any(one.red for one in group.verdicts)


def _cases(found: Sequence[Found]) -> tuple[list[list[Found]], int]:
    """Verdicts that read the same are one case; the first of a case has the evidence. And how many are not shown."""
    of: dict[tuple[object, ...], list[Found]] = {}
    for target, one in found:
        key = (target, one.expected, _alike(one.received), _alike(one.reason), bool(one.readings))
        of.setdefault(key, []).append((target, one))
    cases = [sorted(case, key=lambda each: not each[1].transcript) for case in of.values()]
    return cases[:CASES], sum(len(case) for case in cases[CASES:])


def _alike(text: str | None) -> str:
    """Numbers and ids differ from answer to answer; they make no case of their own."""
    return re.sub(r"\d+", "0", (text or "")[:300])


def _view(
    group: FindingGroup, found: Sequence[Found], cases: Sequence[CaseView], more: int, labels: Sequence[str]
) -> FindingView:
    first = group.first
    registered = _registered().get(group.requirement)
    targets = sorted({target for target, _ in found})
    return FindingView(
        id=inert(group.requirement, 200),
        anchor=inert(group.requirement, 200),
        status=first.status,
        level=inert(first.level, 20),
        area=inert(first.area, 60),
        family=inert(first.profile or "MCP", 80),
        rule=inert(first.rule, 600),
        scopes=tuple((short_scope(scope), inert(scope, 60)) for scope in group.scopes if scope),
        targets=tuple(f"T{target + 1}" for target in targets) if len(labels) > 1 else (),
        links=tuple(_links(group.verdicts)),
        advice=inert(first.advice or "", 600),
        how=registered.how if registered else "",
        notes=registered.notes if registered else "",
        clauses=inert(", ".join(first.clauses), 300),
        accepted=inert(first.accepted.in_words, 300) if first.accepted else "",
        blocked=tuple(inert(id, 200) for id in group.blocked[:60]),
        cases=tuple(cases),
        more=more,
    )


@cache
def _registered() -> Mapping[str, Any]:
    from conformance.requirements import load

    return load()


def _links(verdicts: Iterable[Verdict]) -> Iterator[tuple[str, str]]:
    """Where each revision states the rule: address and short name."""
    seen: dict[str, None] = {}
    for one in verdicts:
        for link in one.links[:2]:
            seen.setdefault(web_address(link), None)
    for url in sorted(filter(None, seen), reverse=True)[:6]:
        page = url.partition("/specification/")[2] or url.partition("/schema/")[2] or url.partition("://")[2]
        yield url, inert(page, 90)


def _case_view(case: Sequence[Found], labels: Sequence[str], measure: Measure) -> CaseView:
    first = case[0][1]
    expected, received = differing(first.expected or "", first.received or "")
    return CaseView(
        where=_where(case, labels),
        subjects=_some(sorted({inert(one.subject, 120) for _, one in case if one.subject})),
        expected=expected if first.expected else None,
        received=received if first.received else None,
        reason=inert(first.reason or ""),
        readings=tuple(inert(reading, 400) for reading in first.readings[:10]),
        replay=inert(first.replay or "", 9_000),
        timing=_timing([one for _, one in case]),
        check=inert(first.nodeid, 300),
        exchanges=tuple(_exchanges(first, measure)),
    )


def _exchanges(verdict: Verdict, measure: Measure) -> Iterator[ExchangeView]:
    cues = cues_of(verdict.expected, verdict.received)
    deciding = deciding_index(verdict.transcript, verdict.replay)
    for place, entry in enumerate(verdict.transcript):
        yield view(entry, cues, measure, deciding=place == deciding)


def _where(case: Sequence[Found], labels: Sequence[str]) -> str:
    scopes = ", ".join(sorted({inert(one.scope, 60) for _, one in case if one.scope})) or "the whole run"
    return f"{labels[case[0][0]]}: {scopes}" if len(labels) > 1 else scopes


def _some(names: Sequence[str]) -> str:
    rest = len(names) - NAMES
    return ", ".join(names[:NAMES]) + (f" and {rest} more" if rest > 0 else "")


def _timing(verdicts: Sequence[Verdict]) -> str:
    seconds, requests = sum(one.seconds for one in verdicts), sum(one.requests for one in verdicts)
    checks = "1 check" if len(verdicts) == 1 else f"{len(verdicts)} checks"
    return f"{checks}, {requests} requests, {seconds:.2f} s" if requests else checks
