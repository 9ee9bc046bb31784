"""Streamable HTTP of 2026-07-28 (basic/transports/streamable-http): statuses, and the end of the older transport."""

from typing import Any

from conformance.checks import code_of, expect, need_result, not_applicable, not_testable, requirement
from conformance.checks.http_probes import judged, often_streamed, plain_methods
from conformance.checks.outcomes import Blocked
from conformance.protocol.messages import META_VERSION, SESSION_HEADER, VERSION_HEADER, notification
from conformance.protocol.peer import Peer
from conformance.protocol.reply import Reply
from conformance.protocol.resumption import LAST_EVENT_ID
from conformance.protocol.revisions import LEGACY
from conformance.target.config import RunConfig
from conformance.target.profile import Surface, TargetProfile

DISCOVER = "server/discover"
UNSUPPORTED_VERSIONS = ("1900-01-01", "2099-12-31")
UNKNOWN_METHODS = ("conformance/no-such-method", "tools/no-such-method")


def _with_version(peer: Peer, header: str, body: str) -> Reply:
    """server/discover with these versions in header and body."""
    params = {"_meta": {META_VERSION: body}}
    return judged(peer.request(DISCOVER, params, headers={VERSION_HEADER: header}, probe=True))


@requirement("http-unsupported-version-400")
def test_unsupported_version_is_400(peer: Peer) -> None:
    """A version that the server does not implement is refused with status 400; that it is refused is another rule."""
    replies = {version: _with_version(peer, version, version) for version in UNSUPPORTED_VERSIONS}
    if all(reply.has_result for reply in replies.values()):
        raise Blocked("unsupported versions are served", by="version-unsupported-error")
    for version, reply in replies.items():
        wanted = f"HTTP 400 to a request of version {version}"
        expect(reply).answered().that(reply.status == 400 or reply.has_result, wanted)


@requirement("http-header-version-mismatch-400")
def test_version_header_that_differs_from_the_body_is_400(peer: Peer) -> None:
    """Header and body name different versions: 400 and HeaderMismatch.

    One of the two versions has to be an invented one, so UnsupportedProtocolVersionError is lawful as well.
    """
    for header, body in ((peer.revision, "2099-12-31"), ("2099-12-31", peer.revision)):
        reply = _with_version(peer, header, body)
        wanted = f"HTTP 400 with HeaderMismatch (-32020) when the header says {header} and the body {body}"
        expect(reply).that(reply.status == 400 and code_of(reply) in (-32020, -32022), wanted)


@requirement("http-unknown-method-404")
def test_unknown_method_is_404(peer: Peer) -> None:
    """A method that the server does not implement is answered with status 404 and a JSON-RPC error."""
    for method in UNKNOWN_METHODS:
        reply = judged(peer.request(method, probe=True))
        expect(reply).that(
            reply.status == 404 and reply.error is not None, f"HTTP 404 with a JSON-RPC error to {method}"
        )


@requirement("http-notification-202-empty")
def test_notification_is_202_or_refused(peer: Peer) -> None:
    """A notification that is accepted gets 202 and no body; it may be refused, as the core defines none.

    An error with a success status, and a JSON-RPC response with 202, break rules of their own.
    """
    message = peer.dialect.dress(notification("notifications/conformance/unknown"))
    reply = peer.send(message)

    expect(reply).answered()
    if 200 <= (reply.status or 0) < 300 and reply.error is None:
        expect(reply).status(202)
        answers = [one for one in reply.responses if "id" in one]
        expect(reply).that(answers or not reply.exchange.body, "an empty body")


@requirement("http-sse-final-response-terminates")
def test_stream_ends_with_the_response(
    peer: Peer, surface: Surface, target: TargetProfile, run_config: RunConfig
) -> None:
    """The final response is the end of the stream."""
    for live in often_streamed(peer, surface, run_config):
        try:
            need_result(live.wait_for_response(peer.channel.timeout))
            if live.reply.exchange.is_stream:
                ended = live.wait_end(max(2.0, target.grace))
                expect(live.reply).that(ended, f"the end of the stream after the response to {live.message['method']}")
        finally:
            live.close()


@requirement("transport-binding-delivery")
def test_every_request_gets_its_response(peer: Peer, surface: Surface) -> None:
    """Requests arrive at the server and their responses arrive at the client."""
    for method in plain_methods(surface):
        reply = peer.request(method)
        expect(reply).answered().response()


def _only_modern(target: TargetProfile) -> None:
    """These rules are for servers that speak nothing older; a run over some revisions only cannot tell."""
    spoken = [revision for revision in LEGACY if revision in target.surfaces]
    if spoken:
        not_applicable(f"the server speaks {', '.join(spoken)} as well")
    if any(revision not in target.not_spoken for revision in LEGACY):
        not_testable("only a run over all revisions shows whether the server speaks an older one")


@requirement("http-modern-get-delete-405")
def test_get_and_delete_are_405(peer: Peer, target: TargetProfile) -> None:
    """A server without the older transport answers GET and DELETE with 405."""
    _only_modern(target)
    for method in ("GET", "DELETE"):
        exchange = peer.http(method, headers={"accept": "text/event-stream"}, timeout=max(2.0, target.grace))
        reply = judged(Reply(exchange))
        expect(reply).that(reply.status == 405, f"HTTP 405 to {method}")


@requirement("http-modern-ignore-session-header")
def test_session_header_is_ignored(peer: Peer, target: TargetProfile) -> None:
    """A session id changes nothing, and none is given or sent back."""
    _only_modern(target)
    _ignored(peer, {SESSION_HEADER: "conformance-0123456789abcdef"})


@requirement("http-modern-ignore-last-event-id")
def test_last_event_id_is_ignored(peer: Peer, target: TargetProfile) -> None:
    """There are no resumable streams, so the header changes nothing."""
    _only_modern(target)
    _ignored(peer, {LAST_EVENT_ID: "conformance-1"})


def _ignored(peer: Peer, headers: dict[str, Any]) -> None:
    need_result(peer.request(DISCOVER))
    reply = judged(peer.request(DISCOVER, headers=headers, probe=True))
    expect(reply).no_header(SESSION_HEADER).result()
