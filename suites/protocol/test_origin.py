"""The Origin header (basic/transports#security-warning; streamable-http#security--endpoint of 2026-07-28)."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest

from conformance.checks import expect, need_result, not_applicable, not_testable, requirement, revisions
from conformance.checks.http_probes import judged, plain_methods
from conformance.protocol.legacy import handshake
from conformance.protocol.peer import Peer
from conformance.protocol.reply import Reply
from conformance.protocol.revisions import LEGACY
from conformance.target.profile import Surface, TargetProfile
from conformance.wire.channel import Channel

EVIL = "http://evil.example"
LEGACY_ONLY = revisions(LEGACY[0], LEGACY[-1])

Answers = dict[str, Reply]


def foreign_origins(url: str) -> list[str]:
    """Origins that no sane list holds: a stranger, an opaque one, and names that only look like the target's own."""
    host = urlsplit(url).hostname or "localhost"
    alike = [f"http://{host}.evil.example", "http://localhost.evil.example"]
    if not host.replace(".", "").isdigit() and ":" not in host:
        alike.append(f"http://evil-{host}")
    return [EVIL, f"{EVIL}:{urlsplit(url).port or 80}", "null", *dict.fromkeys(alike)]


@pytest.fixture(scope="module")
def answers() -> Answers:
    """Replies to requests with a foreign Origin, by revision and Origin, so that each is sent only once; 404 may
    have been about the session."""
    return {}


def _replies(peer: Peer, surface: Surface, url: str, answers: Answers) -> Iterator[tuple[str, Reply]]:
    """Where the same request without an Origin is served, a 401 is about the Origin as well."""
    cheap, *others = plain_methods(surface)
    for method, origins in [(cheap, foreign_origins(url)), *((other, [EVIL]) for other in others)]:
        need_result(peer.request(method))
        for origin in origins:
            key = f"{peer.revision} {method} {origin}"
            if key not in answers or answers[key].status in (None, 404):
                answers[key] = peer.request(method, headers={"origin": origin}, probe=True)
            yield f"{method} with Origin: {origin}", judged(answers[key], 401, 403)


@requirement("http-origin-validated")
def test_request_with_foreign_origin_is_not_processed(
    peer: Peer, surface: Surface, target: TargetProfile, answers: Answers
) -> None:
    """A request that a foreign web page sent is not carried out."""
    for what, reply in _replies(peer, surface, target.url, answers):
        expect(reply).refused(what)


@requirement("http-origin-validated")
@LEGACY_ONLY
def test_initialize_with_foreign_origin_opens_no_session(
    channel: Channel, revision: str, target: TargetProfile
) -> None:
    """A foreign web page cannot open a session."""
    stranger = channel.with_headers({"origin": EVIL})
    shake = handshake(stranger, revision, complete=False)
    try:
        expect(judged(shake.initialize, 403)).refused(f"initialize with Origin: {EVIL}")
    finally:
        shake.peer.dialect.close(channel)


@requirement("http-origin-validated")
@LEGACY_ONLY
def test_get_with_foreign_origin_opens_no_stream(new_peer: Callable[..., Peer], target: TargetProfile) -> None:
    """A foreign web page cannot listen."""
    live = new_peer().listen(headers={"origin": EVIL})
    try:
        live.wait_for_head(max(2.0, target.grace))
    finally:
        reply = live.close()
    opened = reply.status == 200 and reply.exchange.is_stream
    expect(reply).that(not opened, f"no event stream for a GET with Origin: {EVIL}")


@requirement("http-origin-validated")
@LEGACY_ONLY
def test_delete_with_foreign_origin_ends_no_session(new_peer: Callable[..., Peer]) -> None:
    """A foreign web page cannot end a session, whatever it is told."""
    peer = new_peer()
    if "mcp-session-id" not in peer.dialect.headers(None):
        not_applicable("the server gives no session id")
    need_result(peer.request("ping"))
    ended = Reply(peer.http("DELETE", headers={"origin": EVIL}))
    expect(ended).that(ended.refused or (ended.status or 0) >= 300, f"no success for a DELETE with Origin: {EVIL}")
    after = peer.request("ping", probe=True)
    expect(after).that(after.has_result, f"the session to live on after a DELETE with Origin: {EVIL}")


@requirement("http-origin-invalid-403")
def test_foreign_origin_is_403(peer: Peer, surface: Surface, target: TargetProfile, answers: Answers) -> None:
    """The refusal of a foreign Origin has status 403."""
    refused = [(what, reply) for what, reply in _replies(peer, surface, target.url, answers) if reply.refused]
    for what, reply in refused:
        expect(reply).that(reply.status == 403, f"HTTP 403 to {what}")
    if not refused:
        not_testable("no foreign Origin was refused")
