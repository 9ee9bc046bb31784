"""Incremental parser of `text/event-stream` (WHATWG HTML, 9.2.6 "Interpreting an event stream").

Ready-made decoders drop comments and tell nothing of malformed input; a harness has to see both, and when
each event came, so the parser is our own.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

_LINE_END = re.compile("\r\n|\n|\r")


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
        self._begun = False
        self._after_cr = False
        self._partial: list[str] = []
        self._reset()

    def _reset(self) -> None:
        self._data: list[str] = []
        self._event = ""
        self._id: str | None = None
        self._retry: int | None = None

    @property
    def unfinished(self) -> bool:
        return bool(self._data or any(self._partial))

    def feed(self, chunk: bytes, at: float) -> Iterator[Event | Comment]:
        for line in self._complete_lines(self._decoder.decode(chunk)):
            if line.startswith(":"):
                yield Comment(at, line[1:].strip())
            elif line:
                self._field(line)
            elif event := self._dispatch(at):
                yield event

    def _complete_lines(self, text: str) -> Iterator[str]:
        """Lines end with CRLF, LF or CR. A CR ends its line at once, so an LF that follows it ends nothing."""
        if not text:
            return
        if not self._begun:
            text, self._begun = text.removeprefix("\ufeff"), True
        if self._after_cr:
            text = text.removeprefix("\n")
        self._after_cr = text.endswith("\r")
        *lines, rest = _LINE_END.split(text)
        for line in lines:
            whole = "".join(self._partial) + line
            self._partial.clear()
            yield whole
        self._partial.append(rest)

    def _field(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._event = value
        elif name == "id" and "\0" not in value:
            self._id = value
        elif name == "retry" and value.isascii() and value.isdigit() and len(value) < 16:
            self._retry = int(value)

    def _dispatch(self, at: float) -> Event | None:
        data, event, event_id, retry = self._data, self._event, self._id, self._retry
        self._reset()
        if not data and event_id is None and retry is None:
            return None
        return Event(at, "\n".join(data), event or "message", event_id, retry)
