"""`servers.toml`: which servers are measured, how each is installed and started, and which call is made."""

import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

HERE: Final = Path(__file__).parent
SERVERS: Final = HERE / "servers"
FILE: Final = HERE / "servers.toml"

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_EXACT = re.compile(r"\d+(\.\d+)+((a|b|rc|\.post|-[a-z]+\.)\d+)?")
_PLACEHOLDERS = frozenset({"port", "name", "version", "python", "bin", "script", "servers", "scratch"})
_PIN = {"pip": "==", "npm": "@"}


class Unusable(ValueError):
    """`servers.toml` says something that cannot be carried out."""


class Server(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of the leaderboard.

    In `command` and `env`, `{port}` is a free port, `{name}` and `{version}` are those of the server, `{python}` is the
    interpreter and `{bin}` the directory of programs of its environment, `{script}` the script, where its packages are
    found, `{servers}` the directory of our server files, and `{scratch}` an empty directory, which is also the home.
    """

    name: str
    label: str
    kind: Literal["framework", "product"]
    """A framework runs the workload that is the same for all; a product has tools of its own."""
    language: str
    installer: Literal["pip", "npm"]
    package: str
    version: str
    also: tuple[str, ...] = msgspec.field(default=(), name="with")
    """Other packages that are pinned, as the installer writes them."""
    script: str | None = None
    command: tuple[str, ...]
    env: dict[str, str] = {}
    path: str
    revision: str
    """In which the load is spoken; the suites judge all that the server speaks."""
    tool: str
    arguments: dict[str, Any] = {}
    sessions: bool
    answers: Literal["JSON", "SSE"]
    notes: str
    ready_s: float = 30.0
    """How long it may take until it answers."""

    @property
    def packages(self) -> tuple[str, ...]:
        """What the installer is asked for."""
        return (f"{self.package}{_PIN[self.installer]}{self.version}", *self.also)

    def __post_init__(self) -> None:
        for problem in _problems(self):
            raise ValueError(f"{self.name}: {problem}")


class _File(msgspec.Struct, forbid_unknown_fields=True):
    server: tuple[Server, ...]


def load(file: Path = FILE) -> tuple[Server, ...]:
    """The servers in the order of the file, or Unusable with what is wrong."""
    try:
        servers = msgspec.convert(tomllib.loads(file.read_text()), _File).server
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Unusable(f"{file}: {error}") from error
    twice = [name for name, count in Counter(server.name for server in servers).items() if count > 1]
    if twice:
        raise Unusable(f"{file}: named twice: {', '.join(twice)}")
    return servers


def _problems(server: Server) -> list[str]:
    words = (*server.command, *server.env.values())
    used = {name for word in words for name in re.findall(r"\{(\w*)\}", word)}
    found = {
        "the name has other characters than a-z, 0-9 and -": not _NAME.fullmatch(server.name),
        f"the version {server.version!r} is not exact": not _EXACT.fullmatch(server.version),
        "the command is empty": not server.command,
        "the path does not begin with /": not server.path.startswith("/"),
        "neither command nor env has {port}": "port" not in used,
        f"unknown placeholders: {', '.join(sorted(used - _PLACEHOLDERS))}": bool(used - _PLACEHOLDERS),
        "the command uses {script}, but there is none": "script" in used and server.script is None,
        f"there is no file {server.script}": server.script is not None and not (HERE / server.script).is_file(),
    }
    loose = [package for package in server.also if not _pinned(package, server.installer)]
    return [*(text for text, wrong in found.items() if wrong), *(f"{package!r} is not exact" for package in loose)]


def _pinned(package: str, installer: str) -> bool:
    name, pin, version = package.rpartition(_PIN[installer])
    return bool(name and pin and _EXACT.fullmatch(version))
