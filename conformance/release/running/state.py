"""What earlier runs of a release came to, so that it can be taken up again after a failure."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from conformance.contracts.times import instant
from conformance.release.kinds.manual import Answer
from conformance.release.results.model import StepResult
from conformance.release.running.sealing import is_whole
from conformance.target.errors import ConfigError

STATE: Final = "state.json"
LOCK: Final = ".lock"


class Passed(Struct, frozen=True):
    """A step that passed, and what it depended on."""

    result: StepResult
    fingerprint: str


class State(Struct):
    """`salt` goes into the fingerprints; `answers` are those that were given at the terminal."""

    salt: str = msgspec.field(default_factory=lambda: secrets.token_hex(16))
    passed: dict[str, Passed] = {}
    answers: dict[str, Answer] = {}


def load(directory: Path) -> State:
    """A state that cannot be read is none: then everything is run again."""
    try:
        return msgspec.json.decode((directory / STATE).read_bytes(), type=State)
    except (OSError, msgspec.MsgspecError):
        return State()


def save(state: State, directory: Path) -> None:
    """Whole or not at all, and for the owner only: fingerprints are made of secrets, too."""
    replace(directory / STATE, msgspec.json.encode(state), mode=0o600)


def replace(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Write a file so that whoever reads it finds the old one or the new one."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(data)
    os.replace(fresh, path)


def kept(state: State, name: str, fingerprint: str, now: float, longest_s: float, directory: Path) -> StepResult | None:
    """The result of an earlier run that still holds: same inputs, not too old, and its evidence is whole."""
    one = state.passed.get(name)
    if one is None or one.fingerprint != fingerprint:
        return None
    ended = instant(one.result.ended)
    if ended is None or not 0 <= now - ended <= longest_s or not is_whole(one.result.evidence, directory):
        return None
    return msgspec.structs.replace(one.result, kept=True)


@contextmanager
def alone(directory: Path) -> Iterator[None]:
    """Keeps a second run out of the directory. Raises `ConfigError`."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        file = (directory / LOCK).open("w")
    except OSError as error:
        raise ConfigError(f"--output: {directory} cannot be written to: {error.strerror}") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ConfigError(f"--output: another release run uses {directory}; wait for it, or name another") from None
        yield
