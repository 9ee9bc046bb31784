"""Caching hints (2026-07-28 server/utilities/caching)."""

from conformance.checks.invariants import invariant
from conformance.checks.rules.claims import claimed
from conformance.protocol.reply import Reply
from conformance.wire.channel import Context

CACHEABLE = frozenset(
    {
        "server/discover", "tools/list", "prompts/list", "resources/list", "resources/templates/list",
        "resources/read",
    }
)  # fmt: skip
"""The methods whose complete results carry caching hints."""


def _is_cacheable(reply: Reply) -> bool:
    """Whether this is a complete result; one without resultType is meant as complete."""
    return reply.method in CACHEABLE and reply.has_result and reply.result.get("resultType", "complete") == "complete"


@invariant("caching-hints-present")
def hints_are_present(reply: Reply, context: Context) -> list[str] | None:
    return claimed("caching-hints-present", reply, context) if _is_cacheable(reply) else None


@invariant("caching-ttl-non-negative")
def ttl_is_not_negative(reply: Reply, context: Context) -> list[str] | None:
    if not _is_cacheable(reply) or "ttlMs" not in reply.result:
        return None
    return claimed("caching-ttl-non-negative", reply, context)


@invariant("caching-input-required-no-hints")
def interim_results_have_no_hints(reply: Reply, context: Context) -> list[str] | None:
    if not reply.has_result or reply.result.get("resultType") != "input_required":
        return None
    found = [name for name in ("ttlMs", "cacheScope") if name in reply.result]
    return [f"{reply.method}: an input_required result has {' and '.join(found)}"] if found else []
