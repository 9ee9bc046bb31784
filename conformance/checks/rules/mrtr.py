"""Results that ask for input, and the types of results (2026-07-28 basic/patterns/mrtr, basic/index#resulttype)."""

from collections.abc import Mapping
from typing import Any

from conformance.checks.flow import member
from conformance.checks.invariants import Judge, invariant
from conformance.checks.rules.claims import claimed
from conformance.checks.rules.force import in_force
from conformance.protocol.messages import META_CAPABILITIES, JsonObject
from conformance.protocol.reply import Reply
from conformance.wire.channel import Context

INPUT_REQUIRED = "input_required"
KINDS = {"elicitation/create": "elicitation", "sampling/createMessage": "sampling", "roots/list": "roots"}
"""The requests that may be put to a client, and the capability that each takes."""


@invariant("result-resulttype-known-values")
def result_types_are_known(reply: Reply, context: Context) -> list[str] | None:
    """A server with extensions may know other types, which are for the clients that declare them."""
    return None if _extended(context.declared) else _other_types(reply, context)


@invariant("version-ext-fallback-or-reject")
def extended_types_are_for_declaring_clients(reply: Reply, context: Context) -> list[str] | None:
    extended = _extended(context.declared) and not _extended(context.client_capabilities)
    return _other_types(reply, context) if extended else None


def _other_types(reply: Reply, context: Context) -> list[str] | None:
    kind = reply.result.get("resultType") if reply.has_result and in_force(reply, context) else None
    if not isinstance(kind, str):
        return None
    known = kind in ("complete", INPUT_REQUIRED)
    return [] if known else [f"the result of {reply.method} is of the type {kind[:60]!r}"]


def _extended(capabilities: Mapping[str, Any] | None) -> bool:
    return bool((capabilities or {}).get("extensions"))


def asks(reply: Reply) -> bool:
    """Whether a result asks for input."""
    return reply.has_result and reply.result.get("resultType") == INPUT_REQUIRED


def input_requests(result: JsonObject) -> dict[str, JsonObject]:
    """What a result asks for, by key, as far as it is well formed."""
    found = result.get("inputRequests")
    return {key: one for key, one in found.items() if isinstance(one, dict)} if isinstance(found, dict) else {}


@invariant("mrtr-only-supported-methods")
def only_some_methods_ask(reply: Reply, context: Context) -> list[str] | None:
    if not reply.has_result or not in_force(reply, context) or reply.method is None:
        return None
    return claimed("mrtr-only-supported-methods", reply, context)


def _of_shape(requirement: str, member: str) -> Judge:
    """A rule of the schema about one member of what asks for input."""

    def judge(reply: Reply, context: Context) -> list[str] | None:
        return claimed(requirement, reply, context) if asks(reply) and member in reply.result else None

    return judge


invariant("mrtr-values-allowed-requests")(_of_shape("mrtr-values-allowed-requests", "inputRequests"))
invariant("mrtr-requeststate-string")(_of_shape("mrtr-requeststate-string", "requestState"))


@invariant("mrtr-at-least-one-field")
def what_asks_says_what_for(reply: Reply, context: Context) -> list[str] | None:
    return claimed("mrtr-at-least-one-field", reply, context) if asks(reply) else None


def _declared(context: Context) -> JsonObject | None:
    """What the request itself says that its client can do."""
    meta = member(context.message, "_meta")
    found = meta.get(META_CAPABILITIES) if isinstance(meta, dict) else None
    return found if isinstance(found, dict) else None


@invariant("mrtr-no-undeclared-input-kind")
def only_declared_kinds_are_asked_for(reply: Reply, context: Context) -> list[str] | None:
    if not asks(reply) or not in_force(reply, context):
        return None
    declared = _declared(context)
    if declared is None:
        return None
    wanted = [str(one.get("method")) for one in input_requests(reply.result).values()]
    undeclared = [method for method in wanted if method in KINDS and KINDS[method] not in declared]
    return [f"{reply.method} asks for {method}, which the client did not declare" for method in undeclared]
