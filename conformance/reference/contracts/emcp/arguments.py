"""What the tools accept: their input schemas, and the checks that a schema cannot say."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator

from conformance.reference.contracts.emcp.filters import CAST, OPERATORS, condition_problems
from conformance.reference.contracts.emcp.records import PUBLIC, model_named

Schema = dict[str, Any]

TV_NAME = "^[A-Za-z0-9_-]+$"
SORT_FIELDS = ("id", "pagetitle", "menuindex", "createdon", "pub_date")


class Limits(NamedTuple):
    limit: int
    offset: int
    depth: int


_ID: Schema = {"type": "integer", "minimum": 1}
_WHOLE: Schema = {"type": "integer", "minimum": 0}
_FLAG: Schema = {"type": "boolean"}
_DIRECTION: Schema = {"type": "string", "enum": ["asc", "desc"]}
_WITH_TVS: Schema = {"type": "array", "items": {"type": "string", "pattern": "^[A-Za-z0-9_-]+(:d)?$"}}
_VALUE: Schema = {"type": ["string", "number", "boolean", "array", "null"]}


def input_schema(tool: str, most: Limits) -> Schema:
    """The published input schema of a tool."""
    fields = _FIELDS[tool]
    paging = {
        "limit": {"type": "integer", "minimum": 1, "maximum": most.limit},
        "offset": {"type": "integer", "minimum": 0, "maximum": most.offset},
    }
    known = paging | {"depth": {"type": "integer", "minimum": 1, "maximum": most.depth}} | _MEMBERS
    return {
        "type": "object",
        "properties": {name: known[name] for name in fields},
        "required": [name for name in ("model", "id", "from", "to", "limit") if name in fields],
    }


_TREE = ("id", "limit", "offset", "depth", "with_tvs")
_BESIDE = ("id", "limit", "offset", "with_tvs")
_RANGE = ("id", "from", "to", "limit", "offset", "with_tvs")
_FIELDS: dict[str, tuple[str, ...]] = {
    "evo.content.search": (
        "limit", "offset", "parent", "template", "published", "deleted", "hidemenu", "depth", "with_tvs",
        "tv_filters", "tv_order", "tags_data", "order_by", "order_dir", "order_by_date",
    ),
    "evo.content.get": ("id", "with_tvs"),
    "evo.content.root_tree": ("limit", "offset", "depth", "with_tvs"),
    "evo.content.descendants": _TREE,
    "evo.content.ancestors": _TREE,
    "evo.content.children": _BESIDE,
    "evo.content.siblings": _BESIDE,
    "evo.content.neighbors": _BESIDE,
    "evo.content.prev_siblings": _BESIDE,
    "evo.content.next_siblings": _BESIDE,
    "evo.content.children_range": _RANGE,
    "evo.content.siblings_range": _RANGE,
    "evo.model.list": ("model", "limit", "offset", "filters", "order_by", "order_dir"),
    "evo.model.get": ("model", "id"),
}  # fmt: skip

_MEMBERS: dict[str, Schema] = {
    "id": _ID,
    "from": _WHOLE,
    "to": _WHOLE,
    "parent": _WHOLE,
    "template": _WHOLE,
    "published": _FLAG,
    "deleted": _FLAG,
    "hidemenu": _FLAG,
    "with_tvs": _WITH_TVS,
    "order_by": {"type": "string"},
    "order_dir": _DIRECTION,
    "order_by_date": _DIRECTION,
    "model": {"type": "string", "description": "One of " + ", ".join(PUBLIC)},
    "tv_filters": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "tv": {"type": "string", "pattern": TV_NAME},
                "op": {"type": "string", "enum": list(OPERATORS)},
                "value": _VALUE,
                "cast": {"type": "string", "pattern": CAST},
                "use_default": _FLAG,
            },
            "required": ["tv", "op"],
        },
    },
    "tv_order": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "tv": {"type": "string", "pattern": TV_NAME},
                "dir": _DIRECTION,
                "cast": {"type": "string", "enum": ["UNSIGNED", "SIGNED"]},
                "use_default": _FLAG,
            },
            "required": ["tv"],
        },
    },
    "tags_data": {
        "type": "object",
        "properties": {
            "tv_id": _ID,
            "tags": {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": "^[^:;]+$"}},
        },
        "required": ["tv_id", "tags"],
    },
    "filters": {
        "type": "object",
        "properties": {
            "where": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "field": {"type": "string"},
                        "op": {"type": "string", "enum": list(OPERATORS)},
                        "value": _VALUE,
                    },
                    "required": ["field", "op"],
                },
            }
        },
    },
}


def tool_names() -> tuple[str, ...]:
    return tuple(_FIELDS)


@cache
def _validator(tool: str, most: Limits) -> Draft202012Validator:
    return Draft202012Validator(input_schema(tool, most))


def problems(tool: str, arguments: dict[str, Any], most: Limits, accepted: frozenset[str]) -> list[str]:
    """Why the arguments are refused. `accepted` names the checks that are not made, such as `limit:maximum`."""
    given = {name: value for name, value in arguments.items() if value is not None}
    by_schema = list(_schema_problems(_validator(tool, most), given))
    made = by_schema or list(_further_problems(tool, given))
    return [words for check, words in made if check not in accepted]


def _schema_problems(validator: Draft202012Validator, arguments: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for error in sorted(validator.iter_errors(arguments), key=lambda one: list(map(str, one.absolute_path))):
        path = ".".join(part for part in map(str, error.absolute_path) if not part.isdecimal())
        if error.validator == "required":
            missing = [name for name in error.validator_value if name not in error.instance]
            yield from ((f"{name}:required", f"{name} is required") for name in missing)
        else:
            yield f"{path}:{error.validator}", f"{path}: {error.message[:200]}"


def _further_problems(tool: str, arguments: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for condition in arguments.get("tv_filters", ()):
        yield from (("tv_filters." + check, words) for check, words in condition_problems(condition))
    if arguments.get("to", 0) < arguments.get("from", 0):
        yield "to:order", "to must not be less than from"
    if tool.startswith("evo.model."):
        yield from _model_problems(arguments)
    elif arguments.get("order_by", "id") not in SORT_FIELDS:
        yield "order_by:enum", f"order_by must be one of {', '.join(SORT_FIELDS)}"


def _model_problems(arguments: dict[str, Any]) -> Iterable[tuple[str, str]]:
    model = model_named(arguments["model"])
    if model is None:
        yield "model:enum", "the model is not one of those that are published"
        return
    conditions = arguments.get("filters", {}).get("where", ())
    for field in [condition["field"] for condition in conditions]:
        if field not in PUBLIC[model]:
            yield "filters.where.field:enum", "the field is not one of those that are published"
    if arguments.get("order_by", "id") not in PUBLIC[model]:
        yield "order_by:enum", "the field is not one of those that are published"
    for condition in conditions:
        yield from (("filters.where." + check, words) for check, words in condition_problems(condition))
