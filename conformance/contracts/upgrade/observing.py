"""Watches a live target: looks at its health and makes read-only calls in turn, for as long as the profile says."""

import time
from dataclasses import dataclass, field

from conformance.contracts.parity.answers import went_well
from conformance.contracts.parity.canary import Side
from conformance.contracts.parity.guarding import writes
from conformance.contracts.upgrade.settings import Observation, OperatorTools
from conformance.contracts.windows import Limit, Outcome, evaluate, samples
from conformance.protocol.reply import Reply


@dataclass(slots=True)
class Observed:
    """When (seconds since the watch began), and 1 for a failure. `failed` is the last call that failed."""

    looks: list[tuple[float, float]] = field(default_factory=list)
    calls: list[tuple[float, float]] = field(default_factory=list)
    failed: Reply | None = None
    ill: Reply | None = None


def observe(side: Side, settings: Observation, tools: OperatorTools, scale: float) -> Observed:
    """Looks and calls in each period. The target is asked no faster than it answers, and also while it does not answer:
    an outage is what is watched for."""
    seen = Observed()
    channel = side.peer.channel
    began = time.monotonic()
    turn = 0
    while (now := time.monotonic() - began) <= settings.window_s * scale:
        side.peer.channel = channel.with_headers({})
        look = _look(side, tools)
        seen.looks.append((now, 0.0 if went_well(look) else 1.0))
        seen.ill = seen.ill if went_well(look) else look
        call = _call(side, settings, turn)
        seen.calls.append((time.monotonic() - began, 0.0 if went_well(call) else 1.0))
        seen.failed = seen.failed if went_well(call) else call
        turn += 1
        time.sleep(max(0.0, began + turn * settings.period_s * scale - time.monotonic()))
    return seen


def _look(side: Side, tools: OperatorTools) -> Reply:
    if tools.health and side.has(tools.health) and not writes(side.tool(tools.health)):
        return side.call(tools.health, {})
    return side.peer.request("tools/list")


def _call(side: Side, settings: Observation, turn: int) -> Reply:
    known = [call for call in settings.calls if side.has(call.tool)]
    if not known:
        return side.peer.request("tools/list")
    chosen = known[turn % len(known)]
    return side.call(chosen.tool, dict(chosen.arguments))


def error_budget(seen: Observed, settings: Observation, scale: float) -> Outcome:
    """Over the budget in any two minutes, strictly. Looks are calls as well."""
    return evaluate(
        samples([*seen.looks, *seen.calls]),
        Limit(
            op=">", limit=settings.budget_percent / 100, window_s=settings.budget_window_s * scale, step_s=scale,
            min_events=settings.budget_min_calls,
        ),
    )  # fmt: skip


def failures_in_a_row(seen: Observed, settings: Observation) -> Outcome:
    return evaluate(
        samples(seen.looks), Limit(op=">=", limit=1, in_a_row=settings.failures_in_a_row, min_events=1)
    )


def self_check(seen: Observed, settings: Observation) -> Outcome:
    """Fewer failures than the share, over the whole watch."""
    limit = settings.self_check_percent / 100
    return evaluate(samples(seen.calls), Limit(op=">=", limit=limit, min_events=settings.self_check_min_calls))
