"""Streams that are kept open while something else happens."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from conformance.checks.outcomes import Blocked
from conformance.protocol.messages import JsonObject
from conformance.protocol.peer import Peer
from conformance.protocol.reply import LiveReply

LONG = 120.0
SHORTEST = 2.0

ACKNOWLEDGED = "notifications/subscriptions/acknowledged"


@contextmanager
def get_stream(peer: Peer, patience: float) -> Iterator[LiveReply | None]:
    """The GET stream of a legacy session while the block runs; None when the server offers none."""
    live = peer.listen(timeout=LONG)
    try:
        live.wait_for_head(max(SHORTEST, patience))
        yield live if live.reply.exchange.is_stream and live.reply.status == 200 else None
    finally:
        live.close()


@contextmanager
def subscription(peer: Peer, wanted: Mapping[str, Any], patience: float, *, id: Any = None) -> Iterator[LiveReply]:
    """A subscription while the block runs, its first message come or waited for; *blocked* when it is refused."""
    live = peer.start("subscriptions/listen", {"notifications": dict(wanted)}, id=id, timeout=LONG)
    try:
        live.wait_for_message(max(SHORTEST, patience))
        if live.reply.refused:
            raise Blocked(f"subscriptions/listen: {live.reply.outcome}", by="pattern-subscribe-supported")
        yield live
    finally:
        live.close()


def acknowledged(live: LiveReply, patience: float) -> JsonObject:
    """The acknowledgment of a subscription; *blocked* without one."""
    if not live.wait_for_message(max(SHORTEST, patience), ACKNOWLEDGED):
        raise Blocked("the subscription is not acknowledged", by="sub-ack-first")
    return next(one for one in live.reply.notifications if one["method"] == ACKNOWLEDGED)
