"""Before another machine is loaded, its owner is asked."""

import sys
from urllib.parse import urlsplit

from conformance.load.results.model import Plan
from conformance.load.watching.listeners import addresses
from conformance.target.errors import ConfigError


def confirm(url: str, plan: Plan, *, yes: bool) -> None:
    """Tells the planned load; goes on when the target is this machine, or somebody agrees. Raises `ConfigError`."""
    host = urlsplit(url).hostname or ""
    if addresses(host):
        return
    said = f"planned: {planned(plan)} to {host}"
    print(said, file=sys.stderr, flush=True)
    if yes:
        return
    if not sys.stdin.isatty():
        raise ConfigError(f"--yes: {host} is another machine ({said}); add --yes if it may be loaded")
    print("go on? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise ConfigError(f"--yes: nothing was sent to {host}")


def planned(plan: Plan) -> str:
    """The highest load that the plan can lead to, in words."""
    seconds = plan.warm_up_s + plan.duration_s * (3 if plan.shape == "spike" else plan.rounds)
    highest = max(plan.rate or 0.0, plan.to_rate or 0.0)
    if plan.shape == "breaking-point":
        most = f"up to {plan.to_rate:g} arrivals a second" if plan.to_rate else "as many arrivals as it can bear"
        return f"{plan.scenario}, {most}, in steps of {plan.duration_s:g} s"
    if plan.model == "open":
        return f"{plan.scenario}, up to {highest:g} arrivals a second for {seconds:g} s"
    return f"{plan.scenario}, {plan.users} users as fast as they are answered for {seconds:g} s"
