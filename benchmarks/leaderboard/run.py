"""Measures the servers, one after the other, and publishes the leaderboard: `python -m benchmarks.leaderboard`.

The suites judge each server once. Then comes one workload after the other, and in each all servers, in an order of its
own, so that what changes on the machine in half an hour does not favour one of them. Each step has a process of the
server to itself. With two cores or more, the server has one and what loads it another.
"""

import argparse
import random
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.leaderboard import registry
from benchmarks.leaderboard.account import account
from benchmarks.leaderboard.install import CACHE, Environment, NotInstalled, install
from benchmarks.leaderboard.registry import Server
from benchmarks.leaderboard.steps import Ledger, Step, carry_out, say, two_cores
from benchmarks.leaderboard.workloads import WORKLOADS, Files, Workload, load, publish, suites

_ORDER_SEED: Final = 20260728
_PUBLISH_SECONDS: Final = 300.0


def main(argv: Sequence[str] | None = None) -> int:
    options = _options(argv)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    files, ledger = Files(options.reports), Ledger()
    files.directory.mkdir(parents=True, exist_ok=True)
    servers = registry.load()
    chosen = [one for one in servers if one.name in options.only] if options.only else servers
    environments = installed(chosen, options.cache, ledger)
    steps = plan(environments, files, options.quick)
    left = [one for one in steps if not one.result.exists()] if options.resume else steps
    carry_out(left, ledger, two_cores())
    for line in ledger.lines():
        say(line)
    code = _publish(servers, files, options.output)
    (options.output / "run.md").write_text(account(environments, ledger, two_cores()))
    return code


def installed(servers: Sequence[Server], cache: Path, ledger: Ledger) -> list[Environment]:
    """The environments of those that can be installed."""
    found = []
    for server in servers:
        try:
            found.append(install(server, cache))
        except NotInstalled as why:
            ledger.skipped[server.name] = str(why)
    return found


def plan(environments: Sequence[Environment], files: Files, quick: bool) -> list[Step]:
    """The suites on each server, then each workload on all of them."""
    order = random.Random(_ORDER_SEED)
    judged = [_judge(environment, files) for environment in environments]
    loaded = [
        _load(environment, workload, files, quick)
        for workload in WORKLOADS
        for environment in order.sample(environments, len(environments))
    ]
    return [*judged, *loaded]


def _judge(environment: Environment, files: Files) -> Step:
    verdicts = files.verdicts(environment.server)
    return Step("suites", environment, lambda url: suites(url, verdicts.parent), verdicts)


def _load(environment: Environment, workload: Workload, files: Files, quick: bool) -> Step:
    def command(url: str) -> list[str]:
        return load(environment.server, url, workload, files, quick)

    return Step(workload.name, environment, command, files.result(environment.server, workload))


def _publish(servers: Sequence[Server], files: Files, output: Path) -> int:
    output.mkdir(parents=True, exist_ok=True)
    results = [files.result(server, workload) for server in servers for workload in WORKLOADS]
    verdicts = [files.verdicts(server) for server in servers]
    command = publish([one for one in results if one.exists()], [one for one in verdicts if one.exists()], output)
    return subprocess.run(command, timeout=_PUBLISH_SECONDS).returncode


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.leaderboard", description=__doc__)
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="measure this server; repeatable")
    parser.add_argument("--quick", action="store_true", help="runs of a second: to try, not to publish")
    parser.add_argument("--resume", action="store_true", help="keep the results that are there, and make the others")
    parser.add_argument("--cache", type=Path, default=CACHE, metavar="DIR", help="where servers are installed")
    parser.add_argument("--reports", type=Path, metavar="DIR", help="for results (default: reports/load)")
    parser.add_argument("--output", type=Path, metavar="DIR", help="for the leaderboard (default: docs/leaderboard)")
    options = parser.parse_args(argv)
    options.reports = options.reports or Path("reports/load-quick" if options.quick else "reports/load")
    options.output = options.output or (options.reports / "leaderboard" if options.quick else Path("docs/leaderboard"))
    unknown = set(options.only) - {server.name for server in registry.load()}
    if unknown:
        parser.error(f"--only: no such server: {', '.join(sorted(unknown))}")
    return options
