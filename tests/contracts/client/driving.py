"""Drives our own smoke command, within this process: a process for each of hundreds of runs takes too long."""

import io
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from conformance.checks.outcomes import Skipped
from conformance.contracts.client.driving import Driver
from conformance.contracts.client.judges import JUDGES
from conformance.contracts.client.process import Finished
from conformance.contracts.profiles import Profile, load_profile
from conformance.reference.contracts.operator import smoke

SCALE = 0.01
TIMEOUT_S = 0.5


def launched(
    command: str, cwd: str, env: Mapping[str, str], timeout_s: float, until: Callable[[], bool] = lambda: False
) -> Finished:
    stdout, stderr = io.StringIO(), io.StringIO()
    code = smoke.main(shlex.split(command)[1:], env, stdout, stderr)
    printed, logged = (stream.getvalue().encode() for stream in (stdout, stderr))
    return Finished(code, printed, logged)


def profile(options: str = "", *, directory: Path | None = None) -> Profile:
    """The operator profile with our command, on a clock that runs a hundred times as fast."""
    base = load_profile("operator", {})
    assert base.client is not None
    env = {"SMOKE_SCALE": str(SCALE), "SMOKE_TIMEOUT": str(TIMEOUT_S)}
    if directory is not None:
        env["SMOKE_LEDGER"] = str(directory / "ledger.jsonl")
    client = msgspec.structs.replace(
        base.client,
        command=f"smoke --json {options}",
        loop_command=f"smoke --loop 4 {options}",
        packet_command=f"smoke --packet {options}",
        cwd=str(directory or ""),
        files=("*.jsonl",),
        env=env,
        max_answer_s=TIMEOUT_S / SCALE,
    )
    clock = msgspec.structs.replace(base.clock, scale=SCALE)
    return msgspec.structs.replace(base, client=client, clock=clock)


def driver(options: str = "", *, directory: Path | None = None) -> Driver:
    return Driver(profile(options, directory=directory), launched, environ={})


def broken(driven: Driver, *, without: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """The rules that are broken, with what is wrong; a rule that cannot be judged is not broken."""
    found = {}
    for id, judge in JUDGES.items():
        try:
            problems = [] if id in without else list(judge(driven))
        except Skipped:
            problems = []
        if problems:
            found[id] = problems
    return found
