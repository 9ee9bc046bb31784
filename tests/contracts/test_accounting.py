"""Every promise of the four systems is accounted for: a rule judges it, or it says why none does."""

from collections import defaultdict
from collections.abc import Mapping

import pytest

from conformance.contracts import rules
from conformance.contracts.clauses import Clause, load


@pytest.fixture(scope="module")
def judges() -> Mapping[str, list[str]]:
    """The rules that name each clause."""
    found: dict[str, list[str]] = defaultdict(list)
    for rule in rules.load().values():
        for clause in rule.clauses:
            found[clause].append(rule.id)
    return found


def test_every_clause_is_judged_or_excused(judges: Mapping[str, list[str]]) -> None:
    assert [clause.id for clause in load().values() if clause.id not in judges and not clause.excused] == []


def test_no_clause_is_judged_and_excused_at_once(judges: Mapping[str, list[str]]) -> None:
    assert {clause.id: judges[clause.id] for clause in _excused() if clause.id in judges} == {}


def test_rules_name_clauses_that_exist(judges: Mapping[str, list[str]]) -> None:
    assert {id: named for id, named in judges.items() if id not in load()} == {}


def test_a_rule_names_a_clause_once() -> None:
    assert [rule.id for rule in rules.load().values() if len(set(rule.clauses)) < len(rule.clauses)] == []


def test_what_needs_a_shell_is_excused() -> None:
    assert [clause.id for clause in load().values() if clause.plane == "exec" and not clause.excused] == []


def test_an_excuse_is_the_exception() -> None:
    promised = [clause for clause in load().values() if clause.promised]

    assert sum(not clause.excused for clause in promised) >= 0.9 * len(promised)


def _excused() -> list[Clause]:
    return [clause for clause in load().values() if clause.excused]
