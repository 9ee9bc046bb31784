"""Installs each server of `servers.toml` in an environment of its own: `python -m benchmarks.leaderboard.install`.

What is there already is left alone. Only the packages that `servers.toml` names are pinned; `installed()` tells which
versions of the others came with them.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.leaderboard import registry
from benchmarks.leaderboard.registry import Server

CACHE: Final = Path(".cache/leaderboard")
_STAMP = "installed.json"
_SECONDS = 600.0


class NotInstalled(RuntimeError):
    """A server cannot be installed here; the text says why."""


@dataclass(frozen=True)
class Environment:
    """Where the packages of a server are. Servers with the same packages share one."""

    server: Server
    directory: Path

    @property
    def bin(self) -> Path:
        return self.directory / ("bin" if self.server.installer == "pip" else "node_modules/.bin")

    @property
    def script(self) -> Path | None:
        """The script of the server. Node looks for packages beside the script, so there it is a copy."""
        if self.server.script is None:
            return None
        source = registry.HERE / self.server.script
        return source if self.server.installer == "pip" else self.directory / f"{self.server.name}{source.suffix}"

    def installed(self) -> list[str]:
        """All packages with their versions."""
        versions: list[str] = json.loads((self.directory / _STAMP).read_text())
        return versions


def install(server: Server, cache: Path = CACHE) -> Environment:
    """The environment of the server, installed if it is not there; NotInstalled if that fails."""
    environment = Environment(server, _directory(server, cache.resolve()))
    if not (environment.directory / _STAMP).exists():
        shutil.rmtree(environment.directory, ignore_errors=True)
        environment.directory.mkdir(parents=True)
        versions = _pip(environment) if server.installer == "pip" else _npm(environment)
        (environment.directory / _STAMP).write_text(json.dumps(versions, indent=1))
    if server.installer == "npm" and environment.script and server.script:
        shutil.copy(registry.HERE / server.script, environment.script)
    return environment


def _directory(server: Server, cache: Path) -> Path:
    readable = re.sub(r"[^a-z0-9.]+", "-", f"{server.package}-{server.version}".lower()).strip("-")
    digest = hashlib.sha256("\n".join((*server.packages, sys.version)).encode()).hexdigest()[:8]
    return cache / f"{server.installer}-{readable}-{digest}"


def _pip(environment: Environment) -> list[str]:
    python = str(environment.bin / "python")
    _run([sys.executable, "-m", "venv", str(environment.directory)])
    _run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *environment.server.packages])
    return _run([python, "-m", "pip", "freeze"]).splitlines()


def _npm(environment: Environment) -> list[str]:
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise NotInstalled(f"there is no {program} on this machine")
    where = environment.directory
    (where / "package.json").write_text('{"private": true, "type": "module"}')
    quiet = ("--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--save-exact")
    _run(["npm", "install", *quiet, *environment.server.packages], where)
    locked = json.loads((where / "package-lock.json").read_text())["packages"]
    return sorted(f"{path.rpartition('node_modules/')[2]}@{of['version']}" for path, of in locked.items() if path)


def _run(command: Sequence[str], cwd: Path | None = None) -> str:
    try:
        done = subprocess.run(
            command, cwd=cwd, capture_output=True, text=True, timeout=_SECONDS, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        raise NotInstalled(f"{command[0]} was not done after {_SECONDS:.0f} s") from None
    if done.returncode:
        raise NotInstalled(f"{os.path.basename(command[0])} failed: {_last_line(done.stderr or done.stdout)}")
    return done.stdout


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "it said nothing")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.leaderboard.install", description=__doc__)
    parser.add_argument("--only", action="append", default=[], metavar="NAME")
    only = parser.parse_args().only
    for server in registry.load():
        if only and server.name not in only:
            continue
        try:
            print(f"{server.name:<24} {install(server).directory}", flush=True)
        except NotInstalled as reason:
            print(f"{server.name:<24} skipped: {reason}", flush=True)


if __name__ == "__main__":
    main()
