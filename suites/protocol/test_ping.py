"""Ping (basic/utilities/ping)."""

from conformance.checks import expect, requirement
from conformance.protocol.peer import Peer


@requirement("ping-respond-empty")
def test_ping_is_answered_with_an_empty_result(peer: Peer) -> None:
    """A ping is answered promptly with an empty result."""
    result = expect(peer.request("ping")).result()

    expect(peer.request("ping")).that(set(result) <= {"_meta"}, "an empty result", result)
