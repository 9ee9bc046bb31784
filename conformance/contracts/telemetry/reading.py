"""Reads a telemetry file once, line by line, whatever its length; what is kept is bounded."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from conformance.contracts.ledger.line import read
from conformance.contracts.ledger.source import Line, lines
from conformance.contracts.telemetry import snapshot
from conformance.contracts.telemetry.settings import Telemetry
from conformance.contracts.telemetry.snapshot import Body
from conformance.contracts.times import instant

KEPT: Final = 20
"""Findings of one rule that are told in full."""


class Finding(NamedTuple):
    """`line` counts from 1."""

    line: int
    message: str


@dataclass(slots=True)
class Findings:
    """The first findings of one rule, and how many there were."""

    first: list[Finding] = field(default_factory=list)
    count: int = 0

    def add(self, line: int, messages: Iterable[str]) -> None:
        for message in messages:
            self.count += 1
            if len(self.first) < KEPT:
                self.first.append(Finding(line, message))

    def __str__(self) -> str:
        told = [f"line {one.line}: {one.message}" for one in self.first]
        more = self.count - len(told)
        return "; ".join([*told, *([f"and {more} more"] if more else [])])


class Sample(NamedTuple):
    """What one snapshot says; `at` in seconds since 1970."""

    at: float
    error_rate: float | None
    memory_mb: float | None
    coordinator: tuple[str, bool] | None


@dataclass(slots=True)
class Reading:
    """What a telemetry file holds. `recent` are the last snapshots, `watch` those of the watch window, in the order of
    the file; `first` and `newest` are times."""

    settings: Telemetry
    watch_from: float | None = None
    lines: int = 0
    snapshots: int = 0
    foreign: int = 0
    first: float | None = None
    newest: float | None = None
    findings: dict[str, Findings] = field(default_factory=dict)
    recent: deque[Sample] = field(default_factory=deque)
    watch: deque[Sample] = field(default_factory=deque)
    _before: float | None = None

    def found(self, rule: str) -> Findings:
        return self.findings.setdefault(rule, Findings())

    def see(self, line: Line) -> None:
        """Judge one line. The last one of a file that is being written may be half there."""
        self.lines = line.number
        bodies, problems = read(line)
        if not (self.settings.live and not line.ended):
            told = (problem.message for problem in problems if problem.severity == "must")
            self.found("valid").add(line.number, told)
        for body in bodies:
            if body.get("type", "operations_snapshot") == "operations_snapshot":
                self._judge(line.number, body)
            else:
                self.foreign += 1

    def _judge(self, number: int, body: Body) -> None:
        self.snapshots += 1
        try:
            self.found("valid").add(number, snapshot.valid(body))
            for rule, judge in _JUDGES.items():
                self.found(rule).add(number, judge(body))
            self.found("utilisation").add(number, snapshot.utilisation_agrees(body, self.settings))
        except RecursionError:
            self.found("valid").add(number, ["is nested too deeply to be judged"])
        at = instant(body.get("timestamp"))
        if at is not None:
            self._place(number, at, body)

    def _place(self, number: int, at: float, body: Body) -> None:
        if self._before is not None and at < self._before:
            self.found("order").add(number, [f"the time goes back by {self._before - at:.3f} s"])
        self._before = at
        self.first = at if self.first is None else min(self.first, at)
        self.newest = at if self.newest is None else max(self.newest, at)
        rate, used = snapshot.error_rate(body, self.settings), snapshot.memory(body, self.settings)
        sample = Sample(at, rate, used, snapshot.coordinator(body))
        _keep(self.recent, sample, self.settings.lookback_lines)
        if self._is_watched(at):
            _keep(self.watch, sample, self.settings.most_samples)

    def _is_watched(self, at: float) -> bool:
        """With a known promotion, the window that follows; without, the end of the file."""
        if self.watch_from is not None:
            return self.watch_from <= at <= self.watch_from + self.settings.watch_s
        assert self.newest is not None
        while self.watch and self.watch[0].at < self.newest - self.settings.watch_s:
            self.watch.popleft()
        return at >= self.newest - self.settings.watch_s


_JUDGES: Final[dict[str, Callable[[Body], list[str]]]] = {
    "ranges": snapshot.in_range,
    "alerts": snapshot.alerts_agree,
    "pressure": snapshot.pressure_agrees,
}


def _keep(samples: deque[Sample], sample: Sample, most: int) -> None:
    samples.append(sample)
    if len(samples) > most:
        samples.popleft()


def read_telemetry(path: Path, settings: Telemetry, watch_from: float | None = None) -> Reading:
    """One pass over the file. Raises OSError when it cannot be opened."""
    reading = Reading(settings, watch_from)
    with path.open("rb") as file:
        for line in lines(file, settings.max_line_bytes):
            reading.see(line)
    return reading


def read_calls(path: Path, settings: Telemetry, begin: float, end: float) -> list[tuple[float, float]]:
    """The calls of an executions file within a time: when, and 1 for a failed one. At most the newest are kept."""
    calls: deque[tuple[float, float]] = deque(maxlen=settings.most_samples)
    with path.open("rb") as file:
        for line in lines(file, settings.max_line_bytes):
            for body in read(line)[0]:
                at, went_well = instant(body.get("timestamp")), body.get("success", body.get("ok"))
                if at is not None and isinstance(went_well, bool) and begin <= at <= end:
                    calls.append((at, 0.0 if went_well else 1.0))
    return list(calls)
