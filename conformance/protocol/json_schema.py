"""JSON Schemas that a server declares: are they valid, and does a value conform to them?

Such a schema is untrusted input. A reference is followed inside the schema only, never over the network; a
schema that refers to itself without end, or that fans out without bound, is given up, so that no run hangs.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, cast
from urllib.parse import unquote

from jsonschema import (
    Draft4Validator,
    Draft6Validator,
    Draft7Validator,
    Draft201909Validator,
    Draft202012Validator,
    ValidationError,
)
from jsonschema.protocols import Validator
from jsonschema.validators import extend
from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]
from referencing.exceptions import Unresolvable

from conformance.protocol.problems import Problem, kind_of, pointer, problems_of, shown

__all__ = ["DEFAULT_DIALECT", "SUPPORTED_DIALECTS", "CompiledSchema", "UnusableSchemaError"]
__all__ += ["check_json_schema", "compile_validator", "dialect_of"]

DEFAULT_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

STEP_LIMIT: Final = 50_000
"""References followed for one value, before the schema is given up."""

_VALIDATORS: Final[Mapping[str, type[Validator]]] = {
    DEFAULT_DIALECT: Draft202012Validator,
    "https://json-schema.org/draft/2019-09/schema": Draft201909Validator,
    "http://json-schema.org/draft-07/schema": Draft7Validator,
    "http://json-schema.org/draft-06/schema": Draft6Validator,
    "http://json-schema.org/draft-04/schema": Draft4Validator,
}
SUPPORTED_DIALECTS: Final = frozenset(_VALIDATORS)

Keyword = Callable[[Any, Any, Any, Any], Iterator[ValidationError] | None]
Path = tuple[str | int, ...]

_REFERENCES: Final = ("$ref", "$dynamicRef", "$recursiveRef")
_ONE: Final = frozenset(
    {"additionalItems", "additionalProperties", "contains", "contentSchema", "else", "if", "items", "not"}
    | {"propertyNames", "then", "unevaluatedItems", "unevaluatedProperties"}
)
_MANY: Final = frozenset({"allOf", "anyOf", "items", "oneOf", "prefixItems"})
_NAMED: Final = frozenset({"$defs", "definitions", "dependentSchemas", "patternProperties", "properties"})


class UnusableSchemaError(Exception):
    """A schema that cannot judge a value here: unknown dialect, reference to elsewhere, endless recursion."""


class CompiledSchema:
    """A schema ready to judge values; each judgement follows a bounded number of references."""

    def __init__(self, schema: dict[str, Any] | bool, kind: type[Validator]) -> None:
        bare = {k: v for k, v in schema.items() if k != "$schema"} if isinstance(schema, dict) else schema
        self._steps = 0
        guarded: type[Validator] = extend(kind, self._guarded(kind))  # type: ignore[no-untyped-call]
        self._validator = guarded(bare, registry=REGISTRY)

    def problems(self, instance: Any) -> list[Problem]:
        """Where a value breaks the schema; UnusableSchemaError when the schema cannot decide."""
        self._steps = 0
        try:
            return problems_of(self._validator.iter_errors(instance))
        except Unresolvable as error:
            raise UnusableSchemaError(f"the reference {shown(error.ref)} leads out of the schema") from None
        except RecursionError:
            raise UnusableSchemaError(
                "the schema refers to itself without end, or nests too deeply"
            ) from None
        except re.error as error:
            raise UnusableSchemaError(f"Python cannot read a pattern of the schema: {error}") from None

    def _guarded(self, kind: type[Validator]) -> dict[str, Keyword]:
        references = {
            key: self._counted(kind.VALIDATORS[key]) for key in _REFERENCES if key in kind.VALIDATORS
        }
        return references | {"pattern": _pattern}

    def _counted(self, follow: Keyword) -> Keyword:
        def counted(validator: Any, target: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
            self._steps += 1
            if self._steps > STEP_LIMIT:
                raise UnusableSchemaError(f"the schema follows more than {STEP_LIMIT} references for a value")
            yield from follow(validator, target, instance, schema) or ()

        return counted


def dialect_of(schema: object) -> str | None:
    """The supported dialect that a schema is written in, 2020-12 unless declared; None if not supported."""
    declared = schema.get("$schema", DEFAULT_DIALECT) if isinstance(schema, dict) else DEFAULT_DIALECT
    if not isinstance(declared, str):
        return None
    plain = re.sub(r"^https?:", "", declared.rstrip("#"))
    return next((dialect for dialect in _VALIDATORS if dialect.partition(":")[2] == plain), None)


def check_json_schema(schema: object) -> list[Problem]:
    """Where a schema is not a valid JSON Schema of its dialect.

    In a dialect that is not supported only the JSON type is judged, see `dialect_of`.
    """
    if not isinstance(schema, dict | bool):
        return [Problem("", f"is {kind_of(schema)}, expected a JSON Schema (an object or a boolean)")]
    if isinstance(schema, dict) and not isinstance(schema.get("$schema", ""), str):
        return [Problem("/$schema", f"is {kind_of(schema['$schema'])}, expected string")]
    dialect = dialect_of(schema)
    if dialect is None:
        return []
    kind = _VALIDATORS[dialect]
    try:
        return problems_of(kind(kind.META_SCHEMA, registry=REGISTRY).iter_errors(schema)) or _dangling(schema)
    except RecursionError:
        return [Problem("", "is nested too deeply to be judged")]


def compile_validator(schema: object) -> CompiledSchema:
    """Prepares a valid schema; UnusableSchemaError if its dialect is not supported or it is not valid."""
    dialect = dialect_of(schema)
    if dialect is None:
        raise UnusableSchemaError("the dialect named by $schema is not supported")
    problems = check_json_schema(schema)
    if problems:
        raise UnusableSchemaError(f"not a valid schema: {problems[0].path} {problems[0].message}")
    return CompiledSchema(cast("dict[str, Any] | bool", schema), _VALIDATORS[dialect])


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    """ECMA-262 knows expressions that Python does not (such as named properties); those are not judged."""
    try:
        matches = not isinstance(instance, str) or bool(re.search(pattern, instance))
    except re.error:
        return
    if not matches:
        yield ValidationError(f"does not match {pattern}")


def _dangling(schema: dict[str, Any] | bool) -> list[Problem]:
    """References to a place in the schema that does not exist; not judged where a subschema has a base."""
    subschemas = list(_subschemas(schema, ()))
    if any("$id" in subschema for path, subschema in subschemas if path):
        return []
    return [
        Problem(pointer((*path, "$ref")), f"is {shown(reference)}, which points to nothing in the schema")
        for path, subschema in subschemas
        if isinstance(reference := subschema.get("$ref"), str)
        if reference.startswith("#/") and not _points_somewhere(schema, reference)
    ]


def _subschemas(schema: object, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """A schema and all schemas within, with their places; a value inside `enum` or `const` is not one."""
    if not isinstance(schema, dict):
        return
    yield path, schema
    for keyword, value in schema.items():
        if keyword in _NAMED and isinstance(value, dict):
            children = [((*path, keyword, name), child) for name, child in value.items()]
        elif keyword in _MANY and isinstance(value, list):
            children = [((*path, keyword, index), child) for index, child in enumerate(value)]
        else:
            children = [((*path, keyword), value)] if keyword in _ONE else []
        for place, child in children:
            yield from _subschemas(child, place)


def _points_somewhere(document: Any, reference: str) -> bool:
    for part in unquote(reference).split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, list) and key.isdecimal() and int(key) < len(document):
            document = document[int(key)]
        elif isinstance(document, dict) and key in document:
            document = document[key]
        else:
            return False
    return True
