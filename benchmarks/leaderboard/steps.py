"""Carries out one step after the other, each against a server of its own, and keeps account of what became of them."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.leaderboard.install import Environment
from benchmarks.leaderboard.process import NotReady, running, stop

_STEP_SECONDS: Final = 600.0


class StepFailed(RuntimeError):
    """A command wrote no result; the text has the last that it said."""


@dataclass(frozen=True)
class Step:
    """One command against one freshly started server."""

    name: str
    environment: Environment
    command: Callable[[str], list[str]]
    """Of the server's URL."""
    result: Path
    """What the command writes when it did its work, whatever its exit code says of the server."""


@dataclass
class Ledger:
    """What did not become a result, by the name of the server."""

    skipped: dict[str, str] = field(default_factory=dict)
    """Why it is left out, from the moment on that it is."""
    failed: list[tuple[str, str, str]] = field(default_factory=list)
    """Server, step and why, of the steps without a result."""

    def lines(self) -> Iterator[str]:
        yield from (f"{name}: left out: {why}" for name, why in self.skipped.items())
        yield from (f"{name}, {step}: no result: {why}" for name, step, why in self.failed)


@dataclass(frozen=True)
class Cores:
    """Which core is the server's, and which that of what measures it; None where they cannot be kept apart."""

    server: int | None = None
    measuring: int | None = None


def two_cores() -> Cores:
    """The second and the first core that this process may use."""
    if not hasattr(os, "sched_getaffinity"):
        return Cores()
    usable = sorted(os.sched_getaffinity(0))
    return Cores(usable[1], usable[0]) if len(usable) > 1 else Cores()


def say(line: str) -> None:
    print(line, flush=True)


def carry_out(
    steps: Sequence[Step],
    ledger: Ledger,
    cores: Cores,
    seconds: float = _STEP_SECONDS,
    tell: Callable[[str], None] = say,
) -> None:
    """What goes wrong with one server does not keep the others from being measured. A result of an earlier run does not
    stay when its step is not done anew."""
    for number, step in enumerate(steps, 1):
        step.result.unlink(missing_ok=True)
        name = step.environment.server.name
        if name in ledger.skipped:
            continue
        began = time.monotonic()
        outcome = _outcome(step, ledger, cores, seconds)
        taken = time.monotonic() - began
        tell(f"[{number}/{len(steps)}] {step.name:<15} {name:<24} {taken:6.1f} s  {outcome}")


def _outcome(step: Step, ledger: Ledger, cores: Cores, seconds: float) -> str:
    name = step.environment.server.name
    try:
        with running(step.environment, cores.server) as server:
            _run(step, server.url, cores.measuring, seconds)
    except NotReady as why:
        ledger.skipped[name] = f"not ready: {why}"
        return ledger.skipped[name]
    except StepFailed as why:
        ledger.failed.append((name, step.name, str(why)))
        return str(why)
    return "done"


def _run(step: Step, url: str, core: int | None, seconds: float) -> None:
    process = subprocess.Popen(
        step.command(url), start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        preexec_fn=(lambda: os.sched_setaffinity(0, {core})) if core is not None else None,
    )  # fmt: skip
    try:
        output, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise StepFailed(f"not done after {seconds:g} s") from None
    finally:
        stop(process)
    if not step.result.exists():
        said = " ".join(output.decode(errors="replace").split())[-500:]
        raise StepFailed(f"exit code {process.returncode}: {said}")
