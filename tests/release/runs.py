"""Releases as an operator runs them, in a process of their own; and checklists for them."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.release.checklist.loading import Loaded, load
from tests.plugin.runs import COMMAND, environment

DEADLINE = 300.0
PYTHON = sys.executable


@dataclass(frozen=True)
class Outcome:
    """A release run that has ended."""

    code: int
    out: str
    err: str
    directory: Path

    @property
    def shown(self) -> str:
        return self.out + self.err

    @property
    def record(self) -> dict[str, Any]:
        return dict(json.loads(next(self.directory.glob("reports/release/*/release.json")).read_text()))

    @property
    def steps(self) -> dict[str, dict[str, Any]]:
        return {step["id"]: step for step in self.record["steps"]}

    @property
    def statuses(self) -> dict[str, str]:
        return {name: step["status"] for name, step in self.steps.items()}

    @property
    def bundle(self) -> Path:
        return max(self.directory.glob("reports/release/*/release-*.zip"), key=lambda path: path.stat().st_mtime_ns)

    def members(self) -> dict[str, bytes]:
        with zipfile.ZipFile(self.bundle) as archive:
            return {name: archive.read(name) for name in archive.namelist()}


def release(directory: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Outcome:
    done = subprocess.run(
        [*COMMAND, "release", *arguments], cwd=directory, env=environment(env or {}), capture_output=True, text=True,
        timeout=DEADLINE, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return Outcome(done.returncode, done.stdout, done.stderr, directory)


def checklist(directory: Path, content: str, name: str = "mine.toml") -> Path:
    """A file with a title, unless the content begins with one, or extends another."""
    path = directory / name
    path.write_text(content if content.startswith(("title", "extends")) else f'title = "Mine"\n{content}')
    return path


def loaded(directory: Path, content: str) -> Loaded:
    return load(str(checklist(directory, content)))


def command(name: str, code: str, more: str = "") -> str:
    """A step that runs Python code."""
    return f'[steps.{name}]\nkind = "command"\ntitle = "{name}"\nrun = {json.dumps([PYTHON, "-c", code])}\n{more}\n'


def file(directory: Path, name: str, content: Any) -> str:
    """The path of a file with a text, or with a document as JSON."""
    path = directory / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(path)
