"""Ping (basic/utilities/ping); 2026-07-28 has none."""

from collections.abc import Callable
from typing import Any

import pytest

from conformance.checks import expect, requirement
from conformance.checks.served import expect_empty
from conformance.protocol.legacy import Handshake
from conformance.protocol.peer import Peer

REMOVED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("ping", {}),
    ("logging/setLevel", {"level": "info"}),
    ("resources/subscribe", {"uri": "conformance://nothing"}),
    ("resources/unsubscribe", {"uri": "conformance://nothing"}),
)
"""Methods of the legacy era that went away; initialize is not among them, as servers may speak both eras."""


@requirement("ping-respond-empty")
def test_ping_is_answered_with_an_empty_result(peer: Peer, shake_hands: Callable[..., Handshake]) -> None:
    """A ping is answered promptly with an empty result, whatever type its id has and with params or without."""
    for params, id in ((None, None), ({}, "ping-1"), ({"_meta": {}}, None)):
        reply = peer.request("ping", params, id=id)
        expect_empty(reply, shake_hands, "an empty result")


@requirement("ping-removed-modern")
@pytest.mark.parametrize(("method", "params"), REMOVED, ids=[method for method, _ in REMOVED])
def test_removed_methods_are_gone(peer: Peer, method: str, params: dict[str, Any]) -> None:
    """What 2026-07-28 took out is not served under it."""
    reply = peer.request(method, params, probe=True)

    expect(reply).that(not reply.has_result, f"{method} to be unknown in {peer.revision}")
