"""Sessions of Streamable HTTP from 2025-03-26 to 2025-11-25 (basic/transports#session-management)."""

from collections.abc import Callable

from conformance.checks import expect, need_result, not_applicable, not_testable, requirement, timing
from conformance.checks.http_probes import judged, plain_methods
from conformance.checks.session_ids import weaknesses
from conformance.protocol.legacy import Handshake
from conformance.protocol.messages import SESSION_HEADER
from conformance.protocol.peer import Peer
from conformance.protocol.reply import Reply
from conformance.target.profile import Surface

SESSIONS = 4


def _session(peer: Peer) -> str:
    """The id of the peer's session; without one the rules of sessions do not apply."""
    session = peer.dialect.headers(None).get(SESSION_HEADER)
    return str(session) if session is not None else not_applicable("the server gives no session id")


@requirement("http-session-missing-400")
def test_request_without_session_id_is_400(peer: Peer) -> None:
    """A server that needs the session id says 400 when it is missing."""
    _session(peer)
    need_result(peer.request("ping"))
    reply = judged(peer.request("ping", headers={SESSION_HEADER: None}, probe=True), 401)
    if reply.has_result:
        not_applicable("the server serves requests without the session id")

    expect(reply).status(400)
    live = peer.listen(headers={SESSION_HEADER: None})
    live.wait_for_head(2.0)
    listened = live.close()
    opened = listened.status == 200 and listened.exchange.is_stream
    expect(listened).that(not opened, "no stream for a GET without the session id, which other requests need")


@requirement("http-session-terminated-404")
@timing
def test_terminated_session_is_404(new_peer: Callable[..., Peer], surface: Surface) -> None:
    """After a DELETE that succeeded, whatever carries the session id is answered 404."""
    peer = new_peer()
    _session(peer)
    for method in plain_methods(surface):
        need_result(peer.request(method))
    ended = peer.http("DELETE")
    if not 200 <= (ended.status or 0) < 300:
        not_testable(f"the server lets no client end a session (DELETE: {ended.status})")

    for what, reply in _with_ended_session(peer, surface):
        judged(reply)
        expect(reply).that(reply.status == 404, f"HTTP 404 to {what} with the id of an ended session")


def _with_ended_session(peer: Peer, surface: Surface) -> list[tuple[str, Reply]]:
    """Requests and a notification, and a GET if it is given a stream: other answers to GET are another rule's."""
    sent = [
        *((method, peer.request(method, probe=True)) for method in plain_methods(surface)),
        ("a notification", peer.notify("notifications/roots/list_changed", probe=True)),
    ]
    live = peer.listen()
    live.wait_for_head(2.0)
    listened = live.close()
    if listened.status == 200 and listened.exchange.is_stream:
        sent.append(("a GET", listened))
    return sent


@requirement("http-session-id-secure")
def test_session_ids_look_random(peer: Peer, shake_hands: Callable[..., Handshake]) -> None:
    """Session ids are unique, long, and do not count upwards."""
    ids = [_session(peer)]
    for _ in range(SESSIONS - 1):
        shake = shake_hands(complete=False)
        need_result(shake.initialize)
        ids.append(shake.session or not_applicable("not every session gets an id"))
    found = weaknesses(ids)

    expect(shake.initialize).that(not found, "session ids as from a secure random source", "; ".join(found))
