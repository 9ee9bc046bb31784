"""Conformance beside speed: finds the verdict file that is about the server of a run."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from conformance.load.leaderboard.text import clean
from conformance.load.results.model import Conformance, Target
from conformance.target.errors import ConfigError

_NOT_NAMED: Final = ("", "unnamed server")


class _Summary(msgspec.Struct, frozen=True):
    complete: bool
    conforms: bool | None = None
    counts: dict[str, int] = {}


class _Subject(msgspec.Struct, frozen=True):
    url: str
    server: str


class Verdicts(msgspec.Struct, frozen=True):
    """What is read of a verdict file (`schemas/reports/verdicts.json`)."""

    started: str
    target: _Subject
    summary: _Summary
    file: str = ""

    @property
    def conformance(self) -> Conformance:
        """An incomplete run says nothing of the whole."""
        count = self.summary.counts.get
        conforms = self.summary.conforms if self.summary.complete else None
        return Conformance(
            conforms=conforms, passed=count("pass", 0), failed=count("fail", 0) + count("error", 0),
            warned=count("warn", 0),
        )  # fmt: skip


def read_verdicts(paths: Iterable[Path]) -> list[Verdicts]:
    """Newest first. Raises `ConfigError`, which names the file."""
    found = [msgspec.structs.replace(_read(path), file=clean(path.name)) for path in paths]
    return sorted(found, key=lambda one: (one.started, one.file), reverse=True)


def verdicts_on(target: Target, files: Sequence[Verdicts]) -> Verdicts | None:
    """By the name and version that the server gave both times, as a port may have served many; of several, that of the
    same URL. A server without a name is known by its URL only."""
    name = f"{target.server} {target.version}".strip()
    if name in _NOT_NAMED:
        same = [one for one in files if one.target.server.strip() in _NOT_NAMED and one.target.url == target.url]
    else:
        same = [one for one in files if one.target.server.strip() == name]
    return next((one for one in same if one.target.url == target.url), same[0] if same else None)


def unused(files: Iterable[Verdicts], targets: Sequence[Target]) -> list[str]:
    """Names of files that are about none of the targets: most likely the wrong ones."""
    return [one.file for one in files if not any(verdicts_on(target, [one]) for target in targets)]


def _read(path: Path) -> Verdicts:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Verdicts)
    except OSError as error:
        raise ConfigError(f"--conformance: {path}: cannot be read: {error.strerror}") from None
    except msgspec.MsgspecError as error:
        raise ConfigError(f"--conformance: {path}: not a verdict file: {error}") from None
