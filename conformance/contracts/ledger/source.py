"""Splits a byte stream into lines, whatever their length, in bounded memory."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol


class Stream(Protocol):
    def readline(self, limit: int, /) -> bytes: ...


class Line(NamedTuple):
    """`number` counts from 1. Of a line that is not `whole`, `raw` is only the beginning."""

    number: int
    raw: bytes
    whole: bool = True

    @property
    def ended(self) -> bool:
        """Whether a line break follows; if not, the file ends here."""
        return self.raw.endswith(b"\n")


def lines(stream: Stream, limit: int) -> Iterator[Line]:
    """The lines with their line breaks; more than `limit` bytes of one are skipped."""
    number = 0
    while raw := stream.readline(limit):
        number += 1
        whole = len(raw) < limit or raw.endswith(b"\n")
        yield Line(number, raw, whole)
        if not whole:
            _skip_line(stream, limit)


def _skip_line(stream: Stream, limit: int) -> None:
    while (rest := stream.readline(limit)) and not rest.endswith(b"\n"):
        pass
