"""Measures what a user waits for, from outside, as whole processes. Prints one line a figure, with its goal.

Each figure is the median of `--rounds` runs after one that is not counted. Machines differ: compare figures of one run.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from conformance.plugin.invocation import suites_directory
from conformance.reference.embedded import start_embedded

MANY = 1000
EMCP = "/contracts/emcp/api/v1/mcp/fast"
EMCP_OPTIONS = ("--profile=reference-emcp", "--allow-writes", "--allow-noisy", str(suites_directory() / "contracts"))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with (
        start_embedded() as server,
        many_tools(MANY) as many,
        many_tools(1) as one,
        tempfile.TemporaryDirectory() as tmp,
    ):
        run = Runner(Path(tmp), rounds)
        plain = run.median(lambda: run.suites(server.url()))
        two = run.median(lambda: run.suites(server.url(), "-n", "2"))
        few = run.median(lambda: run.suites(one, "--collect-only", "-q"))
        lots = run.median(lambda: run.suites(many, "--collect-only", "-q"))
        emcp = run.median(lambda: run.suites(server.url(EMCP), *EMCP_OPTIONS))
    checks = sum(plain["summary"]["counts"].values())
    print(f"default run, no xdist      {plain['seconds']:7.2f} s    goal: under 8 s on 2 cores")
    print(f"default run, -n 2          {two['seconds']:7.2f} s    goal: faster than without")
    print(f"start to first verdict     {plain['first']:7.2f} s    goal: under 2 s")
    print(f"profile emcp, with bursts  {emcp['seconds']:7.2f} s    goal: under 30 s, time-scaled")
    print(f"checks a second            {checks / plain['seconds']:7.0f}      {checks} checks")
    print(f"requests sent              {plain['summary']['requests']:7}")
    print(f"peak memory, one process   {plain['memory'] / 1024:7.0f} MB   goal: under 150 MB")
    more = lots["seconds"] - few["seconds"]
    print(f"collection of {MANY} tools   {more:7.2f} s    goal: under 3 s, over that of one tool")


class Runner:
    """Runs pytest in a process of its own and measures it."""

    def __init__(self, directory: Path, rounds: int) -> None:
        self._directory = directory
        self._rounds = rounds

    def median(self, measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The run whose wall time is the median; the first one only warms up."""
        measure()
        runs = sorted((measure() for _ in range(self._rounds)), key=lambda one: one["seconds"])
        middle = runs[len(runs) // 2]
        return {**middle, "first": statistics.median(one["first"] for one in runs)}

    def suites(self, url: str, *options: str) -> dict[str, Any]:
        """Wall seconds, seconds to the first verdict, peak resident memory in KiB, and the summary of the run."""
        report = self._directory / "verdicts.json"
        command = [sys.executable, "-m", "pytest", f"--target={url}", f"--report-dir={self._directory}", *options]
        began = time.time()
        process = subprocess.Popen(
            [*command, "-p", "benchmarks.first_verdict"],
            stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT,
            env={**os.environ, "CONFORMANCE_BENCH_FIRST": str(self._directory / "first")},
        )  # fmt: skip
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.time() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        first = self._directory / "first"
        return {
            "seconds": seconds,
            "first": float(first.read_text()) - began if first.exists() else 0.0,
            "memory": usage.ru_maxrss,
            "summary": json.loads(report.read_text())["summary"] if report.exists() else {},
        }


@contextmanager
def many_tools(count: int) -> Iterator[str]:
    """The URL of a server with that many tools."""
    command = [sys.executable, "-m", "benchmarks.many_tools", str(count)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/mcp"
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


if __name__ == "__main__":
    main()
