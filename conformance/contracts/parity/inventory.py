"""Judges of what two targets list. Each returns one sentence for each difference."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from conformance.contracts.parity.normalising import Normalising, differences
from conformance.contracts.parity.settings import Parity
from conformance.protocol.messages import JsonObject

DEFINED_BY: Final = ("inputSchema", "outputSchema", "annotations")
DESCRIBED_BY: Final = ("title", "description")
SETS: Final = frozenset({"required", "enum", "type", "examples", "arguments"})
"""Lists whose order means nothing."""
NAMED: Final = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
"""Keywords of JSON Schema below which there are names, not keywords."""
UNSAID: Final = {"readOnlyHint": False, "destructiveHint": True, "idempotentHint": False, "openWorldHint": True}
"""What a tool without an annotation says (schema, ToolAnnotations)."""

_EXACT: Final = Normalising(ignored_keys=(), ignore_times=False)


def names_differ(active: Iterable[JsonObject], canary: Iterable[JsonObject], key: str, settings: Parity) -> list[str]:
    """Items that only one of them lists, and with `same_order` a different order. `key` is what names an item."""
    here, there = _names(active, key, settings), _names(canary, key, settings)
    found = [f"{name} is missing on the canary" for name in here if name not in there]
    if not settings.additions:
        found += [f"{name} is on the canary only" for name in there if name not in here]
    common = [name for name in here if name in there]
    if settings.same_order and common != [name for name in there if name in here]:
        found.append("the order differs")
    return found


def _names(items: Iterable[JsonObject], key: str, settings: Parity) -> list[str]:
    names = [str(item.get(key)) for item in items]
    return [name for name in dict.fromkeys(names) if name not in settings.ignored_tools]


def definitions_differ(
    active: Iterable[JsonObject], canary: Iterable[JsonObject], key: str, settings: Parity, members: Sequence[str]
) -> list[str]:
    """Items of the same name that are defined differently, by these members."""
    there = {str(item.get(key)): item for item in canary}
    wanted = (*members, *(DESCRIBED_BY if settings.descriptions else ()))
    return [
        f"{name}: {difference}"
        for item in active
        if (name := str(item.get(key))) in there and name not in settings.ignored_tools
        for difference in differences(
            _defined(item, wanted, settings), _defined(there[name], wanted, settings), _EXACT
        )[:3]
    ]


def _defined(item: Mapping[str, Any], members: Sequence[str], settings: Parity) -> Any:
    made: JsonObject = {member: item.get(member) for member in members if member != "annotations"}
    if "annotations" in members:
        hints = item.get("annotations")
        made["annotations"] = {**UNSAID, **(hints if isinstance(hints, dict) else {})}
    return canonical({member: value for member, value in made.items() if value not in (None, [])}, settings)


def canonical(schema: Any, settings: Parity, inside: str = "") -> Any:
    """The schema with what is a set in the same order, and without words for people unless they count."""
    if isinstance(schema, dict):
        ignored = () if settings.descriptions else DESCRIBED_BY
        return {
            key: canonical(value, settings, key)
            for key, value in schema.items()
            if inside in NAMED or (key != "$schema" and not (key in ignored and isinstance(value, str)))
        }
    if isinstance(schema, list):
        items = [canonical(item, settings) for item in schema]
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True)) if inside in SETS else items
    return schema


def overlap(active: Sequence[Any], canary: Sequence[Any]) -> float:
    """How much of an order is kept: the longest common subsequence, as a share of the longer list."""
    if not active and not canary:
        return 1.0
    lengths = [0] * (len(canary) + 1)
    for one in active:
        before = 0
        for index, other in enumerate(canary, start=1):
            here = lengths[index]
            lengths[index] = before + 1 if one == other else max(lengths[index], lengths[index - 1])
            before = here
    return lengths[-1] / max(len(active), len(canary))


def deltas_beyond(active: Any, canary: Any, settings: Parity, path: str = "") -> list[str]:
    """Numbers that differ by more than the guardrails: the percentage of the active one, or the absolute amount."""
    if isinstance(active, dict) and isinstance(canary, dict):
        return [
            problem
            for key in active.keys() & canary.keys()
            if key not in settings.normalising.ignored_keys
            for problem in deltas_beyond(active[key], canary[key], settings, f"{path}.{key}" if path else key)
        ]
    if not _is_number(active) or not _is_number(canary):
        return []
    allowed = max(abs(active) * settings.delta_percent / 100, settings.delta_absolute)
    if abs(active - canary) <= allowed:
        return []
    return [f"{path} is {active:g}, on the canary {canary:g}, expected a difference of at most {allowed:g}"]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
