"""Judges of the summary of the telemetry."""

from collections.abc import Iterator
from typing import Any

from conformance.contracts.documents import problems_with
from conformance.contracts.paths import at_path
from conformance.contracts.upgrade.words import is_number


def consistent(document: Any) -> list[str]:
    """All blocks are there, and their sums agree."""
    return problems_with(document, "metrics-summary") or list(_sums(document))


def _sums(document: dict[str, Any]) -> Iterator[str]:
    runs = document["executions"]
    if runs["total_runs"] != runs["successes"] + runs["failures"]:
        yield f"executions.total_runs is {runs['total_runs']}, expected {runs['successes'] + runs['failures']}"
    tokens = runs.get("tokens") or {}
    if {"prompt", "completion", "total"} <= tokens.keys():
        expected = tokens["prompt"] + tokens["completion"]
        if tokens["total"] != expected:
            yield f"executions.tokens.total is {tokens['total']}, expected {expected}"
    for path in ("executions.by_agent_type", "executions.by_final_status"):
        counts = at_path(document, path)
        if isinstance(counts, dict) and sum(counts.values()) > runs["total_runs"]:
            yield f"{path} adds up to {sum(counts.values())}, more than total_runs"
    seen = document["operations"]
    if sum(seen["modes_seen"].values()) != seen["total_snapshots"]:
        yield f"operations.modes_seen adds up to {sum(seen['modes_seen'].values())}, expected {seen['total_snapshots']}"
    rate, total = runs.get("success_rate"), runs["total_runs"]
    if not (is_number(rate) and is_number(total) and is_number(runs["successes"]) and total):
        return
    if abs(rate - runs["successes"] / total) > 0.01:
        yield f"executions.success_rate is {rate:g}, expected {runs['successes'] / total:.4g}"
