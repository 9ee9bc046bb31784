"""From a run to its row, not ranked yet."""

from collections.abc import Collection, Mapping
from typing import Final

from conformance.load.leaderboard.model import Limit, Row, Status
from conformance.load.leaderboard.runs import Run
from conformance.load.leaderboard.text import COMMAND, SENTENCE, clean
from conformance.load.results.model import Conformance

_SHOWN = "too-few-samples"
"""A dash in the table tells it."""
_SLOW: Final = "rate-not-sustained"
_SEARCHES: Final = ("breaking-point", "ramp")
"""Shapes that go beyond what a server sustains on purpose."""


def row_of(run: Run, hardware: Mapping[str, str], conformance: Conformance | None) -> Row:
    """`hardware` has the id of each description."""
    result, found = run.result, run.figures
    status, reason = judged(run)
    return Row(
        status=status, reason=reason, server=run.server, version=clean(result.target.version),
        revision=clean(result.target.revision), hardware=hardware[run.hardware], date=clean(result.started_at),
        throughput=found.throughput if found else None, percentiles=found.percentiles if found else {},
        error_rate=found.error_rate if found else None, failures=found.failures if found else {},
        rounds=len(found.throughput.rounds) if found else 0, limit=_limit(run),
        conformance=conformance or result.conformance,
        findings=tuple(
            clean(f"{one.code}: {one.text}", SENTENCE) for one in result.findings if one.code != _SHOWN
        ),
        operations=tuple(clean(name) for name in result.plan.operations), seed=result.plan.seed,
        command=clean(result.command, COMMAND), input=run.sha256,
    )  # fmt: skip


def judged(run: Run) -> tuple[Status, str]:
    """Whether the run may be ranked, and why not."""
    findings, shape = run.result.findings, run.result.plan.shape
    invalidating = {one.code for one in findings if one.invalidates and one.code != _SLOW}
    if invalidating:
        return "invalid", _said(run, invalidating)
    if any(one.code == _SLOW for one in findings) and shape not in _SEARCHES:
        return "not sustained", _said(run, {_SLOW})
    if shape == "breaking-point" and _limit(run) is None:
        searched = run.result.breaking_point is not None
        return ("not sustained", "kept the service level at no rate") if searched else ("invalid", "no search in it")
    if run.figures is None or not run.figures.percentiles:
        return "invalid", "too few good answers for any figure"
    return "ranked", ""


def _said(run: Run, codes: Collection[str]) -> str:
    told = [f"{one.code}: {one.text}" for one in run.result.findings if one.code in codes]
    return clean("; ".join(told), SENTENCE)


def _limit(run: Run) -> Limit | None:
    found = run.result.breaking_point
    return Limit(rate=found.rate, broken_at=found.broken_at) if found and found.rate is not None else None
