"""Judges the summary of one run, and that of a scheduled rehearsal."""

from collections.abc import Collection, Iterator
from typing import Any

from conformance.contracts.documents import problems_with
from conformance.contracts.paths import at_path
from conformance.contracts.receipts.settings import Receipts
from conformance.contracts.times import instant
from conformance.protocol.problems import shown

Document = dict[str, Any]

SUCCESS = "success"
ROUNDING_S = 1.0


def form(summary: Document, settings: Receipts) -> Iterator[str]:
    yield from problems_with(summary, settings.summary_schema)


def consistent(summary: Document, settings: Receipts) -> Iterator[str]:
    started, completed = instant(summary.get("started_at")), instant(summary.get("completed_at"))
    if started is not None and completed is not None:
        yield from _duration_problems(completed - started, summary.get("duration_seconds"))
    status, code = summary.get("status"), summary.get("returncode")
    if isinstance(status, str) and "returncode" in summary and (status == SUCCESS) != (code == 0):
        yield f"status is {shown(status)} with the return code {shown(code)}"


def _duration_problems(between: float, told: Any) -> Iterator[str]:
    if between < 0:
        yield "completed_at is earlier than started_at"
    elif isinstance(told, int | float) and abs(told - between) > ROUNDING_S:
        yield f"duration_seconds is {told:g}, between the times are {between:g}"


def window_id(summary: Document) -> str | None:
    """The rotation window that a run of a rotation tells."""
    found = at_path(summary, "metrics.rotation_window.window_id")
    return found if isinstance(found, str) else None


def rotation(summary: Document, settings: Receipts, recorded: Collection[str]) -> Iterator[str]:
    """`recorded` are the window ids of the ledger."""
    metrics = summary.get("metrics")
    if isinstance(metrics, dict) and metrics.get(settings.verdict) is not True:
        yield f"metrics.{settings.verdict} is {shown(metrics.get(settings.verdict))}, expected true"
    own = window_id(summary)
    if own is not None and own not in recorded:
        yield f"the window {shown(own)} is on no line of the ledger"


def rehearsal_form(rehearsal: Document, settings: Receipts) -> Iterator[str]:
    yield from problems_with(rehearsal, settings.rehearsal_schema)


def rehearsal(rehearsal: Document, settings: Receipts) -> Iterator[str]:
    """The verdict over all looks at no doctrine failure, so that is judged beside it."""
    for path in ("overall_ok", f"stage_b_smoke.{settings.verdict}"):
        if at_path(rehearsal, path) is not True:
            yield f"{path} is {shown(at_path(rehearsal, path))}, expected true"
    missing = at_path(rehearsal, "rotation_drills.missing")
    if isinstance(missing, list) and missing:
        yield f"rotation_drills.missing names {', '.join(map(str, missing[:5]))}"
