"""Every message of the server is valid against the schema of the revision in force."""

from conformance.checks.invariants import invariant
from conformance.checks.rules.claims import GENERAL, claimed
from conformance.protocol.reply import Reply
from conformance.wire.channel import Context


@invariant(GENERAL)
def messages_are_valid(reply: Reply, context: Context) -> list[str] | None:
    """Problems that no more specific rule claims."""
    if not reply.messages or not context.revision:
        return None
    return claimed(GENERAL, reply, context)
