"""A value for a JSON Schema: what the schema itself offers first, then the plainest value of its type.

Each place of a schema offers candidates in an order; the first that the schema of that place accepts is taken.
The work is bounded: after `MAX_TRIES` steps the schema is given up.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from conformance.protocol.json_schema import UnusableSchemaError, compile_validator
from conformance.protocol.messages import JsonObject
from conformance.target.scalars import BY_TYPE, numbers, strings, variant

MAX_DEPTH = 12
MAX_TRIES = 600
MAX_ITEMS = 20

_GROUPS = ("anyOf", "oneOf")
_CONDITIONAL = ("if", "then", "else")
_NUMERIC = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_TEXTUAL = ("pattern", "format", "minLength", "maxLength")
_MEMBERS = ("properties", "required", "additionalProperties", "minProperties", "patternProperties")
_ITEMS = ("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains")


class CannotMake(Exception):
    """No value can be derived from this part of the schema; the message says which part and why."""


class TooMuch(Exception):
    """The schema has more alternatives than are worth trying."""


def sample_object(schema: JsonObject) -> JsonObject:
    """An object with the required members; what is optional is left to the server's defaults.

    Raises `CannotMake` or `TooMuch`.
    """
    maker = _Maker(schema)
    for value in maker.candidates({"type": "object", **schema}, "arguments", 0, offers=False):
        if isinstance(value, dict) and maker.fits(value, schema):
            return value
    raise maker.complaint or CannotMake("no arguments that fit its inputSchema were found")


@dataclass(slots=True)
class _Maker:
    root: JsonObject
    tries: int = 0
    complaint: CannotMake | None = None

    def make(self, schema: Any, path: str, depth: int) -> Any:
        """The first candidate that fits."""
        for value in self.candidates(schema, path, depth):
            if self.fits(value, schema):
                return value
        raise CannotMake(f"{path}: no value was found that fits its schema; give one under [arguments]")

    def candidates(self, schema: Any, path: str, depth: int, *, offers: bool = True) -> Iterator[Any]:
        """Values to try, best first. A branch from which nothing can be made offers nothing."""
        if depth > MAX_DEPTH:
            raise CannotMake(f"{path} is nested too deeply")
        if schema is True:
            schema = {}
        if not isinstance(schema, dict):
            return
        if offers:
            yield from _offered(schema)
        for flat in self._flattened(schema, path, depth):
            if offers and flat is not schema:
                yield from _offered(flat)
            try:
                yield from self._of_type(flat, path, depth)
            except CannotMake as error:
                self.complaint = error

    def fits(self, value: Any, schema: Any) -> bool:
        """Whether the schema of a place accepts a value; references lead to the definitions of the root."""
        self._spend()
        if not isinstance(schema, dict):
            return schema is True
        shared = {key: self.root[key] for key in ("$schema", "$defs", "definitions") if key in self.root}
        whole = schema if schema is self.root else {**schema, **shared}
        try:
            return not compile_validator(whole).problems(value)
        except UnusableSchemaError:
            return schema is not self.root

    def _flattened(self, schema: JsonObject, path: str, depth: int) -> Iterator[JsonObject]:
        """The schema without references, compositions and conditions: one for each way to satisfy it."""
        self._spend()
        if depth > MAX_DEPTH:
            raise CannotMake(f"{path} refers to itself without end")
        ways = self._ways(schema, path)
        if ways is None:
            yield schema
            return
        for way in ways:
            try:
                yield from self._flattened(way, path, depth + 1)
            except CannotMake as error:
                self.complaint = error

    def _ways(self, schema: JsonObject, path: str) -> list[JsonObject] | None:
        """The schema with its first composition worked in, in each possible way; None when it has none."""
        if isinstance(schema.get("$ref"), str):
            return _joined(schema, "$ref", self._resolve(schema["$ref"], path))
        if isinstance(schema.get("allOf"), list):
            return _joined(schema, "allOf", *schema["allOf"])
        group = next((key for key in _GROUPS if isinstance(schema.get(key), list) and schema[key]), None)
        if group:
            options = sorted(schema[group], key=_is_null)
            return [way for option in options for way in _joined(schema, group, option)]
        if "if" in schema:
            bare = {key: value for key, value in schema.items() if key not in _CONDITIONAL}
            branches = (True, schema.get("else"), schema.get("then"))
            return [way for branch in branches for way in _joined(bare, "", branch)]
        return None

    def _spend(self) -> None:
        self.tries += 1
        if self.tries > MAX_TRIES:
            raise TooMuch("its inputSchema has too many alternatives; give values under [arguments]")

    def _resolve(self, reference: str, path: str) -> Any:
        if not reference.startswith("#"):
            raise CannotMake(f"{path} refers to {reference[:80]}, outside the schema")
        found: Any = self.root
        for step in reference[1:].strip("/").split("/") if reference != "#" else ():
            key = step.replace("~1", "/").replace("~0", "~")
            found = found.get(key) if isinstance(found, dict) else None
        if found is None:
            raise CannotMake(f"{path} refers to {reference[:80]}, which is not found in the schema")
        return found

    def _of_type(self, schema: JsonObject, path: str, depth: int) -> Iterator[Any]:
        for kind in _types(schema):
            if kind == "object":
                yield from self._objects(schema, path, depth)
            elif kind == "array":
                yield self._array(schema, path, depth)
            elif kind in ("integer", "number"):
                yield from numbers(schema, whole=kind == "integer")
            elif kind == "string":
                yield from strings(schema)
            else:
                yield from BY_TYPE.get(kind, ())

    def _objects(self, schema: JsonObject, path: str, depth: int) -> Iterator[JsonObject]:
        """The required members; then more of the declared ones, for schemas that ask for a number of them."""
        declared = schema.get("properties")
        known: JsonObject = declared if isinstance(declared, dict) else {}
        wanted = schema.get("required")
        required = [name for name in wanted if isinstance(name, str)] if isinstance(wanted, list) else []
        others = schema.get("additionalProperties", True)
        value = {
            name: self.make(known.get(name, others), f"{path}.{name}", depth + 1)
            for name in dict.fromkeys(required)
        }
        yield dict(value)
        least = schema.get("minProperties", 0)
        for name in [name for name in known if name not in value][: max(0, least - len(value))]:
            value[name] = self.make(known[name], f"{path}.{name}", depth + 1)
            yield dict(value)

    def _array(self, schema: JsonObject, path: str, depth: int) -> list[Any]:
        least = schema.get("minItems", 0)
        if not isinstance(least, int | float) or least > MAX_ITEMS:
            raise CannotMake(f"{path} wants {least} items; give them under [arguments]")
        places = list(itertools.islice(_item_schemas(schema), int(least)))
        made: list[Any] = []
        for one in places:
            made.append(self._another(one, made if schema.get("uniqueItems") else [], f"{path}[]", depth))
        return made

    def _another(self, schema: Any, taken: list[Any], path: str, depth: int) -> Any:
        """A value that is not among those taken."""
        found = self.candidates(schema, path, depth + 1)
        tried = list(itertools.islice(found, MAX_ITEMS + 1))
        for value in itertools.chain(tried, (variant(one, len(taken)) for one in tried)):
            if value not in taken and self.fits(value, schema):
                return value
        raise CannotMake(f"{path}: no value was found that fits its schema; give one under [arguments]")


def _offered(schema: JsonObject) -> Iterator[Any]:
    """Values that the schema itself names. Null is the last choice: it often only means that nothing is set."""
    named: list[Any] = [schema[key] for key in ("const", "default") if key in schema]
    for key in ("examples", "enum"):
        named += schema[key] if isinstance(schema.get(key), list) else []
    named += [schema["example"]] if "example" in schema else []
    yield from sorted(named, key=lambda value: value is None)


def _joined(schema: JsonObject, taken: str, *parts: Any) -> list[JsonObject]:
    """A schema with others worked in, without the keyword that they came from; nothing if one allows nothing."""
    merged = {key: value for key, value in schema.items() if key != taken}
    if any(part is False for part in parts):
        return []
    for part in parts:
        if not isinstance(part, dict):
            continue
        members = {**_dict(merged.get("properties")), **_dict(part.get("properties"))}
        required = [*_list(merged.get("required")), *_list(part.get("required"))]
        both = [*_list(merged.get("allOf")), *_list(part.get("allOf"))]
        outer = {key: value for key, value in merged.items() if key not in _GROUPS or key not in part}
        both += [{key: merged[key]} for key in _GROUPS if key in merged and key in part]
        extra: JsonObject = {"properties": members} if members else {}
        extra |= {"required": required} if required else {}
        merged = {**outer, **part, **extra} | ({"allOf": both} if both else {})
    return [merged]


def _types(schema: JsonObject) -> list[str]:
    """The types to try; without a type, what the other keywords are about."""
    named = schema.get("type")
    kinds = [one for one in (named if isinstance(named, list) else [named]) if isinstance(one, str)]
    if kinds:
        return sorted(kinds, key=lambda kind: kind == "null")
    about = {"object": _MEMBERS, "array": _ITEMS, "number": _NUMERIC, "string": _TEXTUAL}
    hinted = [kind for kind, keywords in about.items() if any(key in schema for key in keywords)]
    return [*hinted, "string", "integer", "boolean", "object", "array", "null"]


def _item_schemas(schema: JsonObject) -> Iterable[Any]:
    """The schema of each item in turn; `items` is a list of schemas in older dialects."""
    first = schema.get("prefixItems", schema.get("items"))
    rest = schema.get("additionalItems" if isinstance(schema.get("items"), list) else "items", True)
    return itertools.chain(first if isinstance(first, list) else (), itertools.repeat(rest))


def _is_null(option: Any) -> bool:
    return isinstance(option, dict) and option.get("type") == "null"


def _dict(value: Any) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
