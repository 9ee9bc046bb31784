"""A variation of an ordinary request has to be served like the ordinary one."""

from conformance.checks.expect import expect, need_result
from conformance.protocol.peer import Peer
from conformance.protocol.reply import Reply


def expect_served(reply: Reply, peer: Peer, what: str) -> None:
    """A result came; where none did, and the ordinary request gets none either, the test is blocked."""
    if not reply.has_result:
        need_result(peer.request(str(reply.method)))
        expect(reply).that(False, f"a result for {what}")
