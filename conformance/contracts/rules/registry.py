"""Reads and validates `data/<contract>.yaml`, one file a contract, one entry a rule."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

from conformance.registries import labelled_entries

DATA = Path(__file__).parent / "data"

RuleLevel = Literal["must", "should"]
Safety = Literal["safe", "write", "noisy", "destructive", "offline"]

_REQUIRED = frozenset({"id", "level", "safety", "text", "how", "clauses", "advice"})
_OPTIONAL = frozenset({"see"})
_KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CLAUSE = re.compile(r"C-(EMCP|ABZU|WVO|L3)-\d{3}")


class RuleError(Exception):
    """The data files are not a valid registry; the message names every file, id and problem."""


@dataclass(frozen=True, slots=True)
class ContractRule:
    """A promise that a profile may make. `how` is stimulus -> expected observation, `advice` what an operator does when
    it is broken, `clauses` the numbered promises of real systems that it judges."""

    id: str
    contract: str
    level: RuleLevel
    safety: Safety
    text: str
    how: str
    clauses: tuple[str, ...]
    advice: str
    see: str


@cache
def load() -> Mapping[str, ContractRule]:
    """All rules by id, in the order of the files; RuleError when a file is invalid."""
    return read_directory(DATA)


def read_directory(directory: Path) -> Mapping[str, ContractRule]:
    found: dict[str, ContractRule] = {}
    problems: list[str] = []
    for path in sorted(directory.glob("*.yaml")):
        for label, entry in labelled_entries(path, "rules", RuleError):
            wrong = list(_problems(entry)) or (["duplicate id"] if entry["id"] in found else [])
            problems += [f"{path.name}: {label}: {problem}" for problem in wrong]
            if not wrong:
                rule = {**entry, "clauses": tuple(entry["clauses"]), "see": entry.get("see", "")}
                found[entry["id"]] = ContractRule(contract=path.stem, **rule)
    if problems:
        raise RuleError("\n".join(problems))
    return MappingProxyType(found)


def _problems(entry: Any) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield "not a mapping"
        return
    if wrong := sorted(map(str, (entry.keys() - _REQUIRED - _OPTIONAL) | (_REQUIRED - entry.keys()))):
        yield f"unknown or missing field {', '.join(wrong)}"
        return
    if not _KEBAB.fullmatch(str(entry["id"])):
        yield "the id is not in kebab case"
    if entry["level"] not in get_args(RuleLevel):
        yield f"unknown level {entry['level']}"
    if entry["safety"] not in get_args(Safety):
        yield f"unknown safety {entry['safety']}"
    for field in ("text", "how", "advice"):
        if not isinstance(entry[field], str) or not entry[field].strip():
            yield f"{field} has to be a text"
    clauses = entry["clauses"]
    if not isinstance(clauses, list) or not all(_CLAUSE.fullmatch(str(one)) for one in clauses):
        yield "clauses has to be a list of clause ids"
