"""Streamable HTTP from 2025-03-26 to 2025-11-25 (basic/transports#streamable-http)."""

from collections.abc import Callable

from conformance.checks import expect, need_result, not_applicable, not_testable, requirement
from conformance.checks.http_probes import judged, often_streamed, plain_methods
from conformance.checks.rules.http_answers import REDIRECTS
from conformance.protocol.messages import SESSION_HEADER, VERSION_HEADER, notification, result_response
from conformance.protocol.peer import Peer
from conformance.protocol.reply import LiveReply, Reply
from conformance.target.config import RunConfig
from conformance.target.profile import Surface, TargetProfile

NewPeer = Callable[..., Peer]

INVALID_VERSIONS = ("1999-01-01", "2099-12-31", "not-a-version")


@requirement("http-get-sse-or-405")
def test_get_opens_a_stream_or_is_405(new_peer: NewPeer, target: TargetProfile) -> None:
    """GET on the endpoint gives an event stream, or 405."""
    reply = _get(new_peer().listen(), target)
    if reply.status in REDIRECTS:
        not_testable("GET is redirected, which another rule judges")

    expect(reply).status(200, 405)
    if reply.status == 200:
        expect(reply).media_type("text/event-stream")


def _get(live: LiveReply, target: TargetProfile) -> Reply:
    """What GET is answered with; a server may hold the head of a silent stream back, which tells nothing."""
    try:
        if not live.wait_for_head(max(2.0, target.grace)) and live.pending.exchange.ending is None:
            not_testable("GET is not answered before there is something to send")
    finally:
        reply = live.close()
    return judged(reply)


@requirement("http-notification-reject-status")
def test_what_is_not_accepted_gets_an_error_status(peer: Peer) -> None:
    """Notifications and responses that the server has no use for are taken (202), or refused by status."""
    stimuli = {
        "a notification of an unknown method": notification("notifications/conformance/unknown"),
        "a cancellation of an unknown request": notification(
            "notifications/cancelled", {"requestId": "conformance-unknown", "reason": "probe"}
        ),
        "a response to no request": result_response("conformance-unknown", {}),
    }
    for what, message in stimuli.items():
        reply = peer.send(message)
        refused = reply.error is not None
        expect(reply).answered().that(
            not refused or (reply.status or 0) >= 400, f"{what} to be accepted, or refused with an HTTP error status"
        )


@requirement("http-version-header-invalid-400")
def test_invalid_version_header_is_400(peer: Peer, surface: Surface, target: TargetProfile) -> None:
    """A version that the server cannot know is refused with 400, on POST and on GET."""
    cheap, *others = plain_methods(surface)
    for method, versions in [(cheap, INVALID_VERSIONS), *((other, INVALID_VERSIONS[:1]) for other in others)]:
        need_result(peer.request(method))
        for version in versions:
            reply = peer.request(method, headers={VERSION_HEADER: version}, probe=True)
            expect(judged(reply)).that(reply.status == 400, f"HTTP 400 to {method} with MCP-Protocol-Version {version}")
    live = peer.listen(headers={VERSION_HEADER: INVALID_VERSIONS[0]})
    reply = _get(live, target)
    unjudged = reply.status in (400, 405, 409) or not reply.exchange.is_stream
    expect(reply).that(unjudged, f"no stream for a GET with MCP-Protocol-Version {INVALID_VERSIONS[0]}")


@requirement("http-version-header-invalid-400")
def test_invalid_version_header_ends_no_session(new_peer: NewPeer) -> None:
    """A DELETE under a version that the server cannot know ends no session."""
    peer = new_peer()
    if peer.dialect.headers(None).get(SESSION_HEADER) is None:
        not_applicable("the server gives no session id")
    ended = Reply(peer.http("DELETE", headers={VERSION_HEADER: INVALID_VERSIONS[0]}))
    kept = (ended.status or 0) >= 300
    expect(ended).that(kept, f"no success for a DELETE with MCP-Protocol-Version {INVALID_VERSIONS[0]}")


@requirement("http-version-header-missing-assume")
def test_missing_version_header_is_not_an_error(peer: Peer, target: TargetProfile) -> None:
    """Without the header the server goes by the session, or assumes 2025-03-26."""
    need_result(peer.request("ping"))
    reply = judged(peer.request("ping", headers={VERSION_HEADER: None}, probe=True))
    has_session = peer.dialect.headers(None).get(SESSION_HEADER) is not None
    if not has_session and not reply.has_result and "2025-03-26" not in target.surfaces:
        not_applicable("there is no session to go by, and 2025-03-26 is not spoken")
    expect(reply).result()


@requirement("http-sse-close-after-response")
def test_stream_ends_after_the_response(
    peer: Peer, surface: Surface, target: TargetProfile, run_config: RunConfig
) -> None:
    """Once the response is out, the server ends the stream."""
    streams = 0
    for live in often_streamed(peer, surface, run_config):
        try:
            need_result(live.wait_for_response(peer.channel.timeout))
            if live.reply.exchange.is_stream:
                streams += 1
                ended = live.wait_end(max(2.0, target.grace))
                expect(live.reply).that(ended, f"the end of the stream after the response to {live.message['method']}")
        finally:
            live.close()
    if not streams:
        not_applicable("no request was answered by a stream")
