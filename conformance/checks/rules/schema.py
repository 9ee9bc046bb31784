"""Every message of the server is valid against the schema of the revision in force."""

from conformance.checks.invariants import invariant
from conformance.checks.shapes import shape_problems
from conformance.protocol.reply import Reply
from conformance.protocol.schemas import check_message
from conformance.wire.channel import Context


@invariant("schema-server-messages-valid")
def messages_are_valid(reply: Reply, context: Context) -> list[str] | None:
    """Problems that no more specific rule claims."""
    if not reply.messages or not context.revision:
        return None
    method, revision = reply.method or "message", context.revision
    envelopes = [
        f"{method}{one.path}: {one.message}"
        for message in reply.messages
        for one in check_message(revision, message, sender="server")
    ]
    return envelopes + [f"{method}/result{one}" for one in shape_problems(None, reply, revision) or ()]
