"""The page beside a leaderboard that tells how its runs were made: `run.md`."""

import os
import platform
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.leaderboard.install import Environment
from benchmarks.leaderboard.steps import Cores, Ledger
from benchmarks.leaderboard.workloads import WORKLOADS


def account(environments: Sequence[Environment], ledger: Ledger, cores: Cores) -> str:
    """Markdown; of the servers of this run only."""
    return "\n".join(
        [*_head(cores), *_workloads(), *_servers(environments), *_missing(ledger), *_packages(environments)]
    )


def _head(cores: Cores) -> Iterator[str]:
    kept = (
        f"The server ran on core {cores.server}, what measured it on core {cores.measuring}."
        if cores.server is not None
        else "Server and generator shared the cores of the machine."
    )
    yield "# How the runs were made"
    yield ""
    yield f"Finished {datetime.now(UTC):%Y-%m-%d %H:%M} UTC on {_machine()}. {kept}"
    yield "Servers ran one after the other; each step had a fresh process of the server to itself."


def _machine() -> str:
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{_processor()}, {os.cpu_count()} cores, {pages:.0f} GiB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _workloads() -> Iterator[str]:
    yield from ("", "## Workloads", "", "| name | options of `mcp-conformance load` |", "| --- | --- |")
    yield from (f"| {workload.name} | `{' '.join(workload.options)}` |" for workload in WORKLOADS)


def _servers(environments: Sequence[Environment]) -> Iterator[str]:
    yield from (
        "",
        "## Servers",
        "",
        "| server | package | sessions | answers | settings |",
        "| --- | --- | --- | --- | --- |",
    )
    for server in (environment.server for environment in environments):
        sessions = "yes" if server.sessions else "no"
        yield f"| {server.label} | `{server.packages[0]}` | {sessions} | {server.answers} | {server.notes} |"


def _missing(ledger: Ledger) -> Iterator[str]:
    lines = list(ledger.lines())
    if lines:
        yield from ("", "## Without a result", "", *(f"- {line}" for line in lines))


def _packages(environments: Sequence[Environment]) -> Iterator[str]:
    yield from ("", "## Installed packages", "")
    for environment in environments:
        yield f"- {environment.server.name}: {', '.join(environment.installed())}"
    yield ""
