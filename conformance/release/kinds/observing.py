"""Looks at a target for a while, in a process of its own: the order comes on standard input, rows go to a file."""

import os
import sys
from dataclasses import asdict, replace
from math import isfinite
from pathlib import Path
from typing import Final

import msgspec

from conformance import exit_codes
from conformance.checks.outcomes import NotTestable
from conformance.contracts.caller import Caller
from conformance.contracts.profiles import Profile, load_profiles
from conformance.contracts.service_levels.observing import Row, observe
from conformance.contracts.service_levels.settings import Call, Failure, ServiceLevels
from conformance.plugin.contact import complain, discover_target, with_token
from conformance.target.config import RunConfig, load_config
from conformance.target.discovery import open_channel
from conformance.target.errors import ConfigError, TargetError
from conformance.wire.http import HttpWire

ROWS: Final = "observations.jsonl"


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to look at. `rows` is where the calls are written; its last line has the time that was observed."""

    target: str
    rows: str
    profile: str = ""
    token_env: str = ""
    calls: tuple[Call, ...] = ()
    observe_s: float = 60
    every_s: float = 1
    timeout_s: float = 10
    failure: Failure = Failure()


def main() -> int:
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    try:
        follow(order)
    except (ConfigError, NotTestable) as error:
        return complain(str(error), exit_codes.USAGE)
    except TargetError as error:
        return complain(str(error), exit_codes.UNREACHABLE)
    return exit_codes.OK


def follow(order: Order) -> None:
    """Times are real seconds here, whatever the clock of the profile says. Raises `ConfigError`, `TargetError` or
    `NotTestable`."""
    directory = Path(order.rows).parent
    given = {"url": order.target, "profiles": [order.profile] if order.profile else [], "token_env": order.token_env}
    config = load_config(given, directory=directory)
    profiles = load_profiles(config.profiles, os.environ)
    profile = profiles[0] if profiles else msgspec.convert({"name": "observed"}, Profile)
    profile = msgspec.structs.replace(profile, clock=msgspec.structs.replace(profile.clock, scale=1.0))
    config = with_token(config, tuple(profiles))
    revision = "" if order.calls and not any(call.rpc for call in order.calls) else _revision(config, profile)
    levels = ServiceLevels(calls=order.calls, every_s=order.every_s, timeout_s=order.timeout_s, failure=order.failure)
    with HttpWire(config.http) as wire, Path(order.rows).open("w", encoding="utf-8") as file:

        def write(row: object) -> None:
            file.write(f"{msgspec.json.encode(row).decode()}\n")
            file.flush()

        channel = open_channel(replace(config, request_budget=None), wire)
        caller = Caller(profile, channel, revision, config.token)
        seen = observe(caller, levels, order.observe_s, seen=lambda row: write(_line(row)))
        write(_end(seen.seconds))


def _line(row: Row) -> dict[str, object]:
    """JSON has no number for a time without end."""
    return {**asdict(row), "took": row.took if isfinite(row.took) else None}


def _end(seconds: float) -> dict[str, object]:
    return {"at": seconds, "took": None, "failed": False, "limited": False, "refused": False, "counts": []}


def _revision(config: RunConfig, profile: Profile) -> str:
    if not profile.mcp:
        return ""
    revisions = discover_target(config).revisions
    return max(revisions, default="")


if __name__ == "__main__":
    sys.exit(main())
