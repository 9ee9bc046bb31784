"""Profile files as documents: found by name or path, laid over what they extend, completed from the environment."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from conformance.contracts.paths import with_path
from conformance.target.errors import ConfigError

BUILT_IN = Path(__file__).parent / "data"
RUN = "run."
"""What `[environ]` calls the options of the run."""

Document = dict[str, Any]


def names() -> list[str]:
    """The profiles that come with the package."""
    return sorted(path.stem for path in BUILT_IN.glob("*.toml"))


def read(named: str) -> Document:
    """The document of a profile with all that it extends below it. Raises `ConfigError`."""
    merged: Document = {}
    for document in reversed(list(_chain(named))):
        merged = laid_over(merged, document)
    merged.pop("extends", None)
    return merged


def _chain(named: str, below: Path | None = None) -> Iterator[Document]:
    seen: list[Path] = []
    while named:
        path = _locate(named, below)
        if path in seen:
            raise ConfigError(f"--profile: {path} extends itself, by way of {', '.join(one.name for one in seen)}")
        seen.append(path)
        document = _parse(path)
        document.setdefault("name", path.stem)
        yield document
        named, below = document.get("extends") or "", path.parent
        if not isinstance(named, str):
            raise ConfigError(f"--profile: {path}: extends has to be the name or path of one profile")


def _locate(named: str, below: Path | None) -> Path:
    """A built-in profile, else a file; `below` is the directory of the profile that names it."""
    built_in = BUILT_IN / f"{named}.toml"
    if named in names():
        return built_in
    path = Path(named).expanduser()
    path = path if path.is_absolute() or below is None else below / path
    if not path.is_file():
        raise ConfigError(f"--profile: no profile {named!r}; use {', '.join(names())} or the path of a TOML file")
    return path.resolve()


def _parse(path: Path) -> Document:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"--profile: {path}: not valid TOML: {error}") from None
    except OSError as error:
        raise ConfigError(f"--profile: {path} cannot be read: {error.strerror or error}") from None


def laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> Document:
    """Tables are merged, everything else is replaced."""
    merged = dict(below)
    for key, value in above.items():
        if isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = laid_over(merged[key], value)
        else:
            merged[key] = value
    return merged


def from_environment(document: Mapping[str, Any], environ: Mapping[str, str]) -> Document:
    """The document with what the variables named in its table `environ` say."""
    completed = dict(document)
    for name, key in _environ(document):
        if environ.get(name) and not key.startswith(RUN):
            completed = with_path(completed, key, environ[name])
    return completed


def run_options(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Options of the run by the variables that set them."""
    found: dict[str, list[str]] = {}
    for name, key in _environ(document):
        if key.startswith(RUN):
            found.setdefault(key.removeprefix(RUN), []).append(name)
    return found


def _environ(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    table = document.get("environ", {})
    for name, key in table.items() if isinstance(table, dict) else ():
        if not isinstance(key, str | list):
            continue
        yield from ((name, one) for one in ([key] if isinstance(key, str) else key) if isinstance(one, str))
