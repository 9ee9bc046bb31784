"""What a request has to be served with: the same as an ordinary one, or an empty result."""

from collections.abc import Callable

from conformance.checks.expect import expect, need_result
from conformance.protocol.legacy import Handshake
from conformance.protocol.peer import Peer
from conformance.protocol.reply import Reply

OF_INITIALIZE = frozenset({"protocolVersion", "capabilities", "serverInfo", "instructions"})


def expect_served(reply: Reply, peer: Peer, what: str) -> None:
    """A result came; where none did, and the ordinary request gets none either, the test is blocked."""
    if not reply.has_result:
        need_result(peer.request(str(reply.method)))
        expect(reply).that(False, f"a result for {what}")


def expect_empty(reply: Reply, shake_hands: Callable[..., Handshake], what: str) -> None:
    """A result came, without data. Results are open, so what the server adds to that of initialize as well is none."""
    if data := set(expect(reply).result()) - {"_meta", "resultType"}:
        everywhere = set(need_result(shake_hands().initialize)) - OF_INITIALIZE
        expect(reply).that(data <= everywhere, what, reply.result)
