"""Lifecycle: version and capabilities that were negotiated are kept to (basic/lifecycle#operation)."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from conformance.checks.invariants import invariant
from conformance.checks.rules.claims import claimed
from conformance.protocol.messages import JsonObject, is_request
from conformance.protocol.reply import Reply
from conformance.protocol.revisions import REVISIONS
from conformance.protocol.schemas import notification_methods, request_methods
from conformance.wire.channel import Context

CLIENT_FEATURES = {
    "roots/list": "roots",
    "sampling/createMessage": "sampling",
    "elicitation/create": "elicitation",
    "tasks/list": "tasks",
    "tasks/cancel": "tasks",
}
"""What a server may ask only of a client that declared the capability."""


@invariant("lifecycle-server-responds-capabilities-info")
def initialize_tells_capabilities_and_identity(reply: Reply, context: Context) -> list[str] | None:
    if reply.method != "initialize" or not reply.has_result:
        return None
    return claimed("lifecycle-server-responds-capabilities-info", reply, context)


@invariant("ping-respond-empty")
def ping_results_are_empty(reply: Reply, context: Context) -> list[str] | None:
    if reply.method != "ping" or not reply.has_result:
        return None
    return claimed("ping-respond-empty", reply, context)


@invariant("lifecycle-respect-negotiated-version")
@invariant("lifecycle-respect-negotiated-version-should")
def messages_belong_to_the_negotiated_version(reply: Reply, context: Context) -> list[str] | None:
    """Methods and result types that only other revisions have."""
    if not reply.messages:
        return None
    foreign = [
        f"{one['method']} is sent, which {context.revision} does not have"
        for one in (*reply.requests, *reply.notifications)
        if one["method"] in _methods_of_others(context.revision)
    ]
    if reply.has_result and reply.result.get("resultType") == "input_required":
        foreign.append(f"{reply.method} is answered with resultType input_required")
    return foreign


@cache
def _methods_of_others(revision: str) -> frozenset[str]:
    return frozenset().union(*map(_server_methods, REVISIONS)) - _server_methods(revision)


def _server_methods(revision: str) -> frozenset[str]:
    return request_methods(revision, "server") | notification_methods(revision, "server")


@invariant("lifecycle-only-negotiated-capabilities")
@invariant("lifecycle-only-negotiated-capabilities-should")
def requests_use_declared_capabilities(reply: Reply, context: Context) -> list[str] | None:
    """What is asked of a client that did not declare the feature."""
    declared = context.client_capabilities
    if not reply.messages or declared is None:
        return None
    problems = (_undeclared(one, declared, context.revision) for one in reply.requests)
    return [problem for problem in problems if problem]


def _undeclared(asked: JsonObject, declared: Mapping[str, Any], revision: str) -> str | None:
    method = str(asked["method"])
    feature = CLIENT_FEATURES.get(method)
    if feature is None or not is_request(asked) or method in _methods_of_others(revision):
        return None
    if feature not in declared:
        return f"{method} is sent to a client that did not declare {feature}"
    mode = _mode(asked)
    if method == "elicitation/create" and mode == "url" and not _declares_url(declared[feature]):
        return "elicitation/create with mode url is sent to a client that declared forms only"
    return None


def _mode(asked: JsonObject) -> Any:
    params = asked.get("params")
    return params.get("mode") if isinstance(params, dict) else None


def _declares_url(elicitation: Any) -> bool:
    return isinstance(elicitation, dict) and "url" in elicitation
