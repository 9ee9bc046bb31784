"""Message patterns that every server supports (2026-07-28 basic/patterns/index)."""

from conformance.checks import expect, requirement
from conformance.protocol.messages import INTERNAL_ERROR, INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND
from conformance.protocol.peer import Peer
from conformance.protocol.reply import Reply
from conformance.target.profile import TargetProfile


@requirement("pattern-subscribe-supported")
def test_listening_is_supported(peer: Peer, target: TargetProfile) -> None:
    """A filter that asks for nothing is fine with every server, also with one without change notifications."""
    listening = peer.start("subscriptions/listen", {"notifications": {}})
    listening.wait_for_message(max(2.0, target.grace))
    reply = listening.close()

    expect(reply).that(not _is_unserved(reply), "subscriptions/listen to be served")


def _is_unserved(reply: Reply) -> bool:
    """Other refusals, of too many streams or for lack of rights, say nothing about the method."""
    unserved = (METHOD_NOT_FOUND, INTERNAL_ERROR, INVALID_PARAMS, INVALID_REQUEST)
    return reply.error_code in unserved or reply.status in (404, 405, 500, 501)
