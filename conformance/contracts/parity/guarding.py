"""Which tools may be called by the names of a profile: a name alone does not tell that nothing is written."""

from collections.abc import Mapping
from typing import Any

from conformance.checks.outcomes import not_testable
from conformance.contracts.parity.answers import payload, went_well
from conformance.contracts.parity.canary import Pair, Side
from conformance.contracts.parity.settings import HealthCall, Parity
from conformance.contracts.paths import at_path
from conformance.protocol.reply import Reply
from conformance.target.config import RunConfig
from conformance.target.roles import may_call


def harmless(name: str, config: RunConfig, *sides: Side) -> bool:
    """Whether each side says of the tool itself that it only reads, or the run allows writing."""
    return all(may_call(side.tool(name), side.surface, config) for side in sides)


def need_harmless(name: str, config: RunConfig, settings: Parity, *sides: Side) -> None:
    """*Not testable* unless the tool only reads, or each side runs dry by its own word."""
    if harmless(name, config, *sides) or all(runs_dry(side, settings.health) is True for side in sides):
        return
    not_testable(f"{name} does not say that it only reads (readOnlyHint); allow it with --allow-writes")


def health_of(side: Side, call: HealthCall | None) -> tuple[Reply, dict[str, Any]]:
    """What the health tool answers, and what it says; *not testable* when there is none."""
    if call is None:
        not_testable("the profile names no health tool; name it under [parity.health]")
    if writes(side.tool(call.tool)):
        not_testable(f"{call.tool} says that it writes; name another tool under [parity.health]")
    reply = side.call(call.tool, dict(call.arguments))
    said = payload(reply)
    return reply, said if isinstance(said, dict) else {}


def writes(tool: Mapping[str, Any]) -> bool:
    """Whether a tool itself says that it writes."""
    hints = tool.get("annotations")
    hints = hints if isinstance(hints, dict) else {}
    return hints.get("readOnlyHint") is False or hints.get("destructiveHint") is True


def runs_dry(side: Side, call: HealthCall | None) -> bool | None:
    """Whether a side runs dry by its own word; None when it does not tell."""
    if call is None or not call.dry_run or not side.has(call.tool):
        return None
    reply, said = health_of(side, call)
    told = at_path(said, call.dry_run)
    return told if went_well(reply) and isinstance(told, bool) else None


def known_calls(pair: Pair, settings: Parity) -> dict[str, tuple[str, dict[str, object]]]:
    """The checks of the profile whose tools both sides have: by name, the tool and its arguments."""
    return {
        name: (check.tool, dict(check.arguments))
        for name, check in settings.checks.items()
        if pair.active.has(check.tool) and pair.canary.has(check.tool)
    }
