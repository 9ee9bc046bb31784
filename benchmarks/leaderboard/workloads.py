"""What is done to each server: the conformance suites once, then these workloads, each as `mcp-conformance load`."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.leaderboard.registry import Server

_COMMAND: Final = str(Path(sys.executable).with_name("mcp-conformance"))


@dataclass(frozen=True)
class Workload:
    """One load run. `quick` replaces what `options` say of durations, to try the whole in a minute."""

    name: str
    options: tuple[str, ...]
    quick: tuple[str, ...]


# p99 of 50/s takes 20 s in all. A search holds its last rate for as long as p99 takes.
WORKLOADS: Final = (
    Workload(
        "latency",
        ("--scenario=tool-caller", "--rate=50", "--users=25", "--rounds=3", "--duration=7", "--warm-up=2"),
        ("--duration=1", "--warm-up=1"),
    ),
    Workload(
        "throughput",
        ("--scenario=tool-caller", "--users=16", "--rounds=3", "--duration=4", "--warm-up=4"),
        ("--duration=1", "--warm-up=1"),
    ),
    Workload(
        "sessions",
        ("--scenario=agent-session", "--users=8", "--rounds=3", "--duration=4", "--warm-up=4"),
        ("--duration=1", "--warm-up=1"),
    ),
    Workload(
        "breaking-point",
        (
            "--scenario=tool-caller", "--shape=breaking-point", "--gate=p99<250ms", "--gate=errors<1%", "--rate=100",
            "--duration=3", "--warm-up=2",
        ),
        ("--duration=1", "--warm-up=1"),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Files:
    """Where a run writes."""

    directory: Path

    def verdicts(self, server: Server) -> Path:
        return self.directory / "conformance" / server.name / "verdicts.json"

    def result(self, server: Server, workload: Workload) -> Path:
        return self.directory / f"{server.name}-{workload.name}.json"


def suites(url: str, reports: Path) -> list[str]:
    """The command that judges the server, with default options."""
    pytest = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    return [*pytest, f"--target={url}", f"--report-dir={reports}"]


def load(server: Server, url: str, workload: Workload, files: Files, quick: bool) -> list[str]:
    """The command of one load run."""
    return [
        _COMMAND, "load", url, *workload.options, *(workload.quick if quick else ()),
        f"--revision={server.revision}", f"--label={server.label}", f"--output={files.result(server, workload)}",
        f"--tool={server.tool}", f"--arguments={server.tool}={json.dumps(server.arguments)}",
    ]  # fmt: skip


def publish(results: Sequence[Path], verdicts: Sequence[Path], output: Path) -> list[str]:
    """The command that makes the leaderboard of the results."""
    conformance = [f"--conformance={path}" for path in verdicts]
    return [_COMMAND, "leaderboard", *map(str, results), *conformance, f"--output={output}"]
