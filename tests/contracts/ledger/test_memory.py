"""However long a ledger or a line is, little of it is kept."""

import io
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta

import pytest

from conformance.contracts.ledger.lint import Linter
from conformance.contracts.ledger.report import Summary
from conformance.contracts.ledger.settings import LedgerSettings
from conformance.contracts.ledger.source import Line, lines
from tests.contracts.ledger.building import CONNECTORS, NOW, START, changed, entry, minimal, text

SETTINGS = LedgerSettings(strict_profile=True, remembered_lines=128)


class Endless(io.RawIOBase):
    """A file of one byte repeated, without a line break."""

    def __init__(self, size: int) -> None:
        self._left = size
        self.most = 0

    def readable(self) -> bool:
        return True

    def readline(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert size > 0, "a line is never read without a limit"
        self.most = max(self.most, size)
        count = min(size, self._left)
        self._left -= count
        return b"x" * count


def clean(count: int) -> Iterator[Line]:
    for number in range(count):
        rotated = START - timedelta(minutes=5 * (count - number))
        yield Line(number + 1, text([entry(CONNECTORS[number % 3], rotated)]))


def broken(count: int) -> Iterator[Line]:
    """Each line breaks several rules, in words of its own, and names connectors that nobody knows."""
    for number in range(count):
        body = changed(minimal(f"connector-{number}", START - timedelta(hours=number)), "window_hours", number)
        yield Line(number + 1, text([{**body, f"member-{number}": "x", "rotation_window": {"window_id": str(number)}}]))


def peak(source: Iterator[Line]) -> int:
    linter, summary = Linter(SETTINGS, NOW.timestamp()), Summary()
    tracemalloc.start()
    try:
        for finding in linter.judge(source):
            summary.add(finding)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("source", [clean, broken])
def test_memory_does_not_grow_with_the_ledger(source: object) -> None:
    """Caches are filled by the first run, so that only what a run keeps is compared."""
    assert callable(source)
    peak(source(600))

    assert peak(source(2400)) < peak(source(800)) + 100_000


def test_an_endless_line_is_read_in_pieces_and_skipped() -> None:
    stream = Endless(50_000_000)

    (line,) = lines(stream, 1 << 16)

    assert stream.most == 1 << 16
    assert not line.whole
    assert len(line.raw) == 1 << 16


def test_lines_are_judged_while_they_come() -> None:
    """A finding is there before the next but one line is asked for."""
    asked = 0

    def endless() -> Iterator[Line]:
        nonlocal asked
        while True:
            asked += 1
            yield Line(asked, b"{}\n")

    findings = Linter(SETTINGS, NOW.timestamp()).judge(endless())

    assert next(findings).line == 1
    assert asked == 2
