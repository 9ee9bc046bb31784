"""What a step depends on, in one number: when it is the same, a step that passed need not be run again."""

import hashlib
import hmac
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from conformance import __version__
from conformance.release.checklist.model import AnyStep, Command, Load, Observe, Suite
from conformance.release.kinds.appending import appended_name

_MOST_FILES: Final = 2_000
_MOST_BYTES: Final = 64 * 1024 * 1024
_GIT_S: Final = 10

_WORDS: Final = ("title", "advice", "owner", "link", "rules", "severity", "time_limit_s", "needs", "lock")
"""Keys of a step that do not change what it does."""


def fingerprint(step: AnyStep, environment: Iterable[str], environ: Mapping[str, str], salt: bytes) -> str:
    """Over the step, the variables that its process gets, the files it reads, the state of the repository it runs in,
    and the version of this tool. Salted, as secrets are in it."""
    names = sorted({*environment, *step.environment, getattr(step, "token_env", "")} - {""})
    document = {
        "step": {key: value for key, value in _builtins(step).items() if key not in _WORDS},
        "environment": {name: environ.get(name) for name in names},
        "files": {name: _digest(Path(name).expanduser()) for name in sorted(set(_files(step))) if name},
        "repository": _repository(Path(step.cwd or ".").expanduser()) if isinstance(step, Command) else "",
        "tool": __version__,
    }
    return hmac.new(salt, msgspec.json.encode(document, order="sorted"), hashlib.sha256).hexdigest()


def still_there(step: AnyStep, work: Path) -> bool:
    """Whether the lines that a command has added to files are still in them."""
    if not isinstance(step, Command):
        return True
    for name in step.appends:
        path = Path(name).expanduser()
        added = work / appended_name(path)
        if added.is_file() and not (path.is_file() and added.read_bytes() in path.read_bytes()):
            return False
    return True


def _builtins(step: AnyStep) -> dict[str, Any]:
    return dict(msgspec.to_builtins(step))


def _files(step: AnyStep) -> Iterator[str]:
    """What a step reads; names of built-in profiles are no files, and stay names."""
    if isinstance(step, Suite):
        yield from (*step.profiles, *step.evidence.values(), step.config)
    elif isinstance(step, Load):
        yield from (*step.profiles, step.baseline)
    elif isinstance(step, Observe):
        yield from (step.profile, step.samples.source if step.samples else "")
    elif isinstance(step, Command) and not isinstance(step.run, str):
        yield from (part for part in step.run if "/" in part)


def _digest(path: Path) -> str:
    """Of a file, or of all files below a directory; empty where there is none."""
    digest = hashlib.sha256()
    left = _MOST_BYTES
    for number, one in enumerate(_below(path)):
        if number >= _MOST_FILES:
            break
        try:
            facts = one.stat()
            digest.update(f"{one.name} {facts.st_size} ".encode("utf-8", "surrogateescape"))
            if facts.st_size > left:
                digest.update(str(facts.st_mtime_ns).encode())
                continue
            digest.update(one.read_bytes())
            left -= facts.st_size
        except OSError:
            continue
    return digest.hexdigest() if path.exists() else ""


def _below(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        for directory, names, files in os.walk(path):
            names.sort()
            yield from (Path(directory, name) for name in sorted(files) if Path(directory, name).is_file())


def _repository(directory: Path) -> str:
    """The commit and what differs from it, where the directory is in a git work tree."""
    asked = (("rev-parse", "HEAD"), ("status", "--porcelain"), ("diff", "HEAD"))
    return "\n".join(_git(directory, *arguments) for arguments in asked)


def _git(directory: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "--no-optional-locks", *arguments], cwd=directory, capture_output=True, timeout=_GIT_S,
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return hashlib.sha256(done.stdout).hexdigest() if done.returncode == 0 else ""
