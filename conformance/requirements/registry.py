"""Reads and validates `data/<area>.yaml`, one file an area, one entry a rule."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

from conformance.registries import labelled_entries
from conformance.requirements.requirement import LEVELS, REVISIONS, MaxVerdict, Requirement

DATA = Path(__file__).parent / "data"

_REQUIRED = frozenset({"id", "level", "revisions", "where", "basis", "text", "how"})
_OPTIONAL = frozenset({"needs", "notes", "max_verdict", "not_checked"})
_BASES = ("prose", "schema-comment", "schema-shape", "extension", "best-practices", "lowercase")
_WARN_ONLY_BASES = ("best-practices", "lowercase")
_KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PLACE = re.compile(r"[A-Za-z0-9_./-]+#[A-Za-z0-9_-]+")


class RegistryError(Exception):
    """The data files are not a valid registry; the message names every file, id and problem."""


@cache
def load() -> Mapping[str, Requirement]:
    """All requirements by id, in the order of the files; RegistryError when a file is invalid."""
    return read_directory(DATA)


def read_directory(directory: Path) -> Mapping[str, Requirement]:
    """The registry in one directory of YAML files; RegistryError lists all that is wrong with it."""
    found: dict[str, Requirement] = {}
    problems: list[str] = []
    for path in sorted(directory.glob("*.yaml")):
        for label, entry in labelled_entries(path, "requirements", RegistryError):
            wrong = list(_problems(entry)) or _repeated(entry["id"], found)
            problems += [f"{path.name}: {label}: {problem}" for problem in wrong]
            if not wrong:
                found[entry["id"]] = _requirement(path.stem, entry)
    if not found:
        problems.append(f"{directory}: no requirement found")
    if problems:
        raise RegistryError("\n".join(problems))
    return MappingProxyType(found)


def _problems(entry: Any) -> Iterator[str]:
    """What is wrong with one entry; the shape comes first, since the other checks stand on it."""
    if not isinstance(entry, dict):
        yield "not a mapping"
        return
    shape = list(_shape_problems(entry))
    yield from shape or _value_problems(entry)


def _shape_problems(entry: dict[str, Any]) -> Iterator[str]:
    if unknown := sorted(map(str, entry.keys() - _REQUIRED - _OPTIONAL)):
        yield f"unknown field {', '.join(unknown)}"
    if missing := sorted(_REQUIRED - entry.keys()):
        yield f"missing field {', '.join(missing)}"
    texts = (_REQUIRED | _OPTIONAL) - {"level", "revisions", "where"}
    for field in sorted(texts & entry.keys()):
        if not isinstance(entry[field], str) or not entry[field].strip():
            yield f"{field} has to be a text"
    if not isinstance(entry.get("level", ""), str | dict):
        yield "level has to be a name or a mapping of revisions to names"
    if not isinstance(entry.get("revisions", []), list):
        yield "revisions has to be a list"
    if not isinstance(entry.get("where", {}), dict):
        yield "where has to map revisions to places"


def _value_problems(entry: dict[str, Any]) -> Iterator[str]:
    if not _KEBAB.fullmatch(entry["id"]):
        yield "the id is not in kebab case"
    if entry["basis"] not in _BASES:
        yield f"unknown basis {entry['basis']}"
    if entry.get("max_verdict", "fail") not in get_args(MaxVerdict):
        yield f"unknown max_verdict {entry['max_verdict']}"
    if entry["basis"] in _WARN_ONLY_BASES and entry.get("max_verdict") != "warn":
        yield f"basis {entry['basis']} needs max_verdict: warn"
    yield from _revision_problems(entry["revisions"])
    yield from _level_problems(entry)
    yield from _where_problems(entry)


def _revision_problems(revisions: list[Any]) -> Iterator[str]:
    if unknown := [revision for revision in revisions if revision not in REVISIONS]:
        yield f"unknown revision {', '.join(map(str, unknown))}"
    elif not revisions or revisions != sorted(set(revisions)):
        yield "revisions has to be a list of distinct revisions, oldest first"


def _level_problems(entry: dict[str, Any]) -> Iterator[str]:
    level = entry["level"]
    if isinstance(level, dict) and list(level) != entry["revisions"]:
        yield "a level by revision has to name each revision, oldest first"
    for name in level.values() if isinstance(level, dict) else [level]:
        if name not in LEVELS:
            yield f"unknown level {name}"


def _where_problems(entry: dict[str, Any]) -> Iterator[str]:
    if list(entry["where"]) != entry["revisions"]:
        yield "where has to name each revision, oldest first"
    for revision, places in entry["where"].items():
        if not isinstance(places, list) or not places:
            yield f"where {revision} has to be a list of places"
        elif bad := [place for place in places if not _PLACE.fullmatch(str(place))]:
            yield f"where {revision}: not a page#anchor: {', '.join(map(str, bad))}"


def _repeated(requirement_id: str, found: Mapping[str, Requirement]) -> list[str]:
    if requirement_id not in found:
        return []
    return [f"duplicate id, already in {found[requirement_id].area}.yaml"]


def _requirement(area: str, entry: dict[str, Any]) -> Requirement:
    level = entry["level"]
    return Requirement(
        id=entry["id"],
        area=area,
        levels=level if isinstance(level, dict) else dict.fromkeys(entry["revisions"], level),
        where={revision: tuple(places) for revision, places in entry["where"].items()},
        basis=entry["basis"],
        text=entry["text"],
        how=entry["how"],
        needs=entry.get("needs", ""),
        notes=entry.get("notes", ""),
        max_verdict=entry.get("max_verdict", "fail"),
        not_checked=entry.get("not_checked"),
    )
