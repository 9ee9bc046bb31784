"""Reads baseline files, TOML or YAML. What is wrong with the form of one is a `ConfigError`."""

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import yaml

from conformance.baseline.model import Baseline, Entry
from conformance.protocol.revisions import REVISIONS
from conformance.target.errors import ConfigError

TOML = (".toml",)
YAML = (".yaml", ".yml")


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    baseline: tuple[Entry, ...] = ()
    promote: dict[str, str] = {}
    accept: dict[str, str] = {}


def read_baseline(path: Path) -> Baseline:
    """The baseline of a file. Raises `ConfigError` in one line that names the file and the entry."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"--baseline: {path} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"--baseline: {path} is not UTF-8 text") from None
    return parse_baseline(path, text)


def parse_baseline(path: Path, text: str) -> Baseline:
    """The same of a text that `path` has, or will have."""
    try:
        found = msgspec.convert(_document(path, text), _File)
    except msgspec.ValidationError as error:
        raise ConfigError(f"--baseline: {path}: {_counted_from_one(str(error))}") from None
    made = Baseline(path, found.baseline, found.promote, found.accept)
    _check(made)
    return made


def is_yaml(path: Path) -> bool:
    """Which of the two forms a file has, by its name. Raises `ConfigError`."""
    if path.suffix.lower() not in (*TOML, *YAML):
        raise ConfigError(f"--baseline: {path}: the name has to end in .toml, .yaml or .yml")
    return path.suffix.lower() in YAML


def _document(path: Path, text: str) -> Any:
    try:
        document = yaml.safe_load(text) if is_yaml(path) else tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"--baseline: {path}: not valid TOML: {error}") from None
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(f"--baseline: {path}: not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(document, dict):
        return document or {}
    return {key: _with_words(value) for key, value in document.items() if value is not None}


def _with_words(value: Any) -> Any:
    """A revision that was written without quotes is a date to both languages."""
    if not isinstance(value, list):
        return value
    return [
        {**one, "revision": one["revision"].isoformat()}
        if isinstance(one, dict) and isinstance(one.get("revision"), date)
        else one
        for one in value
    ]


def _counted_from_one(message: str) -> str:
    return re.sub(r"\$\.baseline\[(\d+)\]", lambda match: f"entry {int(match[1]) + 1}", message)


def _check(baseline: Baseline) -> None:
    for number, entry in enumerate(baseline.entries, start=1):
        where = f"--baseline: {baseline.path}: {baseline.label(number)}"
        if entry.revision is not None and entry.revision not in REVISIONS:
            raise ConfigError(f"{where}: no such revision; known: {', '.join(REVISIONS)}")
        for name in ("reason", "owner", "target"):
            if not getattr(entry, name).strip():
                raise ConfigError(f"{where}: {name} is empty")
    for table, words in (("promote", baseline.promote), ("accept", baseline.accept)):
        for id, reason in words.items():
            if not reason.strip():
                raise ConfigError(f'--baseline: {baseline.path}: [{table}] {id}: write a reason, {id} = "why"')
