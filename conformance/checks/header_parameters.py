"""Annotations `x-mcp-header` in a tool's inputSchema: where they are, and what is wrong with them.

Rules: 2026-07-28 streamable-http#schema-extension. A problem is reported under its most specific rule only.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ANNOTATION = "x-mcp-header"
SAFE_INTEGER = 2**53 - 1

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_ONE = frozenset({
    "additionalItems", "additionalProperties", "contains", "contentSchema", "else", "if", "items", "not",
    "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties",
})  # fmt: skip
_MANY = frozenset({"allOf", "anyOf", "items", "oneOf", "prefixItems"})
_NAMED = frozenset({"$defs", "definitions", "dependentSchemas", "patternProperties", "properties"})
_COMPOSITION = frozenset({
    "items", "additionalItems", "prefixItems", "contains", "unevaluatedItems", "oneOf", "anyOf", "allOf", "not",
    "if", "then", "else", "$defs", "definitions",
})  # fmt: skip
"""Keywords that the rule names, and those that hold the targets of a $ref."""

_PRIMITIVE = frozenset({"integer", "string", "boolean"})
_SENSITIVE = re.compile(
    r"(^|[_\W])(pass(word|wd|phrase|code)|secrets?|credentials?|(api|access|private|secret)[_-]?keys?"
    r"|(access|auth|bearer|refresh|session)[_-]?token|token|ssn|cvv|credit[_-]?card)([_\W]|$)",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Annotation:
    """An `x-mcp-header` and the schema it stands in; `chain` are the keywords that lead there, `names` the
    properties on the way."""

    value: Any
    schema: Mapping[str, Any]
    chain: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def place(self) -> str:
        return ".".join(self.names) or "the root"

    @property
    def is_reachable(self) -> bool:
        return bool(self.chain) and set(self.chain) == {"properties"}


def annotations(schema: Any) -> list[Annotation]:
    """All annotations in a schema, wherever they are; values inside `const`, `default` and the like are data."""
    return list(_walk(schema, (), ()))


def _walk(schema: Any, chain: tuple[str, ...], names: tuple[str, ...]) -> Iterator[Annotation]:
    if not isinstance(schema, dict):
        return
    if ANNOTATION in schema:
        yield Annotation(schema[ANNOTATION], schema, chain, names)
    for keyword, value in schema.items():
        if keyword in _NAMED and isinstance(value, dict):
            for name, child in value.items():
                yield from _walk(child, (*chain, keyword), (*names, name))
        elif keyword in _MANY and isinstance(value, list):
            for child in value:
                yield from _walk(child, (*chain, keyword), names)
        elif keyword in _ONE:
            yield from _walk(value, (*chain, keyword), names)


def empty(found: list[Annotation]) -> list[str]:
    return [f"{one.place} has an empty {ANNOTATION}" for one in found if one.value == ""]


def control_characters(found: list[Annotation]) -> list[str]:
    return [f"the {ANNOTATION} of {one.place} has a control character" for one in found if _has_control(one.value)]


def no_token(found: list[Annotation]) -> list[str]:
    """Values that are no HTTP token for another reason than being empty or having control characters."""
    wrong = [one for one in found if one.value != "" and not _has_control(one.value) and not _is_token(one.value)]
    return [f"the {ANNOTATION} of {one.place} is {_shown(one.value)}, no HTTP token" for one in wrong]


def repeated(found: list[Annotation]) -> list[str]:
    """Values that occur more than once, whatever their case."""
    counts = Counter(one.value.lower() for one in found if isinstance(one.value, str) and one.value)
    return [f"{count} parameters have the {ANNOTATION} {_shown(name)}" for name, count in counts.items() if count > 1]


def not_primitive(found: list[Annotation]) -> list[str]:
    """Parameters whose schema says that they are something else than integer, string or boolean."""
    problems = []
    for one in found:
        kinds = _kinds(one.schema) if one.is_reachable else None
        if kinds is not None and not _are_primitive(kinds):
            problems.append(f"{one.place} has an {ANNOTATION} and the type {' or '.join(sorted(kinds))}")
    return problems


def unsafe_integers(found: list[Annotation]) -> list[str]:
    """Integers that the schema itself names as values, and that a double does not hold exactly."""
    return [
        f"{one.place} has an {ANNOTATION} and names the value {value}"
        for one in found
        for value in _named_values(one.schema)
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) > SAFE_INTEGER
    ]


def unreachable(found: list[Annotation]) -> list[str]:
    """Annotations off the chain of `properties`, where no composition is to blame."""
    wrong = [one for one in found if not one.is_reachable and not _COMPOSITION & set(one.chain)]
    return [f"{one.place} has an {ANNOTATION} below {_off_chain(one) or 'no property'}" for one in wrong]


def composed(found: list[Annotation]) -> list[str]:
    """Annotations below array, composition and conditional keywords, or in the target of a reference."""
    wrong = [one for one in found if _COMPOSITION & set(one.chain)]
    return [f"{one.place} has an {ANNOTATION} below {_off_chain(one)}" for one in wrong]


def sensitive(found: list[Annotation]) -> list[str]:
    """Parameters whose name or format says that they hold a secret."""
    wrong = [one for one in found if one.names and _looks_sensitive(one)]
    return [f"{one.place} looks sensitive and has an {ANNOTATION}" for one in wrong]


def _looks_sensitive(one: Annotation) -> bool:
    name = _CAMEL.sub("_", one.names[-1])
    return one.schema.get("format") == "password" or _SENSITIVE.search(name) is not None


def _off_chain(one: Annotation) -> str:
    return next((keyword for keyword in one.chain if keyword != "properties"), "")


def _is_token(value: Any) -> bool:
    return isinstance(value, str) and _TOKEN.fullmatch(value) is not None


def _has_control(value: Any) -> bool:
    return isinstance(value, str) and any(unicodedata.category(character) == "Cc" for character in value)


def _named_values(schema: Mapping[str, Any]) -> list[Any]:
    listed = schema.get("enum")
    single = [schema[key] for key in ("const", "default") if key in schema]
    return single + (listed if isinstance(listed, list) else [])


def _are_primitive(kinds: set[str]) -> bool:
    """Null beside a primitive type is fine: a null parameter has no header."""
    return bool(kinds - {"null"}) and kinds - {"null"} <= _PRIMITIVE


def _kinds(schema: Any) -> set[str] | None:
    """The JSON types that a schema allows by its own words; None when it does not say."""
    if not isinstance(schema, dict):
        return None
    named = schema.get("type")
    if isinstance(named, str | list):
        return {one for one in ([named] if isinstance(named, str) else named) if isinstance(one, str)}
    for key in ("anyOf", "oneOf"):
        if isinstance(schema.get(key), list) and schema[key]:
            each = [_kinds(option) for option in schema[key]]
            return None if None in each else set().union(*(kinds or set() for kinds in each))
    if "properties" in schema:
        return {"object"}
    return {"array"} if "items" in schema or "prefixItems" in schema else None


def _shown(value: Any) -> str:
    return repr(value)[:80]
