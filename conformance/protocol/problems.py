"""Turns the errors of JSON Schema validation into short sentences that point at the offending field."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from jsonschema import ValidationError

SHOWN: Final = 60
"""Characters of a value that a message quotes."""

_CHOICES: Final = ("anyOf", "oneOf")
_TAGS: Final = frozenset({"type", "method", "mode"})
_LISTED: Final = 12

Branch = list[ValidationError]


@dataclass(frozen=True)
class Problem:
    """One violation: where, as a JSON Pointer ("" is the root; to a missing member too), and what."""

    path: str
    message: str


def problems_of(errors: Iterable[ValidationError], prefix: str = "") -> list[Problem]:
    """All problems behind `errors`, without duplicates, sorted by their place."""
    found = {problem for error in errors for problem in _explain(error)}
    return [Problem(prefix + problem.path, problem.message) for problem in sorted(found, key=_place)]


def pointer(parts: Iterable[str | int]) -> str:
    """A JSON Pointer (RFC 6901) of keys and indices."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def kind_of(value: object) -> str:
    """The JSON type of a value."""
    return next((kind for kind, types in _KINDS if isinstance(value, types)), type(value).__name__)


def shown(value: object) -> str:
    """A scalar as JSON, cut to a readable length; of an array or object only its type."""
    if isinstance(value, dict | list):
        return f"an {kind_of(value)}"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _place(problem: Problem) -> tuple[list[tuple[int, str]], str]:
    """Sorts array items by number: /tools/2 comes before /tools/10."""
    parts = problem.path.split("/")
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts], problem.message


def _explain(error: ValidationError) -> Iterator[Problem]:
    if error.validator == "required":
        yield from _missing(error)
    elif error.validator in _CHOICES and error.context:
        yield from _choice(error)
    else:
        yield Problem(pointer(error.absolute_path), _sentence(error))


def _sentence(error: ValidationError) -> str:
    if error.validator in _SENTENCES:
        return _SENTENCES[str(error.validator)](error.validator_value, error.instance)
    if error.validator is None:
        return f"has {shown(error.instance)} where the schema allows nothing"
    return f"is {shown(error.instance)}, which breaks the keyword '{error.validator}'"


def _missing(error: ValidationError) -> Iterator[Problem]:
    path = pointer(error.absolute_path)
    for name in _required(error):
        if name not in _members(error.instance):
            yield Problem(path + pointer([name]), "is missing")


def _choice(error: ValidationError) -> Iterator[Problem]:
    """The problems of the alternative that the sender most likely meant."""
    branches = _branches(error)
    if all(_asks_for_members_only(branch) for branch in branches):
        names = [name for branch in branches for name in _required(branch[0])]
        yield Problem(pointer(error.absolute_path), f"needs at least one of {_listed(names)}")
        return
    meant = [branch for branch in branches if not _rejections(branch)]
    if not meant:
        yield _no_alternative([e for branch in branches for e in _rejections(branch)])
        return
    yield from (problem for e in min(meant, key=_distance) for problem in _explain(e))


def _branches(error: ValidationError) -> list[Branch]:
    return [list(branch) for _, branch in groupby(error.context or (), lambda e: e.relative_schema_path[0])]


def _asks_for_members_only(branch: Branch) -> bool:
    schema = branch[0].schema
    return isinstance(schema, Mapping) and set(schema) == {"required"}


def _rejections(branch: Branch) -> Branch:
    """The errors that show that an alternative was not meant: another JSON type, or another tag."""
    found = []
    for error in branch:
        if error.validator in _CHOICES and not error.relative_path and error.context:
            inner = [_rejections(nested) for nested in _branches(error)]
            found += [e for nested in inner for e in nested] if all(inner) else []
        elif _is_rejection(error):
            found.append(error)
    return found


def _is_rejection(error: ValidationError) -> bool:
    path = error.relative_path
    if error.validator == "type":
        return not path
    return error.validator in ("const", "enum") and len(path) == 1 and path[0] in _TAGS


def _no_alternative(rejections: Branch) -> Problem:
    """One sentence for a value that fits no alternative, with the tags or types that would have fitted."""
    deepest = max(rejections, key=lambda e: len(e.absolute_path))
    same = [e for e in rejections if e.absolute_path == deepest.absolute_path]
    expected: dict[Any, None] = {}
    for error in same:
        value = error.validator_value
        expected.update(dict.fromkeys(value if isinstance(value, list) else [value]))
    sentence = _type if deepest.validator == "type" else _enum
    return Problem(pointer(deepest.absolute_path), sentence(list(expected), deepest.instance))


def _distance(branch: Branch) -> tuple[int, int]:
    """How far a value is from an alternative: the members of its own that are missing, then all errors."""
    return sum(e.validator == "required" and not e.relative_path for e in branch), len(branch)


def _required(error: ValidationError) -> list[str]:
    value = error.validator_value
    return value if isinstance(value, list) else []


def _members(instance: object) -> Mapping[str, object]:
    return instance if isinstance(instance, dict) else {}


def _listed(values: Iterable[object], show: Callable[[object], str] = repr) -> str:
    words = [show(value) for value in values]
    if len(words) > _LISTED:
        words = [*words[:_LISTED], "…"]
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]


def _type(expected: Any, value: object) -> str:
    kinds = expected if isinstance(expected, list) else [expected]
    actual = "null (leave an absent member out)" if value is None else kind_of(value)
    return f"is {actual}, expected {_listed(kinds, str)}"


def _enum(expected: list[object], value: object) -> str:
    return f"is {shown(value)}, expected {_listed(expected, shown)}"


def _format(name: str, value: object) -> str:
    return f"is {shown(value)}, which is not a valid {_FORMATS.get(name, name)}"


_KINDS: Final[tuple[tuple[str, tuple[type, ...]], ...]] = (
    ("null", (type(None),)),
    ("boolean", (bool,)),
    ("integer", (int,)),
    ("number", (float,)),
    ("string", (str,)),
    ("array", (list,)),
    ("object", (dict,)),
)

_FORMATS: Final = {
    "uri": "URI",
    "uri-template": "URI template",
    "byte": "Base64 string",
    "iso-8601": "ISO 8601 timestamp",
}

_SENTENCES: Final[Mapping[str, Callable[[Any, Any], str]]] = {
    "type": _type,
    "enum": _enum,
    "const": lambda expected, value: _enum([expected], value),
    "format": _format,
    "pattern": lambda expected, value: f"is {shown(value)}, which does not match {shown(expected)}",
    "minimum": lambda expected, value: f"is {shown(value)}, below the minimum {expected}",
    "maximum": lambda expected, value: f"is {shown(value)}, above the maximum {expected}",
    "minItems": lambda expected, value: f"has {len(value)} items, at least {expected} are needed",
    "maxItems": lambda expected, value: f"has {len(value)} items, at most {expected} are allowed",
    "uniqueItems": lambda _, __: "has an item twice",
    "not": lambda _, __: "must not be present here",
}
