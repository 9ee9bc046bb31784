"""Incremental parser of `text/event-stream` (WHATWG HTML, 9.2.6 "Interpreting an event stream").

Ready-made decoders drop comments and tell nothing of malformed input; a harness has to see both, and when
each event came, so the parser is our own.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """One dispatched event. `at` is in seconds since the request was sent."""

    at: float
    data: str
    event: str = "message"
    id: str | None = None
    retry: int | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """A line that starts with a colon: a keep-alive that carries no event."""

    at: float
    text: str


class EventStreamParser:
    """Feed it bytes as they come, get the events and comments that they complete.

    An event that the end of the stream cuts off is not dispatched, as the standard demands; `unfinished` tells.
    Events without data are kept (`data == ""`) when they carry an id or a retry field, because resumption
    primes with them; clients do not dispatch those.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._buffer = ""
        self._start = True
        self._reset()

    def _reset(self) -> None:
        self._data: list[str] = []
        self._event = ""
        self._id: str | None = None
        self._retry: int | None = None

    @property
    def unfinished(self) -> bool:
        return bool(self._data or self._buffer)

    def feed(self, chunk: bytes, at: float) -> Iterator[Event | Comment]:
        self._buffer += self._decoder.decode(chunk)
        if self._start and self._buffer:
            self._buffer = self._buffer.removeprefix("\ufeff")
            self._start = False
        for line in self._complete_lines():
            if line.startswith(":"):
                yield Comment(at, line[1:].strip())
            elif line:
                self._field(line)
            elif event := self._dispatch(at):
                yield event

    def _complete_lines(self) -> Iterator[str]:
        """Lines end with CRLF, LF or CR; a CR at the end of the buffer may be half of a CRLF."""
        text = self._buffer
        begin = 0
        while True:
            ends = [at for at in (text.find("\n", begin), text.find("\r", begin)) if at >= 0]
            if not ends:
                break
            end = min(ends)
            if text[end] == "\r" and end + 1 == len(text):
                break
            width = 2 if text.startswith("\r\n", end) else 1
            yield text[begin:end]
            begin = end + width
        self._buffer = text[begin:]

    def _field(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._event = value
        elif name == "id" and "\0" not in value:
            self._id = value
        elif name == "retry" and value.isascii() and value.isdigit():
            self._retry = int(value)

    def _dispatch(self, at: float) -> Event | None:
        data, event, event_id, retry = self._data, self._event, self._id, self._retry
        self._reset()
        if not data and event_id is None and retry is None:
            return None
        return Event(at, "\n".join(data), event or "message", event_id, retry)
