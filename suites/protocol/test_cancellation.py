"""Cancellation (basic/utilities/cancellation, 2026-07-28 basic/patterns/cancellation)."""

from collections.abc import Callable
from typing import Any

from conformance.checks import (
    describe,
    expect,
    need_result,
    not_testable,
    requirement,
    revisions,
    slow,
    timing,
    violation,
)
from conformance.checks.cancelling import FIRST_STEP, Cancelled, cancel_one_of_two, settled, steps_in
from conformance.checks.flow import PROGRESS
from conformance.checks.http_probes import cheap_method, judged, plain_methods
from conformance.checks.outcomes import Blocked
from conformance.protocol.messages import JsonObject, fresh_id, notification, same_id
from conformance.protocol.peer import Peer, call_params
from conformance.protocol.reply import Reply
from conformance.target.profile import Surface, TargetProfile
from conformance.target.roles import Filled

NewPeer = Callable[..., Peer]
Role = Callable[[str], Filled]

CANCELLED = "notifications/cancelled"
LEGACY = ("2024-11-05", "2025-11-25")

_observed: dict[tuple[str, str], Cancelled] = {}
"""Three rules are judged by one observation of a slow tool: by URL and revision."""

_repeated: set[tuple[str, str]] = set()
"""Where a second observation was made, because the first spoke against the server."""


@requirement("cancel-ignore-invalid")
@revisions(*LEGACY)
def test_invalid_cancellations_are_ignored(new_peer: NewPeer) -> None:
    """A cancellation of something unknown or finished, or a malformed one, has no effect and is no error."""
    peer = new_peer()
    finished = peer.request("ping")
    need_result(finished)
    for what, params in _invalid(finished):
        reply = judged(peer.send(notification(CANCELLED, params)))
        ignored = not reply.refused and reply.exchange.answered
        expect(reply).that(ignored, f"a cancellation with {what} to be ignored")
        alive = peer.request("ping")
        expect(alive).that(alive.has_result, f"the next request to be served after a cancellation with {what}")


def _invalid(finished: Reply) -> list[tuple[str, JsonObject | None]]:
    return [
        ("an unknown id", {"requestId": fresh_id() + 1_000_000, "reason": "conformance"}),
        ("an unknown text id", {"requestId": "conformance-unknown"}),
        ("the id of a finished request", {"requestId": finished.message["id"]}),
        ("an object for an id", {"requestId": {"id": 1}}),
        ("null for an id", {"requestId": None}),
        ("no id", {"reason": "conformance"}),
        ("no params", None),
    ]


@requirement("cancel-race-graceful")
@revisions(*LEGACY)
def test_cancellation_may_cross_the_response(new_peer: NewPeer, surface: Surface, target: TargetProfile) -> None:
    """A cancellation right after a request, or after its response, does no harm: at most one response, no lost
    session, and another request under the same rules is served."""
    peer, method = new_peer(), plain_methods(surface)[-1]
    for name in (cheap_method(peer.revision), method):
        _need_one_answer(peer.request(name))
    for _ in range(2):
        live = peer.start(method)
        peer.notify(CANCELLED, {"requestId": live.message["id"]})
        live.wait_for_response(target.grace)
        live.wait_end(target.settle)
        again = peer.notify(CANCELLED, {"requestId": live.message["id"]})
        reply = live.close()
        answers = _answers(reply)
        expect(reply).that(len(answers) <= 1, "at most one response to a cancelled request", answers)
        after = _after(peer, method)
        if not after.has_result:
            _need_long_sessions(new_peer(), method)
            violation(f"{after.method} to be served after a cancellation", describe(after), again)


def _after(peer: Peer, method: str) -> Reply:
    """The answer to what comes after a cancellation: a cheap request and another, the first that fails."""
    served = judged(peer.request(cheap_method(peer.revision)))
    return judged(peer.request(method)) if served.has_result else served


def _need_long_sessions(peer: Peer, method: str) -> None:
    """A session that ends may have ended by itself, unless others live on without a cancellation."""
    for _ in range(5):
        if not _after(peer, method).has_result:
            not_testable("sessions of this server do not last, with or without a cancellation")


def _answers(reply: Reply) -> list[JsonObject]:
    return [one for one in reply.responses if same_id(one.get("id"), reply.message["id"])]


