"""The content that our server publishes: a small tree of documents with template variables, in memory."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

Row = dict[str, Any]

PUBLIC_FIELDS = (
    "id", "parent", "pagetitle", "longtitle", "description", "alias", "published", "deleted", "hidemenu",
    "menuindex", "template", "createdon", "editedon", "pub_date", "unpub_date", "isfolder", "type",
)  # fmt: skip

_EPOCH = 1_700_000_000

_TREE = """
1 0 Home            | 2 0 Products        | 3 0 News            | 4 0 About           | 5 0 Contact
6 2 Chairs          | 7 2 Tables          | 8 2 Lamps           | 9 6 Armchair        | 10 6 Stool
11 6 Bench          | 12 7 Desk           | 13 7 Dining table   | 14 8 Reading lamp   | 15 9 Armchair, oak
16 9 Armchair, ash  | 17 3 Opening        | 18 3 New catalogue  | 19 3 Summer hours   | 20 4 Team
21 4 History        | 22 15 Care of oak   | 23 2 Old products   | 24 0 Imprint
"""
"""Id, parent and title of each document."""

_DELETED = {23}
_UNPUBLISHED = {21}
_TVS = {"price": {9: "249", 10: "59", 11: "129", 12: "399", 13: "599", 14: "45"}, "colour": {9: "red", 10: "blue"}}
_TAGS = {9: ("oak", "new"), 10: ("new",), 12: ("oak",)}


def _documents() -> Iterator[Row]:
    cells = [cell.split(maxsplit=2) for line in _TREE.splitlines() for cell in line.split("|") if cell.strip()]
    parents = {int(parent) for _, parent, _ in cells}
    places: dict[int, int] = {}
    for id, parent, title in ((int(a), int(b), c.strip()) for a, b, c in cells):
        places[parent] = places.get(parent, -1) + 1
        yield _document(id, parent, title, places[parent], id in parents)


def _document(id: int, parent: int, title: str, place: int, is_folder: bool) -> Row:
    return {
        "id": id,
        "parent": parent,
        "pagetitle": title,
        "longtitle": f"{title} in our shop",
        "description": "",
        "alias": title.lower().replace(", ", "-").replace(" ", "-"),
        "published": id not in _UNPUBLISHED,
        "deleted": id in _DELETED,
        "hidemenu": False,
        "menuindex": place,
        "template": 1 if is_folder else 2,
        "createdon": _EPOCH + 86_400 * id,
        "editedon": _EPOCH + 86_400 * id + 3_600,
        "pub_date": 0,
        "unpub_date": 0,
        "isfolder": is_folder,
        "type": "document",
    }


DOCUMENTS = {row["id"]: row for row in _documents()}


def listed(*, with_deleted: bool = False) -> list[Row]:
    """All documents in the order of their ids."""
    return [row for row in DOCUMENTS.values() if with_deleted or not row["deleted"]]


def found(id: Any) -> Row | None:
    row = DOCUMENTS.get(id) if isinstance(id, int) else None
    return None if row is None or row["deleted"] else row


def children(parent: Any) -> list[Row]:
    return [row for row in listed() if row["parent"] == parent]


def descendants(root: Any, depth: int) -> list[Row]:
    """Below a document, level by level."""
    level = children(root)
    return [*level, *_below(level, depth)] if depth > 0 else []


def _below(level: Iterable[Row], depth: int) -> list[Row]:
    return [one for row in level for one in descendants(row["id"], depth - 1)]


def ancestors(id: Any, depth: int) -> list[Row]:
    """Above a document, the topmost first."""
    row = found(id)
    above: list[Row] = []
    while row is not None and len(above) < depth:
        row = found(row["parent"])
        above += [row] if row else []
    return above[::-1]


def siblings(id: Any, keep: Callable[[int, int], bool] = lambda other, own: True) -> list[Row]:
    """With the same parent, without the document itself; `keep` compares the menu indexes."""
    row = found(id)
    if row is None:
        return []
    beside = (one for one in children(row["parent"]) if one["id"] != row["id"])
    return [one for one in beside if keep(one["menuindex"], row["menuindex"])]


def page(rows: Iterable[Row], limit: Any, offset: Any) -> list[Row]:
    first = max(int(offset or 0), 0)
    return list(islice(rows, first, first + max(int(limit), 0)))


def template_variable(id: int, name: str) -> str | None:
    """The value of a template variable of a document."""
    return _TVS.get(name, {}).get(id)


def tags(id: int) -> tuple[str, ...]:
    return _TAGS.get(id, ())
