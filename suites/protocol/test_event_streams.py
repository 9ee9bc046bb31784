"""Event streams from 2025-03-26 to 2025-11-25: who gets which message, and how a stream is resumed
(basic/transports#multiple-connections, #resumability-and-redelivery)."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from conformance.checks import (
    expect,
    need_result,
    not_applicable,
    not_testable,
    requirement,
    shorten,
    slow,
    timing,
    violation,
)
from conformance.checks.flow import is_progress_of
from conformance.checks.http_probes import plain_methods
from conformance.checks.outcomes import Blocked
from conformance.checks.rules.force import sent_header
from conformance.protocol.messages import SESSION_HEADER, JsonObject
from conformance.protocol.peer import Peer, call_params
from conformance.protocol.reply import LiveReply, Reply
from conformance.protocol.resumption import LAST_EVENT_ID, resumes
from conformance.target.config import RunConfig
from conformance.target.profile import Surface, TargetProfile
from conformance.target.roles import Filled, fill
from conformance.wire.exchange import Exchange

NewPeer = Callable[..., Peer]
Role = Callable[[str], Filled]


@contextmanager
def _listening(peer: Peer, target: TargetProfile) -> Iterator[LiveReply]:
    """An open GET stream; not applicable when the server offers none."""
    live = peer.listen(timeout=60.0)
    try:
        live.wait_for_head(max(2.0, target.grace))
        if not live.reply.exchange.is_stream or live.reply.status != 200:
            not_applicable(f"the server offers no GET stream (status {live.reply.status})")
        yield live
    finally:
        live.close()


def _call(peer: Peer, played: Filled, token: str) -> LiveReply:
    """Start the tool that plays a role, with progress under this token."""
    params = call_params(played.item, played.arguments, {"progressToken": token})
    return peer.start("tools/call", params, timeout=60.0)


def _tokens(reply: Reply) -> list[Any]:
    """The tokens of the progress notifications in an answer."""
    reports = [one for one in reply.notifications if one["method"] == "notifications/progress"]
    return [(one.get("params") or {}).get("progressToken") for one in reports]


@requirement("http-get-no-response-unless-resume")
def test_get_stream_carries_no_response(new_peer: NewPeer, surface: Surface, target: TargetProfile) -> None:
    """Responses to POSTs are not sent on a GET stream that is open meanwhile."""
    peer = new_peer()
    with _listening(peer, target) as live:
        for method in plain_methods(surface):
            peer.request(method)
        live.pending.wait_end(target.settle)
        expect(live.reply).that(not live.reply.responses, "no JSON-RPC response on the GET stream")


@requirement("http-one-stream-per-message")
@slow
def test_messages_of_a_request_go_to_one_stream(
    new_peer: NewPeer, surface: Surface, target: TargetProfile, run_config: RunConfig
) -> None:
    """What a tool call sends on its own stream, progress or log messages, is not sent on the GET stream as well."""
    filled = [fill(key, surface, run_config) for key in ("progress-tool", "logging-tool")]
    talkative = [played for played in filled if played is not None]
    if not talkative:
        not_testable("bind role progress-tool or logging-tool to a tool that sends notifications while it runs")
    peer = new_peer()
    if surface.declares("logging"):
        peer.request("logging/setLevel", {"level": "debug"})
    with _listening(peer, target) as live:
        calls = [_call(peer, played, f"conformance-{played.name}") for played in talkative]
        for call in calls:
            need_result(call.wait_for_response(60.0))
        live.pending.wait_end(target.settle)
        copies = [one for call in calls for one in call.close().notifications if one in live.reply.notifications]
        expect(live.reply).that(not copies, "each message on one stream only", copies)


@requirement("http-get-messages-unrelated")
@slow
def test_progress_of_a_call_is_not_sent_on_the_get_stream(new_peer: NewPeer, role: Role, target: TargetProfile) -> None:
    """What belongs to a running request goes to the stream of that request."""
    played = role("progress-tool")
    peer = new_peer()
    with _listening(peer, target) as live:
        call = _call(peer, played, "conformance-unrelated")
        need_result(call.wait_for_response(60.0))
        live.pending.wait_end(target.settle)
        call.close()
        strays = "conformance-unrelated" in _tokens(live.reply)
        expect(live.reply).that(not strays, "no progress of a running request on the GET stream")


@requirement("http-no-broadcast")
@timing
@slow
def test_a_change_is_announced_on_one_stream(new_peer: NewPeer, role: Role, target: TargetProfile) -> None:
    """One change of the tool list is announced on one of the streams of a client, not on all of them."""
    played = role("tool-list-changer")
    peer = new_peer()
    with _listening(peer, target) as first:
        second = peer.listen(timeout=60.0)
        second.wait_for_head(max(2.0, target.grace))
        call = peer.start("tools/call", call_params(played.item, played.arguments, {}))
        try:
            need_result(call.wait_for_response(peer.channel.timeout))
            first.wait_for_message(target.grace)
            first.pending.wait_end(target.settle)
            counts = [_changes(one.reply) for one in (first, second, call)]
        finally:
            second.close()
            call.close()
            peer.call_tool(played.item, played.arguments)
    if not any(counts):
        not_testable("the change was not announced on any stream")
    expect(first.reply).that(sum(map(bool, counts)) == 1, "the announcement on one stream only", counts)


def _changes(reply: Reply) -> int:
    return sum(one["method"] == "notifications/tools/list_changed" for one in reply.notifications)


@requirement("http-event-id-unique")
def test_event_ids_are_unique_in_a_session(
    new_peer: NewPeer, surface: Surface, target: TargetProfile, run_config: RunConfig
) -> None:
    """No event id occurs twice, on whichever streams of the session."""
    peer = new_peer()
    live = peer.listen(timeout=60.0)
    try:
        live.wait_for_head(max(1.0, target.grace))
        for method in (*plain_methods(surface), "ping"):
            peer.request(method)
        if played := fill("progress-tool", surface, run_config):
            for token in PAIR:
                call = _call(peer, played, token)
                call.wait_for_response(60.0)
                call.close()
    finally:
        live.close()
    ids = _event_ids(peer)
    if not ids:
        not_applicable("the server attaches no ids to events")
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        violation("event ids that are unique over all streams of a session", f"seen twice: {shorten(twice, 200)}")


def _event_ids(peer: Peer) -> list[str]:
    """The event ids of all streams of a session, or client, leaving out what resumed streams repeat."""
    session = peer.dialect.headers(None).get(SESSION_HEADER)
    streams = [one.exchange for one in peer.channel.record if _session_of(one.exchange) == session]
    return [event.id for exchange in streams if not resumes(exchange) for event in exchange.events if event.id]


def _session_of(exchange: Exchange) -> str | None:
    """The session that a request belongs to, or begins."""
    return next(iter(sent_header(exchange, SESSION_HEADER)), None) or exchange.header(SESSION_HEADER)


PAIR = ("conformance-a", "conformance-b")
"""The progress tokens of two calls that run at once."""


@dataclass(frozen=True, slots=True)
class _Resumed:
    """A finished stream of a call, and what came when it was resumed by its first event id."""

    token: str
    original: Reply
    again: Reply


def _resume(peer: Peer, event_id: str, target: TargetProfile, patience: float) -> Reply:
    """Resume a stream; not testable when the server does not do that."""
    timeout = max(patience, target.grace)
    live = peer.listen(headers={LAST_EVENT_ID: event_id}, timeout=timeout + 5)
    try:
        live.wait_for_response(timeout)
        live.pending.wait_end(target.settle)
    finally:
        reply = live.close()
    if reply.status != 200 or not reply.exchange.is_stream:
        not_testable(f"the server does not resume streams (GET with Last-Event-ID: {reply.status})")
    return reply


def _need_unique(peer: Peer, event_id: str) -> None:
    """An id that another stream of the session has as well cannot tell which stream is meant."""
    if _event_ids(peer).count(event_id) > 1:
        raise Blocked("event ids are not unique in the session", by="http-event-id-unique")


def _resume_two(peer: Peer, played: Filled, target: TargetProfile) -> list[_Resumed]:
    """Run two calls at once, then resume the stream of each by its first event."""
    calls = {token: _call(peer, played, token) for token in PAIR}
    found = []
    for call in calls.values():
        need_result(call.wait_for_response(60.0))
        call.close()
    for token, call in calls.items():
        event_id = call.wait_for_event_id(0.0)
        if event_id is None:
            not_applicable("the server attaches no ids to events")
        _need_unique(peer, event_id)
        found.append(_Resumed(token, call.reply, _resume(peer, event_id, target, 1.0)))
    return found


def _of_others(resumed: _Resumed) -> list[JsonObject]:
    """Messages on the resumed stream that belong to the other call; an invented token is another defect."""
    own = (resumed.original.message["id"], (resumed.original.response or {}).get("id"))
    others = [token for token in PAIR if token != resumed.token]
    return [
        *(one for one in resumed.again.notifications if any(is_progress_of(one, token) for token in others)),
        *(one for one in resumed.again.responses if one.get("id") not in own),
    ]


@requirement("http-resume-no-cross-stream")
@slow
def test_resumed_stream_replays_its_own_messages(new_peer: NewPeer, role: Role, target: TargetProfile) -> None:
    """A stream that is resumed replays nothing of a stream that ran beside it."""
    for resumed in _resume_two(new_peer(), role("progress-tool"), target):
        strays = _of_others(resumed)
        expect(resumed.again).that(not strays, "only messages of the stream that is resumed", strays)


@requirement("http-event-id-encodes-stream")
@slow
def test_event_id_leads_to_its_stream(new_peer: NewPeer, role: Role, target: TargetProfile) -> None:
    """By its event id each of two streams is found again; what else is replayed is judged by itself."""
    both = _resume_two(new_peer(), role("progress-tool"), target)
    if not any(resumed.again.messages for resumed in both):
        not_testable("the server replays nothing")
    for resumed in both:
        own = len(resumed.again.messages) > len(_of_others(resumed))
        expect(resumed.again).that(own, "the messages of the stream that the event id belongs to")


def _interrupt(peer: Peer, played: Filled) -> tuple[LiveReply, str]:
    """Start a call and drop its connection as soon as its stream has an event id."""
    call = _call(peer, played, "conformance-cut")
    event_id = call.wait_for_event_id(10.0)
    finished = call.close().response is not None
    if event_id is None:
        not_applicable("the server attaches no ids to events")
    _need_unique(peer, event_id)
    if finished:
        not_testable("the tool was done before the connection could be dropped")
    return call, event_id


@requirement("http-disconnect-not-cancel")
@timing
@slow
def test_disconnect_does_not_cancel(new_peer: NewPeer, role: Role, target: TargetProfile) -> None:
    """A call goes on when its connection is lost: the result can be had by resuming the stream."""
    peer = new_peer()
    call, event_id = _interrupt(peer, role("slow-tool"))
    again = _resume(peer, event_id, target, 10.0)
    own = [one for one in again.responses if one.get("id") == call.message["id"]]
    if not own:
        not_testable("the resumed stream held no response, so what became of the call is not seen")

    expect(again).that("result" in own[0], "the result of the call that lost its connection")


@requirement("http-resume-always-get")
@timing
@slow
def test_post_stream_is_resumed_by_get(new_peer: NewPeer, role: Role, target: TargetProfile) -> None:
    """The stream of a POST that was cut off goes on by GET with Last-Event-ID."""
    peer = new_peer()
    call, event_id = _interrupt(peer, role("progress-tool"))
    again = _resume(peer, event_id, target, 2.0)
    if not again.messages:
        not_testable("the server replays nothing, which it need not do")

    expect(again).that(
        any(one.get("id") == call.message["id"] for one in again.responses), "the response of the resumed request"
    )


@requirement("http-sse-retry-before-close")
def test_retry_comes_before_an_early_close(new_peer: NewPeer, role: Role) -> None:
    """A connection that is closed before the response has told how long to wait."""
    peer = new_peer()
    played = role("reconnection-tool")
    call = peer.start("tools/call", call_params(played.item, played.arguments, {}))
    began = time.monotonic()
    call.wait_end(10.0)
    reply = call.close()
    if reply.response is not None or reply.exchange.ending != "complete":
        not_testable(f"the stream was not closed early (within {time.monotonic() - began:.0f} s)")

    expect(reply).that(
        any(event.retry is not None for event in reply.exchange.events), "an event with a retry field before the close"
    )
