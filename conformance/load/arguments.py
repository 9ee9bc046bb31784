"""The options of `mcp-conformance load`. Durations are in seconds, or have a unit: 90s, 10m."""

import argparse
from pathlib import Path
from typing import get_args

from conformance.load.names import Scenario, Shape
from conformance.plugin.options import add_arguments

OF_RUN = frozenset({
    "config", "revisions", "headers", "token_env", "token_file", "token_command", "timeout", "connect_timeout",
    "ca_bundle", "client_cert", "client_key", "insecure", "proxy", "allow_writes", "allow_destructive", "read_only",
    "profiles", "strict_profile",
})  # fmt: skip
"""The options of a run of the suites that mean something here."""

OPEN_USERS = 100
CLOSED_USERS = 10


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", nargs="?", metavar="URL", help="the MCP endpoint")
    load = parser.add_argument_group("load")
    load.add_argument("--scenario", choices=get_args(Scenario), default="tool-caller", help="what users do")
    load.add_argument("--shape", choices=get_args(Shape), default="constant", help="how the load changes over time")
    load.add_argument("--rate", metavar="N", help="arrivals a second (open loop); without it the loop is closed")
    load.add_argument("--to-rate", metavar="N", help="end of a ramp, height of a spike, end of a search")
    load.add_argument("--arrivals", choices=("constant", "poisson"), default="constant", help="spacing of arrivals")
    load.add_argument("--users", metavar="N", help=f"users ({CLOSED_USERS}), or most at a time ({OPEN_USERS})")
    load.add_argument("--duration", default="20", metavar="TIME", help="of each round or step; of a ramp or soak")
    load.add_argument("--warm-up", default="5", metavar="TIME", help="not measured (default: 5)")
    load.add_argument("--rounds", default="3", metavar="N", help="rounds of a constant load (default: 3)")
    load.add_argument("--think", metavar="TIME", help="pause of a user between requests (default: 0)")
    load.add_argument("--seed", default="1", metavar="N", help="of random arrivals")
    load.add_argument("--tool", action="append", default=[], metavar="NAME", help="call only this tool; repeatable")
    load.add_argument(
        "--arguments", action="append", default=[], metavar="TOOL=JSON", help="arguments for a tool; repeatable"
    )
    load.add_argument("--body", metavar="JSON", help="the request of the scenario raw")
    load.add_argument(
        "--persona", action="append", default=[], metavar="NAME", help="identity of the profile; repeatable"
    )
    processes = parser.add_argument_group("processes and machines")
    processes.add_argument("--processes", default="1", metavar="N", help="processes on this machine (default: 1)")
    processes.add_argument("--master", action="store_true", help="lead workers on other machines")
    processes.add_argument("--expect-workers", default="1", metavar="N", help="workers that the master waits for")
    processes.add_argument("--worker", action="store_true", help="follow a master")
    processes.add_argument("--bind", default="127.0.0.1:5557", metavar="HOST:PORT", help="where the master listens")
    processes.add_argument("--join", default="127.0.0.1:5557", metavar="HOST:PORT", help="where the worker's master is")
    results = parser.add_argument_group("results")
    results.add_argument("--output", type=Path, metavar="FILE", help="result file (schemas/reports/load.json)")
    results.add_argument("--label", default="", metavar="NAME", help="name of the target in tables")
    results.add_argument(
        "--gate", action="append", default=[], metavar="GATE", help="a promise, such as p95<100ms; repeatable"
    )
    results.add_argument("--gates", type=Path, metavar="FILE", help="TOML file with promises by operation")
    results.add_argument("--junit", type=Path, metavar="FILE", help="JUnit XML with a test for each gate")
    results.add_argument("--baseline", type=Path, metavar="FILE", help="result file to compare with")
    results.add_argument("--worse-fails", action="store_true", help="worse than the baseline fails the run")
    results.add_argument(
        "--verdicts", type=Path, metavar="FILE", help="verdicts.json of the same target, for the record"
    )
    results.add_argument("--yes", action="store_true", help="do not ask before loading another machine")
    add_arguments(parser.add_argument_group("target"), OF_RUN)
