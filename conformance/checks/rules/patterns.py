"""Message patterns: every interaction begins with the client (2026-07-28 basic/patterns/index)."""

from conformance.checks.invariants import invariant
from conformance.protocol.reply import Reply
from conformance.wire.channel import Context


@invariant("pattern-no-server-requests")
def servers_send_no_requests(reply: Reply, context: Context) -> list[str] | None:
    """Requests on a stream are judged by http-sse-no-server-requests."""
    if not reply.messages:
        return None
    if reply.exchange.is_stream:
        return []
    return [f"{one['method']} is sent as a request in the answer to {reply.method}" for one in reply.requests]
