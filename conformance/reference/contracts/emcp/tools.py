"""What the tools do: each takes checked arguments and gives rows or one row."""

from collections.abc import Callable
from functools import partial
from typing import Any

from conformance.reference.contracts.emcp import documents, records
from conformance.reference.contracts.emcp.documents import PUBLIC_FIELDS, Row
from conformance.reference.contracts.emcp.filters import matches

Arguments = dict[str, Any]
Read = Callable[[Arguments], list[Row]]

DEPTH = 6
"""How deep the tree tools go unless told."""

_FLAGS = ("parent", "template", "published", "hidemenu")


def search(given: Arguments) -> list[Row]:
    rows = [row for row in documents.listed(with_deleted=given.get("deleted") is True) if _is_wanted(row, given)]
    order = given.get("order_by", "id")
    descending = given.get("order_by_date", given.get("order_dir")) == "desc"
    field = "createdon" if "order_by_date" in given else order if order in PUBLIC_FIELDS else "id"
    return _sorted(rows, field, descending)


def _is_wanted(row: Row, given: Arguments) -> bool:
    if any(row[name] != given[name] for name in _FLAGS if given.get(name) is not None):
        return False
    tags = given.get("tags_data", {}).get("tags", ())
    if tags and not set(tags) & set(documents.tags(row["id"])):
        return False
    conditions = given.get("tv_filters")
    return all(
        matches(one, documents.template_variable(row["id"], one.get("tv", "")))
        for one in (conditions if isinstance(conditions, list) else ())
    )


def _sorted(rows: list[Row], field: str, descending: bool) -> list[Row]:
    return sorted(rows, key=lambda row: (row[field], row["id"]), reverse=descending)


def root_tree(given: Arguments) -> list[Row]:
    """The roots, and what is below them up to a depth; depth 1 is the roots alone."""
    return documents.descendants(0, given.get("depth", 1))


def _between(of: Callable[[Arguments], list[Row]], given: Arguments) -> list[Row]:
    """Rows whose menu index is in a range."""
    return [row for row in of(given) if given.get("from", 0) <= row["menuindex"] <= given.get("to", row["menuindex"])]


def _children(given: Arguments) -> list[Row]:
    return documents.children(given["id"]) if documents.found(given["id"]) else []


def _siblings(given: Arguments) -> list[Row]:
    return documents.siblings(given["id"])


_CONTENT: dict[str, Read] = {
    "evo.content.search": search,
    "evo.content.root_tree": root_tree,
    "evo.content.descendants": lambda given: documents.descendants(given["id"], given.get("depth", DEPTH)),
    "evo.content.ancestors": lambda given: documents.ancestors(given["id"], given.get("depth", DEPTH)),
    "evo.content.children": _children,
    "evo.content.siblings": _siblings,
    "evo.content.neighbors": lambda given: documents.siblings(given["id"], lambda other, own: abs(other - own) == 1),
    "evo.content.prev_siblings": lambda given: documents.siblings(given["id"], lambda other, own: other < own),
    "evo.content.next_siblings": lambda given: documents.siblings(given["id"], lambda other, own: other > own),
    "evo.content.children_range": partial(_between, _children),
    "evo.content.siblings_range": partial(_between, _siblings),
}


def run(tool: str, given: Arguments) -> Row:
    """The structured content of a call, but for the version of the toolset."""
    given = {name: value for name, value in given.items() if value is not None}
    if tool == "evo.content.get":
        row = documents.found(given["id"])
        return {"item": row and shown(row, given), "meta": {}}
    if tool.startswith("evo.model."):
        return _of_model(tool, given)
    rows = documents.page(_CONTENT[tool](given), given.get("limit", 20), given.get("offset", 0))
    return _listed([shown(row, given) for row in rows], given)


def shown(row: Row, given: Arguments) -> Row:
    """A document with its public fields, and with the template variables that were asked for."""
    asked = given.get("with_tvs") or []
    names = [str(entry).removesuffix(":d") for entry in asked]
    tvs = {"tvs": {name: documents.template_variable(row["id"], name) for name in names}} if names else {}
    return {field: row[field] for field in PUBLIC_FIELDS} | tvs


def _of_model(tool: str, given: Arguments) -> Row:
    name = records.model_named(given["model"])
    rows = records.ROWS[name] if name else []
    meta = {"model": name or given["model"]}
    if tool == "evo.model.get":
        row = next((row for row in rows if row["id"] == given["id"]), None)
        return {"item": row and records.public(str(name), row), "meta": meta}
    found = [row for row in rows if all(_holds(one, row) for one in _conditions(given))]
    field = given.get("order_by", "id")
    ordered = _sorted(found, field if all(field in row for row in found) else "id", given.get("order_dir") == "desc")
    page = documents.page(ordered, given.get("limit", 20), given.get("offset", 0))
    return _listed([records.public(str(name), row) for row in page], given, meta)


def _conditions(given: Arguments) -> list[Any]:
    filters = given.get("filters")
    where = filters.get("where") if isinstance(filters, dict) else None
    return where if isinstance(where, list) else []


def _holds(condition: Any, row: Row) -> bool:
    return matches(condition, row.get(condition.get("field", "")))


def _listed(items: list[Row], given: Arguments, meta: Row | None = None) -> Row:
    counts = {"limit": given.get("limit", 20), "offset": given.get("offset", 0), "count": len(items)}
    return {"items": items, "meta": counts | (meta or {})}
