"""What the options of `mcp-conformance load` mean, and the plan that they make."""

import argparse
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NoReturn

from conformance.load.arguments import CLOSED_USERS, OPEN_USERS
from conformance.load.gates.parse import from_file, threshold
from conformance.load.gates.threshold import Threshold
from conformance.load.names import Shape
from conformance.load.results.model import Plan
from conformance.target.config import RunConfig, load_config
from conformance.target.errors import ConfigError
from conformance.target.options import OPTIONS

FOR_SEARCH = "p99<250ms", "errors<1%"
"""What a search for the breaking point holds a target to, when nobody says."""
FIRST_RATE = 10.0
"""Where it begins."""
TWO_RATES = ("ramp", "spike", "breaking-point")

_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(ms|s|m|h)?")
_DIGITS = re.compile(r"[0-9]{1,9}")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where the other machines of a run are. `role` is that of this one."""

    role: str = "alone"
    host: str = "127.0.0.1"
    port: int = 5557
    workers: int = 0


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """What a run of load was asked for, beside the target."""

    plan: Plan
    thresholds: tuple[Threshold, ...]
    tools: tuple[str, ...] = ()
    arguments: dict[str, dict[str, Any]] = field(default_factory=dict)
    personas: tuple[str, ...] = ()
    body: str | None = None
    label: str = ""
    output: Path | None = None
    junit: Path | None = None
    baseline: Path | None = None
    worse_fails: bool = False
    verdicts: Path | None = None
    yes: bool = False
    command: str = ""
    """What repeats the run."""
    elsewhere: Elsewhere = Elsewhere()


def configured(given: argparse.Namespace) -> tuple[LoadOptions, RunConfig]:
    """The options of the run and what it needs to know of its target. Raises `ConfigError`."""
    options = load_options(given)
    config = load_config({option.key: getattr(given, option.key, None) for option in OPTIONS})
    if not config.url:
        raise ConfigError("URL: no target given; write `mcp-conformance load URL`")
    if config.proxy:
        raise ConfigError("--proxy: load goes straight to its target; run it from where that can be reached")
    return options, replace(config, arguments={**config.arguments, **options.arguments})


def load_options(given: argparse.Namespace) -> LoadOptions:
    """Raises `ConfigError` with one line that names the option and the fix."""
    thresholds = [threshold(text) for text in given.gate] + list(from_file(given.gates) if given.gates else ())
    plan = _plan(given)
    _check_company(given)
    if plan.shape == "breaking-point" and not thresholds:
        thresholds = [threshold(text, source="default of the search") for text in FOR_SEARCH]
    return LoadOptions(
        plan=plan,
        thresholds=tuple(thresholds),
        tools=tuple(given.tool),
        arguments=_arguments(given.arguments),
        personas=tuple(given.persona),
        body=given.body,
        label=given.label,
        output=given.output,
        junit=given.junit,
        baseline=given.baseline,
        worse_fails=given.worse_fails,
        verdicts=given.verdicts,
        yes=given.yes,
        elsewhere=_elsewhere(given),
    )


def _plan(given: argparse.Namespace) -> Plan:
    rate, to_rate = (_number(flag, text) for flag, text in (("--rate", given.rate), ("--to-rate", given.to_rate)))
    if given.shape == "breaking-point":
        rate = rate or min(FIRST_RATE, to_rate or FIRST_RATE)
    _check_shape(given.shape, rate, to_rate)
    if given.scenario == "stream-holder" and rate is not None:
        raise ConfigError("--rate: a stream-holder holds one stream for each user; use --users")
    users = _count("--users", given.users or str(OPEN_USERS if rate else CLOSED_USERS))
    processes = _count("--processes", given.processes)
    return Plan(
        scenario=given.scenario,
        shape=given.shape,
        model="open" if rate else "closed",
        arrivals=given.arrivals if rate else "none",
        rate=rate,
        to_rate=to_rate,
        users=max(users, processes),
        duration_s=_seconds("--duration", given.duration) or _wrong("--duration", given.duration),
        warm_up_s=_seconds("--warm-up", given.warm_up),
        rounds=_count("--rounds", given.rounds) if given.shape == "constant" else 1,
        think_s=_seconds("--think", given.think or "0"),
        processes=processes,
        seed=_count("--seed", given.seed),
        operations=(),
    )


def _check_shape(shape: Shape, rate: float | None, to_rate: float | None) -> None:
    if to_rate is not None and shape not in TWO_RATES:
        raise ConfigError(f"--to-rate: the shape {shape} has one rate; use --rate, or one of {', '.join(TWO_RATES)}")
    if shape in ("ramp", "spike") and (rate is None or to_rate is None):
        raise ConfigError(f"--shape={shape}: needs two rates, such as --rate=10 --to-rate=100")
    if shape == "breaking-point" and to_rate is not None and rate is not None and to_rate < rate:
        raise ConfigError("--to-rate: the highest rate to try is below --rate, where the search begins")


def _check_company(given: argparse.Namespace) -> None:
    """What would change nothing is a mistake, and one that a pipeline might never notice."""
    if given.worse_fails and given.baseline is None:
        raise ConfigError("--worse-fails: worse than what? name a result file with --baseline")
    if given.body is not None and given.scenario != "raw":
        raise ConfigError("--body: only the scenario raw sends a request of yours; add --scenario=raw")


def _elsewhere(given: argparse.Namespace) -> Elsewhere:
    if given.master and given.worker:
        raise ConfigError("--master, --worker: a machine is one or the other")
    if given.worker:
        return Elsewhere("worker", *_address("--join", given.join))
    if given.master:
        workers = _count("--expect-workers", given.expect_workers)
        return Elsewhere("master", *_address("--bind", given.bind), workers)
    return Elsewhere()


def _address(flag: str, text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not _DIGITS.fullmatch(port) or int(port) > 65535:
        raise ConfigError(f"{flag}: {text!r} is no address; write HOST:PORT, such as 10.0.0.5:5557")
    return host.strip("[]"), int(port)


def _arguments(pairs: Sequence[str]) -> dict[str, dict[str, Any]]:
    found = {}
    for pair in pairs:
        name, _, text = pair.partition("=")
        try:
            value = json.loads(text)
        except ValueError:
            value = None
        if not name or not isinstance(value, dict):
            raise ConfigError(f"""--arguments: {pair!r:.80}: write TOOL=JSON, such as echo='{{"message": "hi"}}'""")
        found[name] = value
    return found


def _number(flag: str, text: str | None) -> float | None:
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e7:
        raise ConfigError(f"{flag}: {text!r} is not a rate above 0 arrivals a second")
    return value


def _count(flag: str, text: str) -> int:
    if not _DIGITS.fullmatch(text) or not 0 < int(text) <= 1_000_000:
        raise ConfigError(f"{flag}: {text!r} is not a whole number above 0")
    return int(text)


def _seconds(flag: str, text: str) -> float:
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        _wrong(flag, text)
    return float(match[1]) * _UNITS[match[2] or "s"]


def _wrong(flag: str, text: str) -> NoReturn:
    raise ConfigError(f"{flag}: {text!r} is no duration above 0; write 90, 90s or 10m")
