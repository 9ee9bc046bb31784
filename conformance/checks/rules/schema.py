"""Every message of the server is valid against the schema of the revision in force."""

from conformance.checks.invariants import invariant
from conformance.checks.rules.claims import GENERAL, claimed
from conformance.checks.rules.force import judged_messages
from conformance.protocol.reply import Reply
from conformance.wire.channel import Context


@invariant(GENERAL)
def messages_are_valid(reply: Reply, context: Context) -> list[str] | None:
    """Problems that no more specific rule claims."""
    if next(judged_messages(reply, context), None) is None:
        return None
    return claimed(GENERAL, reply, context)
