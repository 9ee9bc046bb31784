"""What came back for one request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter_ns as now_ns

from conformance.wire.sse import Comment, Event, EventStreamParser

EVENT_STREAM = b"text/event-stream"


def is_event_stream(headers: Mapping[bytes, bytes]) -> bool:
    """By names of headers in lower case; the name of a media type has no case (RFC 9110, 8.3.1)."""
    return headers.get(b"content-type", b"").lower().startswith(EVENT_STREAM)


class NoAnswer(Exception):
    """The connection ended before the answer did, or never was; the message says which."""


class TooLate(Exception):
    """The answer was not complete within its time."""


@dataclass(slots=True)
class Answer:
    """An HTTP answer; times are nanoseconds of the monotonic clock. `body` is empty for event streams, whose
    messages are in `events`, without those that have no data."""

    sent_ns: int
    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""
    ended_ns: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0
    reused: bool = False
    stream: "StreamLog | None" = None

    def header(self, name: bytes) -> str | None:
        """`name` in lower case."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")


class StreamLog:
    """Reads an event stream as it comes. Keeps counts and times; of the events only the last one."""

    __slots__ = ("_parser", "beats", "events", "first_event_ns", "largest_gap_ns", "last_ns", "opened_ns")

    def __init__(self, opened_ns: int) -> None:
        self._parser = EventStreamParser()
        self.opened_ns = opened_ns
        self.last_ns = opened_ns
        self.first_event_ns: int | None = None
        self.largest_gap_ns = 0
        self.events = 0
        self.beats = 0

    def feed(self, chunk: bytes) -> list[str]:
        """The data of the events that the chunk completes."""
        now = now_ns()
        found: list[str] = []
        for one in self._parser.feed(chunk, 0.0):
            self._heard(now)
            if isinstance(one, Comment):
                self.beats += 1
            elif isinstance(one, Event) and one.data:
                self.events += 1
                found.append(one.data)
                if self.first_event_ns is None:
                    self.first_event_ns = now
        return found

    def _heard(self, now: int) -> None:
        self.largest_gap_ns = max(self.largest_gap_ns, now - self.last_ns)
        self.last_ns = now
