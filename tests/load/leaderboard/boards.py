"""Leaderboards out of built results, by way of their files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from conformance.load.leaderboard.building import leaderboard_of
from conformance.load.leaderboard.model import Leaderboard, Workload
from conformance.load.leaderboard.runs import Run, read_runs
from conformance.load.leaderboard.verdicts import Verdicts
from conformance.load.results.files import write_result
from conformance.load.results.model import Result
from tests.load.results import phase, result, rounds

NOW = "2026-03-03T12:00:00Z"
CLOSED: dict[str, Any] = {"model": "closed", "rate": None, "users": 20, "arrivals": "none"}


def written(directory: Path, *results: Result) -> list[Path]:
    paths = [directory / f"run-{number}.json" for number in range(len(results))]
    for path, each in zip(paths, results, strict=True):
        write_result(path, each)
    return paths


def runs_of(directory: Path, *results: Result) -> list[Run]:
    return read_runs(written(directory, *results))


def board_of(directory: Path, *results: Result, verdicts: Sequence[Verdicts] = ()) -> Leaderboard:
    return leaderboard_of(runs_of(directory, *results), verdicts, title="Servers", now=NOW)


def only_workload(directory: Path, *results: Result, verdicts: Sequence[Verdicts] = ()) -> Workload:
    (workload,) = board_of(directory, *results, verdicts=verdicts).workloads
    return workload


def at(server: str, median_us: float, **changes: Any) -> Result:
    """Three rounds at a constant rate that tell a difference of 10 %."""
    return result(*rounds(median_us, **{"noise": 0.005, **changes.pop("of_rounds", {})}), server=server, **changes)


def busy(server: str, counts: Sequence[int], **changes: Any) -> Result:
    """A closed loop that gave so many good answers in each round of 10 s."""
    done = [phase(f"round {number}", [1000] * count, rate=None) for number, count in enumerate(counts, start=1)]
    return result(*done, server=server, plan=CLOSED, **changes)


def ranks(workload: Workload) -> dict[str, int | None]:
    return {row.server: row.rank for row in workload.leaderboard}
