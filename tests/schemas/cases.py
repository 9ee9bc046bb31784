"""Reads the cases in `data/`: valid values for each definition, and how to break them."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from conformance.protocol import schemas
from conformance.protocol.revisions import REVISIONS

DATA = Path(__file__).parent / "data"
DEFINITION_FILES = ("base", "lifecycle", "resources", "features", "client")


@dataclass(frozen=True)
class Case:
    """One value of one definition; `broken_at` is where a problem has to be found, None for a valid value."""

    revision: str
    definition: str
    value: Any
    broken_at: str | None
    label: str

    def __str__(self) -> str:
        return f"{self.revision}-{self.definition}-{self.label}"


@cache
def definition_cases() -> tuple[Case, ...]:
    """Every case of every revision that has the definition."""
    blocks = [
        (name, block) for file in DEFINITION_FILES for name, given in load(file).items() for block in _blocks(given)
    ]
    return tuple(
        case
        for revision in REVISIONS
        for name, block in blocks
        if block.get("since", "") <= revision <= block.get("until", "9999")
        if name in schemas.definitions(revision)
        for case in _cases(revision, name, block)
    )


@cache
def load(name: str) -> Any:
    """One data file."""
    return yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))


@cache
def read_json(path: Path) -> Any:
    """One schema file."""
    return json.loads(path.read_text(encoding="utf-8"))


def _blocks(given: Any) -> list[dict[str, Any]]:
    return given if isinstance(given, list) else [given]


def _cases(revision: str, name: str, block: dict[str, Any]) -> Iterator[Case]:
    for index, value in enumerate(block["valid"]):
        yield Case(revision, name, value, None, f"valid{index}")
    first = block["valid"][0]
    for path in block.get("drop", ()):
        yield Case(revision, name, changed(first, path), path, f"without{path}")
    for change in block.get("set", ()):
        (path, value), *rest = change.items()
        at = dict(rest).get("at", path)
        yield Case(revision, name, changed(first, path, value), at, f"{at}={value!r:.40}")
    for path, value in _usual(name, first):
        yield Case(revision, name, changed(first, path, value), path, f"usual{path}={value!r}")


def _usual(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """What breaks any definition of a kind, so that the data files need not repeat it."""
    if not isinstance(value, dict):
        return
    yield "", None
    if name.endswith(("Request", "Notification")) and name not in _GENERAL:
        yield "/method", "no/such"
        yield from [("/params", "text")] if "params" in value else []
    if name.endswith("Result"):
        yield from [("/_meta", 1)] if name not in _WITHOUT_META else []
    if name.endswith(("Content", "Schema", "Reference")) and "type" in value:
        yield "/type", "no-such-type"


_GENERAL = {"Request", "Notification", "JSONRPCRequest", "JSONRPCNotification", "PaginatedRequest"}
_WITHOUT_META = {"ListRootsResult", "ElicitResult"}
_ABSENT = object()


def changed(value: Any, path: str, new: Any = _ABSENT) -> Any:
    """A copy of a value with the member at a JSON Pointer replaced, or removed."""
    if not path:
        return new
    *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
    result = copy.deepcopy(value)
    target = result
    for part in parents:
        target = target[int(part)] if isinstance(target, list) else target.setdefault(part, {})
    if isinstance(target, list):
        target[int(last)] = new
    elif new is _ABSENT:
        del target[last]
    else:
        target[last] = new
    return result
