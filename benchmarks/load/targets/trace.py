"""What a server did, written at its end: one row of whole numbers a request, in the order of arrival."""

import json
from array import array
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Answered:
    """One request, in nanoseconds: when it arrived, how long the work for it is, when its answer was due, and when it
    was really sent. All but `work` are of the monotonic clock, which all processes of the machine share."""

    arrived: int
    work: int
    due: int
    sent: int


@dataclass(slots=True)
class Trace:
    """Rows are kept as plain numbers, so that a request costs no object."""

    rows: "array[int]" = field(default_factory=lambda: array("q"))

    def begin(self, arrived: int, work: int, due: int) -> int:
        """Add a row; its place, to be told when the answer was sent."""
        self.rows.extend((arrived, work, due, 0))
        return len(self.rows) - 1

    def sent(self, place: int, at: int) -> None:
        self.rows[place] = at

    def write(self, file: Path) -> None:
        file.write_bytes(self.rows.tobytes())


def read_trace(file: Path) -> list[Answered]:
    """The requests that were answered, by arrival."""
    rows = array("q", file.read_bytes())
    return [Answered(*rows[at : at + 4]) for at in range(0, len(rows), 4) if rows[at + 3]]


def read_truth(file: Path) -> dict[str, Any]:
    """What `Endpoint.truth` told at the end."""
    truth: dict[str, Any] = json.loads(file.read_text())
    return truth
