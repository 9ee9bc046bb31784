"""Reads `data/<system>.yaml`, one entry a clause."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Clause:
    """`basis`: D the runbook, P another normative text, S source code only, I inferred."""

    id: str
    system: str
    level: str
    basis: str
    source: str
    plane: str
    safety: str
    given: str
    when: str
    then: str
    notes: str = ""
    excused: str = ""

    @property
    def promised(self) -> bool:
        return self.basis in ("D", "P")


@cache
def load() -> Mapping[str, Clause]:
    found: dict[str, Clause] = {}
    for path in sorted(DATA.glob("*.yaml")):
        for entry in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
            found[entry["id"]] = Clause(system=path.stem, **entry)
    return MappingProxyType(found)
