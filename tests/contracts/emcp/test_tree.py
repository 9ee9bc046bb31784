"""Which documents of a tree are looked at."""

from typing import Any

from conformance.contracts.emcp.settings import Shape
from conformance.contracts.emcp.tree import between, lowest


def rows(*pairs: tuple[Any, Any]) -> list[Any]:
    return [{"id": own, "parent": parent} for own, parent in pairs]


def test_the_lowest_document_is_below_the_most_others() -> None:
    assert lowest(rows((1, 0), (2, 1), (3, 2), (4, 1)), Shape()) == (3, 2)


def test_the_first_of_equals_is_taken() -> None:
    assert lowest(rows((1, 0), (5, 1), (4, 1)), Shape()) == (5, 1)


def test_a_document_between_others_is_found() -> None:
    assert between(rows((1, 0), (4, 1), (2, 1), (3, 2)), Shape()) == (2, 1)
    assert between(rows((1, 0), (2, 1)), Shape()) is None


def test_a_flat_tree_has_none() -> None:
    assert lowest([*rows((1, 0), (2, None), ("3", 1)), "no row"], Shape()) is None


def test_documents_above_each_other_come_to_an_end() -> None:
    assert lowest(rows((1, 2), (2, 1)), Shape()) in {(1, 2), (2, 1)}
