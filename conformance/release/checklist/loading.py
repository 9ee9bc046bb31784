"""From checklist files to a checklist, with one clear line for what is wrong in them."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from conformance.release.checklist import checking, documents
from conformance.release.checklist.graph import in_order
from conformance.release.checklist.model import FORMAT, AnyStep, Checklist
from conformance.target.errors import ConfigError

_AT: Final = re.compile(r" - at `(?:key in )?\$?\.?(.*)`$")
_UNKNOWN: Final = re.compile(r"Object contains unknown field `(.*)`")
_KINDS: Final = "suite, command, artifact, observe, load or manual"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A checklist, its steps in an order in which they can be run, those that it takes out of the ones below,
    and the files that it came from with a checksum over all of them."""

    checklist: Checklist
    order: tuple[str, ...]
    left_out: tuple[str, ...]
    files: tuple[Path, ...]
    sha256: str

    @property
    def needs(self) -> dict[str, tuple[str, ...]]:
        return {name: step.needs for name, step in self.checklist.steps.items()}


def load(named: str) -> Loaded:
    """Raises `ConfigError` with one line that names the file, the key and the fix."""
    document, files = documents.read(named)
    where = f"--checklist: {files[0].name}"
    try:
        steps = document.get("steps", {})
        left_out = tuple(name for name, step in steps.items() if step is False) if isinstance(steps, dict) else ()
        if left_out:
            document["steps"] = {name: step for name, step in steps.items() if step is not False}
        checklist = _converted(document)
        order = in_order({name: step.needs for name, step in checklist.steps.items()})
        checking.check(checklist)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None
    digest = hashlib.sha256()
    for path in files:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return Loaded(checklist, tuple(order), left_out, files, digest.hexdigest())


def _converted(document: Mapping[str, Any]) -> Checklist:
    if document.get("format", FORMAT) != FORMAT:
        raise ConfigError(f"format {document['format']!r} is not known here; this version reads format {FORMAT}")
    steps = document.get("steps")
    if not isinstance(steps, dict) or not steps:
        raise ConfigError("no steps; write each as a table, [steps.NAME]")
    made = {name: _step(name, step) for name, step in steps.items()}
    rest = {key: value for key, value in document.items() if key != "steps"}
    try:
        return msgspec.structs.replace(msgspec.convert({**rest, "steps": {}}, Checklist), steps=made)
    except msgspec.ValidationError as error:
        raise ConfigError(_in_words(str(error))) from None


def _step(name: str, document: Any) -> AnyStep:
    """By itself, so that a problem can be told with the name of the step."""
    if not isinstance(document, dict):
        raise ConfigError(f"steps.{name} has to be a table, written [steps.{name}]")
    if "kind" not in document:
        raise ConfigError(f"steps.{name}: kind is missing; use {_KINDS}")
    try:
        return msgspec.convert(document, AnyStep)  # type: ignore[no-any-return]
    except msgspec.ValidationError as error:
        raise ConfigError(_in_words(str(error), f"steps.{name}")) from None


def _in_words(problem: str, below: str = "") -> str:
    place = _AT.search(problem)
    said = _AT.sub("", problem)
    where = ".".join(part for part in (below, place[1].strip(".") if place else "") if part)
    if unknown := _UNKNOWN.match(said):
        return f"{where}: unknown key {unknown[1]!r}".removeprefix(": ")
    if where.endswith(".kind"):
        return f"{where}: {said[:1].lower()}{said[1:]}; use {_KINDS}"
    return f"{where}: {said[:1].lower()}{said[1:]}".removeprefix(": ")
