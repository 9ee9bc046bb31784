"""Reads and validates `data/<system>.yaml`, one file a system, one entry a clause."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, get_args

from conformance.contracts.clauses.clause import Basis, Clause, Level, Plane, Safety
from conformance.registries import labelled_entries

DATA: Final = Path(__file__).parent / "data"

TAGS: Final = {"emcp": "EMCP", "operator": "ABZU", "upgrade": "WVO", "level3": "L3"}
"""How the ids of each system's clauses begin, after `C-`."""

_WORDS: Final = {"level": Level, "basis": Basis, "plane": Plane, "safety": Safety}
_TEXTS: Final = frozenset({"id", "source", "given", "when", "then"})
_OPTIONAL: Final = frozenset({"notes", "excused"})


class ClauseError(Exception):
    """The data files are not a valid registry; the message names every file, id and problem."""


@cache
def load() -> Mapping[str, Clause]:
    """All clauses by id, in the order of the files; ClauseError when a file is invalid."""
    return read_directory(DATA)


def read_directory(directory: Path) -> Mapping[str, Clause]:
    found: dict[str, Clause] = {}
    problems: list[str] = []
    for path in sorted(directory.glob("*.yaml")):
        for label, entry in labelled_entries(path, "clauses", ClauseError):
            wrong = list(_problems(path.stem, entry)) or (["duplicate id"] if entry["id"] in found else [])
            problems += [f"{path.name}: {label}: {problem}" for problem in wrong]
            if not wrong:
                found[entry["id"]] = Clause(system=path.stem, **entry)
    if not found:
        problems.append(f"{directory}: no clause found")
    if problems:
        raise ClauseError("\n".join(problems))
    return MappingProxyType(found)


def _problems(system: str, entry: Any) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield "not a mapping"
        return
    fields = _TEXTS | _WORDS.keys()
    if unknown := sorted(map(str, entry.keys() - fields - _OPTIONAL)):
        yield f"unknown field {', '.join(unknown)}"
    if missing := sorted(fields - entry.keys()):
        yield f"missing field {', '.join(missing)}"
    for field in sorted((_TEXTS | _OPTIONAL) & entry.keys()):
        if not isinstance(entry[field], str) or not entry[field].strip():
            yield f"{field} has to be a text"
    for field in sorted(_WORDS.keys() & entry.keys()):
        if entry[field] not in get_args(_WORDS[field]):
            yield f"unknown {field} {entry[field]}"
    if "id" in entry and not re.fullmatch(rf"C-{TAGS.get(system, '[A-Z0-9]+')}-\d{{3}}", str(entry["id"])):
        yield "the id does not fit the file"
