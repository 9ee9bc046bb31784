"""Checklist files as documents: found by name or path, laid over what they extend."""

import tomllib
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final

from conformance.contracts.profiles.documents import laid_over
from conformance.target.errors import ConfigError

BUILT_IN: Final = Path(__file__).parents[1] / "checklists"
MOST_BYTES: Final = 4 * 1024 * 1024

Document = dict[str, Any]


def names() -> list[str]:
    """The checklists that come with the package."""
    return sorted(path.stem for path in BUILT_IN.glob("*.toml"))


def read(named: str) -> tuple[Document, tuple[Path, ...]]:
    """The document of a checklist with all that it extends below it, and the files that it came from, the named one
    first. Raises `ConfigError`."""
    found = list(_chain(named))
    merged: Document = {}
    for _, document in reversed(found):
        merged = laid_over(merged, document)
    merged.pop("extends", None)
    return merged, tuple(path for path, _ in found)


def _chain(named: str, below: Path | None = None) -> Iterator[tuple[Path, Document]]:
    seen: list[Path] = []
    while named:
        path = _locate(named, below)
        if path in seen:
            raise ConfigError(f"--checklist: {path} extends itself, by way of {', '.join(one.name for one in seen)}")
        seen.append(path)
        document = parse(path, "--checklist")
        document.setdefault("name", path.stem)
        yield path, document
        named, below = document.get("extends") or "", path.parent
        if not isinstance(named, str):
            raise ConfigError(f"--checklist: {path}: extends has to be the name or path of one checklist")


def _locate(named: str, below: Path | None) -> Path:
    """A built-in checklist, else a file; `below` is the directory of the checklist that names it."""
    if named in names():
        return BUILT_IN / f"{named}.toml"
    path = Path(named).expanduser()
    path = path if path.is_absolute() or below is None else below / path
    if not path.is_file():
        raise ConfigError(f"--checklist: no checklist {named!r}; use {', '.join(names())} or the path of a TOML file")
    return path.resolve()


def parse(path: Path, option: str) -> Document:
    """A TOML file, its dates and times as text. Raises `ConfigError` that names the option and the file."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{option}: {path} cannot be read: {error.strerror or error}") from None
    if len(data) > MOST_BYTES:
        raise ConfigError(f"{option}: {path} is longer than {MOST_BYTES} bytes")
    try:
        document = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{option}: {path}: not valid TOML: {error}") from None
    return {key: _plain(value) for key, value in document.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date | datetime | time) else value
