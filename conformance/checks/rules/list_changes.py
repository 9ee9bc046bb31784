"""Notifications of changed lists come only from servers that declared them (server/prompts, server/resources)."""

from conformance.checks.flow import notified
from conformance.checks.invariants import Judge, invariant
from conformance.protocol.reply import Reply
from conformance.wire.channel import Context


def _only_if_declared(capability: str) -> Judge:
    method = f"notifications/{capability}/list_changed"

    def judge(reply: Reply, context: Context) -> list[str] | None:
        if context.declared is None or not reply.messages:
            return None
        declared = context.declared.get(capability)
        if isinstance(declared, dict) and declared.get("listChanged") is True:
            return None
        return [f"{method} came"] if notified(reply, method) else []

    return judge


for _capability in ("prompts", "resources"):
    invariant(f"{_capability}-list-changed-only-if-declared")(_only_if_declared(_capability))
