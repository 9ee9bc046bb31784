"""Notifications of changed lists come only from servers that declared them (server/tools, prompts, resources)."""

from collections.abc import Mapping
from typing import Any

from conformance.checks.flow import notified
from conformance.checks.invariants import Judge, invariant
from conformance.protocol.reply import Reply
from conformance.wire.channel import Context


def may_announce(capabilities: Mapping[str, Any], capability: str) -> bool:
    """Whether listChanged is declared, or declared in a malformed way, which is judged by the schema."""
    declared = capabilities.get(capability, {})
    return not isinstance(declared, dict) or declared.get("listChanged", False) is not False


def _only_if_declared(capability: str) -> Judge:
    method = f"notifications/{capability}/list_changed"

    def judge(reply: Reply, context: Context) -> list[str] | None:
        if context.declared is None or not reply.messages or may_announce(context.declared, capability):
            return None
        return [f"{method} came"] if notified(reply, method) else []

    return judge


for _capability in ("tools", "prompts", "resources"):
    invariant(f"{_capability}-list-changed-only-if-declared")(_only_if_declared(_capability))
