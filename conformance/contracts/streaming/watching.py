"""Watches a stream while it is open: when bytes came, and when it ended."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

from conformance.checks.outcomes import not_testable
from conformance.contracts.caller import Caller
from conformance.contracts.described import Described
from conformance.contracts.requests import dressed
from conformance.contracts.streaming.settings import HeartbeatForm
from conformance.wire.exchange import Exchange
from conformance.wire.http import Pending, Until

SPARE_S = 30
"""How much longer than it is watched a stream may last before the connection is given up, in seconds."""


@dataclass(slots=True)
class Watched:
    """`bytes_at` are the moments when bytes came, `until` the end of the watch; all in seconds since the request."""

    exchange: Exchange
    bytes_at: list[float] = field(default_factory=list)
    until: float = 0.0

    @property
    def ended(self) -> bool:
        """Whether the server ended the stream, not we."""
        return self.exchange.ending not in (None, "closed", "deadline")

    def signs(self, forms: tuple[HeartbeatForm, ...]) -> list[float]:
        """The moments of all signs of life; messages always are some."""
        if "bytes" in forms:
            return self.bytes_at
        found = [message.at for message in self.exchange.messages]
        if "comment" in forms:
            found += [comment.at for comment in self.exchange.comments]
        if "event" in forms:
            found += [event.at for event in self.exchange.events]
        return sorted(found)

    def largest_gap(self, forms: tuple[HeartbeatForm, ...]) -> float:
        """The longest silence, from the head of the answer to the end of the watch."""
        moments = [self.exchange.head_at or 0.0, *self.signs(forms), self.until]
        return max(later - earlier for earlier, later in pairwise(moments))


@contextmanager
def opened(caller: Caller, request: Described, longest_s: float) -> Iterator[Pending]:
    """A stream that is closed in the end; *not testable* when the request is not answered with one."""
    body, headers = dressed(caller, request)
    pending = caller.open(
        request.route, method=request.http_method, body=body, headers=headers, persona=request.persona,
        variables=request.variables, timeout=longest_s + SPARE_S,
    )  # fmt: skip
    try:
        pending.wait(lambda exchange: exchange.answered, caller.channel.timeout)
        if not pending.exchange.is_stream:
            status = pending.exchange.status
            not_testable(f"{request} is not answered with a stream (HTTP {status}); see streaming-media-type")
        yield pending
    finally:
        pending.close()


def watch(pending: Pending, until_s: float) -> Watched:
    """Watches a stream until it ends, or for `until_s` seconds since its request."""
    watched = Watched(pending.exchange)
    if pending.exchange.body:
        watched.bytes_at.append(pending.exchange.head_at or 0.0)
    while pending.exchange.ending is None and pending.now < until_s:
        if pending.wait(_more_than(len(pending.exchange.body)), until_s - pending.now):
            watched.bytes_at.append(pending.now)
    ended = pending.exchange.ended_at
    watched.until = pending.now if ended is None else ended
    return watched


def _more_than(seen: int) -> Until:
    return lambda exchange: len(exchange.body) > seen
