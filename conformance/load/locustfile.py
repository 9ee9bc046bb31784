"""MCP under Locust's own command, with its web page: `locust -f conformance/load/locustfile.py --host URL`.

Locust says how many users there are and when the run ends; these options say what they do. Credentials and safety come
from conformance.toml and the environment, as everywhere. For gates, rounds and shapes there is `mcp-conformance load`.
"""

from argparse import ArgumentParser
from typing import Any, get_args

from locust import events
from locust.env import Environment

from conformance.load.generator.attached import attach
from conformance.load.names import Scenario
from conformance.load.users.base import LoadUser


class Mcp(LoadUser):
    """Stands for the users of the scenario, which is known when the options are."""


@events.init_command_line_parser.add_listener
def add_options(parser: ArgumentParser, **_: Any) -> None:
    group = parser.add_argument_group("MCP")
    group.add_argument("--mcp-scenario", choices=get_args(Scenario), default="tool-caller", help="what users do")
    group.add_argument("--mcp-rate", type=float, default=0.0, help="arrivals a second; 0: each user as fast as it can")
    group.add_argument("--mcp-poisson", action="store_true", help="random arrivals instead of evenly spaced ones")
    group.add_argument("--mcp-think", type=float, default=0.0, help="seconds that a user pauses between requests")
    group.add_argument("--mcp-tool", action="append", default=[], help="call only this tool; repeatable")
    group.add_argument("--mcp-output", help="result file, written when the run stops")


@events.init.add_listener
def begin(environment: Environment, **_: Any) -> None:
    attach(environment)
