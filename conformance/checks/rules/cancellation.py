"""Cancellations that a server sends: of its own requests, or of a subscription (cancellation#behavior-requirements)."""

from typing import Any

from conformance.checks.flow import member, notified
from conformance.checks.invariants import invariant
from conformance.protocol.messages import same_id
from conformance.protocol.reply import Reply
from conformance.wire.channel import Context

CANCELLED = "notifications/cancelled"
LISTEN = "subscriptions/listen"


@invariant("cancel-requestid-present")
def cancellations_name_a_request(reply: Reply, context: Context) -> list[str] | None:
    cancellations = notified(reply, CANCELLED)
    if not cancellations:
        return None
    nameless = any(member(one, "requestId") is None for one in cancellations)
    return [f"{CANCELLED} has no requestId"] if nameless else []


@invariant("cancel-ref-same-direction")
def servers_cancel_their_own_requests(reply: Reply, context: Context) -> list[str] | None:
    """On a GET stream a cancellation may concern what was asked long before, so there only ours are wrong."""
    named = [id for one in notified(reply, CANCELLED) if (id := member(one, "requestId")) is not None]
    if not named:
        return None
    foreign = [id for id in named if not _is_one_of(id, context.asked)]
    if context.message is None:
        foreign = []
    return [f"{CANCELLED} on the stream of {_what(reply)} names no request of the server"] if foreign else []


@invariant("cancel-server-only-listen")
def modern_servers_cancel_subscriptions_only(reply: Reply, context: Context) -> list[str] | None:
    """What a cancellation on a listen stream names is judged by cancel-server-ref-listen."""
    if not reply.messages or reply.method == LISTEN:
        return None
    return [f"{CANCELLED} is sent on the stream of {_what(reply)}"] if notified(reply, CANCELLED) else []


@invariant("cancel-server-ref-listen")
def modern_cancellations_name_their_listen_request(reply: Reply, context: Context) -> list[str] | None:
    cancellations = notified(reply, CANCELLED)
    if reply.method != LISTEN or not cancellations:
        return None
    right = all(same_id(member(one, "requestId"), context.message.get("id")) for one in cancellations)
    return [] if right else [f"{CANCELLED} on a listen stream does not name the listen request"]


def _is_one_of(id: Any, ids: tuple[Any, ...]) -> bool:
    return any(same_id(id, one) for one in ids)


def _what(reply: Reply) -> str:
    return reply.method or "a batch"
