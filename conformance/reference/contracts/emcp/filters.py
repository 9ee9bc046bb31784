"""Structured filters of the search and model tools: how a value is compared, and which conditions make no sense."""

import re
from collections.abc import Callable, Iterator
from operator import eq, ge, gt, le, lt, ne
from typing import Any

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {"=": eq, "!=": ne, ">": gt, ">=": ge, "<": lt, "<=": le}
WITHOUT_VALUE = ("null", "!null")
OPERATORS = (*COMPARISONS, "in", "not_in", "like", "like-l", "like-r", *WITHOUT_VALUE)
CAST = r"^(UNSIGNED|SIGNED|DECIMAL\([0-9]+,[0-9]+\))$"

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def condition_problems(condition: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The name of each check that a filter fails, and the reason in words."""
    op, value = condition.get("op"), condition.get("value")
    values = value if isinstance(value, list) else [value]
    if op in ("in", "not_in") and value in (None, "", []):
        yield "value:required", f"the operator {op} needs at least one value"
    elif op not in WITHOUT_VALUE and value in (None, "", []):
        yield "value:required", f"the operator {op} needs a value"
    if any(":" in str(one) or ";" in str(one) for one in values):
        yield "value:separator", "a value must hold neither ':' nor ';'"
    if condition.get("cast") and not (op in COMPARISONS and _NUMBER.fullmatch(str(value))):
        yield "cast:number", "a cast goes with a comparison to a number"


def matches(condition: Any, found: Any) -> bool:
    """Whether a row's value meets a condition. What is no condition holds for every row."""
    op, value = (condition.get("op"), condition.get("value")) if isinstance(condition, dict) else (None, None)
    if op in WITHOUT_VALUE:
        return (found is None) is (op == "null")
    if op in COMPARISONS:
        return bool(COMPARISONS[op](*_comparable(found, value)))
    if op in ("in", "not_in"):
        wanted = value if isinstance(value, list) else str(value).split(",")
        return (str(found) in map(str, wanted)) is (op == "in")
    if isinstance(op, str) and op.startswith("like"):
        return _like(op, str(found or ""), str(value))
    return True


def _comparable(found: Any, value: Any) -> tuple[Any, Any]:
    texts = str("" if found is None else found), str(value)
    if all(_NUMBER.fullmatch(text) for text in texts):
        return float(texts[0]), float(texts[1])
    return texts


def _like(op: str, found: str, value: str) -> bool:
    if op == "like-l":
        return found.endswith(value)
    return found.startswith(value) if op == "like-r" else value in found
