"""Pure judges of the tree of documents."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from conformance.contracts.emcp.results import ids_of
from conformance.contracts.emcp.settings import Shape
from conformance.protocol.messages import JsonObject


def tree_problems(items: Sequence[Any], shape: Shape) -> list[str]:
    """Ids are positive and unique, and no document is its own parent."""
    rows = [item for item in items if isinstance(item, dict)]
    ids = ids_of(rows, shape)
    problems = [f"the id {id!r} is no positive number" for id in ids if not is_id(id)]
    numbers = [id for id in ids if is_id(id)]
    problems += [f"the id {id} comes twice" for id in sorted({id for id in numbers if numbers.count(id) > 1})]
    return problems + [f"{row.get(shape.id)} is its own parent" for row in rows if _is_own_parent(row, shape)]


def is_id(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_own_parent(row: JsonObject, shape: Shape) -> bool:
    return row.get(shape.parent) is not None and row.get(shape.parent) == row.get(shape.id)


def lowest(items: Sequence[Any], shape: Shape) -> tuple[int, int] | None:
    """The document with the most others of the items above it, and its parent; the first where several have as many."""
    above = {own: parent for own, parent in _parents(items, shape) if is_id(own) and is_id(parent)}
    return max(above.items(), key=lambda row: _height(row[0], above), default=None)


def between(items: Sequence[Any], shape: Shape) -> tuple[int, int] | None:
    """A document with others above and below it, and its parent: there children and grandchildren differ."""
    pairs = [(own, parent) for own, parent in _parents(items, shape) if is_id(own) and is_id(parent)]
    above = {parent for _, parent in pairs}
    return next((pair for pair in pairs if pair[0] in above), None)


def _height(own: int, above: Mapping[int, int]) -> int:
    passed: list[int] = []
    while own in above and own not in passed:
        passed.append(own)
        own = above[own]
    return len(passed)


def children_problems(items: Sequence[Any], parent: int, child: int, limit: int, shape: Shape) -> list[str]:
    """All have the parent; the child is among them unless the page was full."""
    problems = [f"{id} has the parent {above!r}" for id, above in _parents(items, shape) if above != parent]
    full = len(items) >= limit
    return problems if full or child in ids_of(items, shape) else [*problems, f"{child} is missing"]


def siblings_problems(items: Sequence[Any], own: int, parent: int, shape: Shape) -> list[str]:
    problems = [f"{own} is listed as its own sibling"] if own in ids_of(items, shape) else []
    return problems + [f"{id} has the parent {above!r}" for id, above in _parents(items, shape) if above != parent]


def _parents(items: Sequence[Any], shape: Shape) -> list[tuple[Any, Any]]:
    rows = (item for item in items if isinstance(item, dict))
    return [(row.get(shape.id), row.get(shape.parent)) for row in rows]


def page_problems(pages: Sequence[Sequence[Any]], shape: Shape) -> list[str]:
    """Pages in the order of ids: none comes twice, and they rise."""
    ids = [id for page in pages for id in ids_of(page, shape) if id is not None]
    repeated = sorted({str(id) for id in ids if ids.count(id) > 1})
    problems = [f"on more than one place: {', '.join(repeated[:5])}"] if repeated else []
    numbers = [id for id in ids if is_id(id)]
    return problems if numbers == sorted(numbers) else [*problems, f"the ids do not rise: {numbers[:10]}"]
