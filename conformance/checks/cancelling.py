"""What becomes of a call that is cancelled while it runs, and of one that runs beside it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from conformance.checks.flow import PROGRESS, arrivals
from conformance.checks.outcomes import not_testable
from conformance.protocol.messages import JsonObject
from conformance.protocol.peer import Peer, call_params
from conformance.protocol.reply import LiveReply, Reply
from conformance.target.roles import Filled

FIRST_STEP = 5.0
"""Seconds to wait for the first sign that a call is running."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """`call` was cancelled while it ran, `beside` was not. `at` is when the cancellation had been accepted, in
    seconds since the request."""

    call: Reply
    beside: Reply
    at: float

    def steps_after(self, settle: float) -> int:
        """How often the cancelled call reported progress later than `settle` seconds after its cancellation."""
        return sum(at > self.at + settle for at, _ in arrivals(self.call.exchange, PROGRESS))

    @property
    def steps_before(self) -> int:
        return sum(at <= self.at for at, _ in arrivals(self.call.exchange, PROGRESS))


def cancel_one_of_two(peer: Peer, played: Filled, settle: float) -> Cancelled:
    """Run a slow tool twice at a time, cancel one of the calls once it runs, and wait for the end of the other."""
    call, beside = (_start(peer, played, token) for token in ("conformance-cancelled", "conformance-beside"))
    try:
        _wait_until_running(call, played)
        peer.notify("notifications/cancelled", {"requestId": call.message["id"], "reason": "conformance"})
        at = call.pending.now
        other = beside.wait_for_response(peer.channel.timeout)
        call.wait_end(settle)
        return Cancelled(call.reply, other, at)
    finally:
        call.close()
        beside.close()


def _start(peer: Peer, played: Filled, token: str) -> LiveReply:
    params = call_params(played.item, played.arguments, {"progressToken": token})
    headers = peer.tool_headers(played.item, played.arguments)
    return peer.start("tools/call", params, headers=headers, timeout=2 * peer.channel.timeout)


def _wait_until_running(call: LiveReply, played: Filled) -> None:
    """Until its first progress; a tool that reports none has run for a moment then."""
    call.wait_for_message(FIRST_STEP, PROGRESS)
    if call.reply.response is not None or call.reply.exchange.ending is not None:
        not_testable(f"{played.name} was done before it could be cancelled: {call.reply.outcome}")


def steps_in(read: Callable[[], JsonObject]) -> int:
    """The number in the text of a resource; *not testable* when there is none."""
    contents = read().get("contents")
    text = contents[0].get("text") if isinstance(contents, list) and contents else None
    if not isinstance(text, str) or not text.strip().isdecimal():
        not_testable("the resource that plays ticking-resource is no number")
    return int(text)


def settled(read: Callable[[], int], patience: float) -> tuple[int, int]:
    """A number now, and the same number after a while."""
    first = read()
    time.sleep(patience)
    return first, read()