def _need_one_answer(reply: Reply) -> None:
    need_result(reply)
    if len(_answers(reply)) > 1:
        raise Blocked(f"{reply.method} is always answered more than once", by="jsonrpc-request-answered")


@requirement("cancel-race-graceful")
@revisions("2026-07-28")
def test_leaving_at_any_time_does_no_harm(peer: Peer, surface: Surface) -> None:
    """A connection that is closed before its response is a cancellation; the next request is served."""
    method = plain_methods(surface)[-1]
    for name in (cheap_method(peer.revision), method):
        need_result(peer.request(name))
    for wait in (0.0, 0.005, 0.02):
        live = peer.start(method)
        live.wait_for_head(wait)
        live.close()
        after = _after(peer, method)
        expect(after).that(after.has_result, f"{after.method} to be served after a cancellation")


@requirement("cancel-no-response")
@revisions(*LEGACY)
@timing
@slow
def test_cancelled_request_is_not_answered(new_peer: NewPeer, role: Role, target: TargetProfile) -> None:
    """Neither a result nor an error follows for a call that was cancelled while it ran."""
    seen = _observe(new_peer, role, target)
    _judge(seen, not seen.call.responses, "no response to a cancelled request")


@requirement("cancel-stop-processing")
@revisions(*LEGACY)
@timing
@slow
def test_cancelled_request_is_not_worked_on(new_peer: NewPeer, role: Role, target: TargetProfile) -> None:
    """A call that was cancelled reports no more progress, while another goes on."""
    seen = _observe(new_peer, role, target)
    if not seen.steps_before:
        not_testable("the tool that plays slow-tool reported no progress before it was cancelled")
    steps = seen.steps_after(target.grace)
    _judge(seen, not steps, f"no progress of a cancelled request; it made {steps} more steps")


@requirement("cancel-only-named")
@revisions(*LEGACY)
@timing
@slow
def test_other_requests_go_on(new_peer: NewPeer, role: Role, target: TargetProfile) -> None:
    """A call that runs beside a cancelled one ends with its result."""
    seen = _observe(new_peer, role, target)
    _judge(seen, seen.beside.has_result, "the result of the call that was not cancelled", seen.beside)


def _observe(new_peer: NewPeer, role: Role, target: TargetProfile) -> Cancelled:
    played = role("slow-tool")
    peer = new_peer()
    key = (target.url, peer.revision)
    if key not in _observed:
        _observed[key] = cancel_one_of_two(peer, played, target.grace)
    return _observed[key]


def _judge(seen: Cancelled, holds: bool, expected: str, reply: Reply | None = None) -> None:
    """What speaks against the server is looked at anew, once, when the test is run a second time."""
    key = next((key for key, value in _observed.items() if value is seen), None)
    if not holds and key is not None and key not in _repeated:
        _repeated.add(key)
        del _observed[key]
    expect(reply or seen.call).that(holds, expected)


@requirement("cancel-http-disconnect-is-cancel")
@timing
def test_disconnect_cancels(peer: Peer, role: Role, target: TargetProfile) -> None:
    """Work on a request stops when the client leaves its response stream."""
    played, ticking = role("slow-tool"), role("ticking-resource")

    def read() -> int:
        return steps_in(lambda: need_result(peer.request("resources/read", {"uri": ticking.item["uri"]})))

    before = read()
    left, during = _leave_midway(peer, played, read)
    if during <= before:
        not_testable(f"{ticking.name} did not count while {played.name} ran")
    first, last = settled(read, target.grace)
    first, last = settled(read, target.grace) if last > first else (first, last)
    expect(left).that(last == first, "no more steps once the client has left", f"{last - first} more steps")


def _leave_midway(peer: Peer, played: Filled, read: Callable[[], int]) -> tuple[Reply, Any]:
    """Start a call, leave after its first step; what the counter said just before."""
    params = call_params(played.item, played.arguments, {"progressToken": "conformance-leaving"})
    headers = peer.tool_headers(played.item, played.arguments)
    live = peer.start("tools/call", params, headers=headers, timeout=2 * peer.channel.timeout)
    try:
        live.wait_for_message(FIRST_STEP, PROGRESS)
        during = read()
        if live.reply.response is not None or live.reply.exchange.ending is not None:
            not_testable(f"{played.name} was done before its stream could be closed: {live.reply.outcome}")
    finally:
        live.close()
    return live.reply, during
