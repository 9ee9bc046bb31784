"""Every message of the server is valid against the schema of the revision in force."""

from conformance.checks.invariants import invariant
from conformance.protocol.reply import Reply
from conformance.protocol.schemas import check_message
from conformance.wire.channel import Context


@invariant("schema-server-messages-valid")
def messages_are_valid(reply: Reply, context: Context) -> list[str] | None:
    """Problems that no more specific rule claims."""
    if not reply.messages or not context.revision:
        return None
    found = [
        problem
        for message in reply.messages
        for problem in check_message(context.revision, message, sender="server", request_method=reply.method)
    ]
    return [f"{reply.method or 'message'}{one.path}: {one.message}" for one in found]
