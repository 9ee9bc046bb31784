"""Reads the YAML files of a registry: a list of entries, each of which has an `id`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def labelled_entries(path: Path, of: str, error: type[Exception]) -> Iterator[tuple[str, Any]]:
    """Each entry of a file with its id, or its number where it has none. Raises `error`, which names the file, where
    the file is not a list in YAML; `of` says in the message what is listed."""
    try:
        entries = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except yaml.YAMLError as problem:
        raise error(f"{path.name}: not YAML: {problem}") from problem
    if not isinstance(entries, list):
        raise error(f"{path.name}: a list of {of} is expected")
    for number, entry in enumerate(entries, start=1):
        named = isinstance(entry, dict) and isinstance(entry.get("id"), str)
        yield (entry["id"] if named else f"entry {number}"), entry
