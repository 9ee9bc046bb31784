"""Runs the shell steps of the action as a runner does: the script in bash, the inputs in the environment."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.plugin.runs import environment

ROOT = Path(__file__).parent.parent.parent
ACTION: Mapping[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
SHELL_STEPS = [step for step in STEPS if "run" in step]

_EXPRESSION = re.compile(r"^\$\{\{ (?P<name>[\w.-]+) \}\}$")


@dataclass(frozen=True)
class Ended:
    """A step that has ended, with what it told the steps after it."""

    code: int
    shown: str
    outputs: Mapping[str, str]


def step(name: str) -> dict[str, Any]:
    """A step by its id; the last one, which has none, as `result`."""
    return STEPS[-1] if name == "result" else next(one for one in STEPS if one.get("id") == name)


def run_step(name: str, directory: Path, values: Mapping[str, str], env: Mapping[str, str] | None = None) -> Ended:
    """`values` are those of the expressions that the step's `env` refers to, such as `inputs.target`; what is not
    given has the default of the action, or nothing."""
    output = directory / "github-output"
    output.write_text("", encoding="utf-8")
    inputs = {name: _value(str(expression), values) for name, expression in step(name).get("env", {}).items()}
    runner = {"GITHUB_OUTPUT": str(output), "RUNNER_TEMP": str(directory)}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step(name)["run"]], cwd=directory,
        env=environment({**runner, **(env or {}), **inputs}), capture_output=True, text=True, timeout=300,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    lines = output.read_text(encoding="utf-8").splitlines()
    return Ended(done.returncode, done.stdout + done.stderr, dict(line.split("=", 1) for line in lines))


def _value(expression: str, values: Mapping[str, str]) -> str:
    found = _EXPRESSION.match(expression)
    assert found, expression
    if found["name"] in values:
        return values[found["name"]]
    kind, _, key = found["name"].partition(".")
    assert kind in ("inputs", "steps", "github"), expression
    return str(ACTION["inputs"][key].get("default", "")) if kind == "inputs" else ""


def programs() -> str:
    """The directory of the commands of this environment, as the step `install` would name it."""
    return os.fspath(Path(sys.executable).parent)
