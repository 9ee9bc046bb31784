"""Which rule judges which part of a result, so that a defect is reported once, under its most specific rule.

The schema of a revision says what is wrong with a result; `claim` says which requirement a problem at a place
belongs to. What nobody claims is left to the rule that all messages are valid.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from conformance.protocol.problems import Problem
from conformance.protocol.reply import Reply
from conformance.protocol.schemas import check_result
from conformance.requirements import load

ABSENT: Any = object()
"""The value at a place where there is none."""

KEPT = 64
"""Judged results that are remembered: a list of a thousand tools is judged once, however often it is fetched."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Problems at places that match `path` (a JSON Pointer in the result), if `when` holds for the value there."""

    requirement: str
    path: re.Pattern[str]
    when: Callable[[Any], bool]


_CLAIMS: dict[str, list[Claim]] = {}


def claim(requirement: str, method: str, path: str, when: Callable[[Any], bool] = lambda value: True) -> None:
    """A requirement judges what is wrong at these places in results of this method. Earlier claims come first."""
    _CLAIMS.setdefault(method, []).append(Claim(requirement, re.compile(path), when))


def shape_problems(requirement: str | None, reply: Reply, revision: str) -> list[str] | None:
    """What is wrong with a result that this requirement claims (None: that nobody claims).

    None when the reply has no result.
    """
    if reply.method is None or not reply.has_result:
        return None
    found = judge_result(revision, reply.method, reply.result)
    return [f"{one.path or '/'}: {one.message}" for owner, one in found if owner == requirement]


def judge_result(revision: str, method: str, result: Any) -> list[tuple[str | None, Problem]]:
    """The problems of a result, each with the requirement that it belongs to."""
    problems = _problems(revision, method, json.dumps(result))
    return [(_owner(revision, method, one.path, result), one) for one in problems]


@lru_cache(maxsize=KEPT)
def _problems(revision: str, method: str, result: str) -> tuple[Problem, ...]:
    return tuple(check_result(revision, method, json.loads(result)))


def _owner(revision: str, method: str, path: str, result: Any) -> str | None:
    rules = load()
    for one in _CLAIMS.get(method, ()):
        if one.path.fullmatch(path) and revision in rules[one.requirement].revisions and one.when(_at(result, path)):
            return one.requirement
    return None


def _at(document: Any, path: str) -> Any:
    for part in path.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, list) and key.isdecimal() and int(key) < len(document):
            document = document[int(key)]
        elif isinstance(document, dict) and key in document:
            document = document[key]
        else:
            return ABSENT
    return document
