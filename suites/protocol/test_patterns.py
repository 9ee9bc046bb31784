"""Message patterns that every server supports (2026-07-28 basic/patterns/index)."""

from conformance.checks import expect, requirement
from conformance.protocol.messages import METHOD_NOT_FOUND
from conformance.protocol.peer import Peer
from conformance.target.profile import TargetProfile


@requirement("pattern-subscribe-supported")
def test_listening_is_supported(peer: Peer, target: TargetProfile) -> None:
    """subscriptions/listen is a known method, also of a server without change notifications."""
    listening = peer.start("subscriptions/listen", {"notifications": {}})
    listening.wait_for_message(max(2.0, target.grace))
    reply = listening.close()

    known = reply.error_code != METHOD_NOT_FOUND and reply.status != 404
    expect(reply).that(known, "subscriptions/listen to be served")
