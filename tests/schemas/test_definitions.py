"""Every definition of every revision accepts what the specification allows and finds what it forbids."""

import pytest

from conformance.protocol import schemas
from conformance.protocol.revisions import REVISIONS

from .cases import Case, definition_cases, load

ACCEPT_ANYTHING = {"JSONValue"}


@pytest.mark.parametrize("case", [c for c in definition_cases() if c.broken_at is None], ids=str)
def test_a_valid_value_has_no_problems(case: Case) -> None:
    assert schemas.check_definition(case.revision, case.definition, case.value) == []


@pytest.mark.parametrize("case", [c for c in definition_cases() if c.broken_at is not None], ids=str)
def test_a_broken_value_is_reported_at_the_place_that_is_broken(case: Case) -> None:
    problems = schemas.check_definition(case.revision, case.definition, case.value)

    assert case.broken_at in [problem.path for problem in problems]
    assert all(len(problem.message) <= 400 for problem in problems)


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_definition_has_a_valid_and_a_broken_case(revision: str) -> None:
    cases = [case for case in definition_cases() if case.revision == revision]
    valid = {case.definition for case in cases if case.broken_at is None}
    broken = {case.definition for case in cases if case.broken_at is not None}

    assert set(schemas.definitions(revision)) - valid == set()
    assert set(schemas.definitions(revision)) - broken - ACCEPT_ANYTHING == set()


@pytest.mark.parametrize("revision", REVISIONS)
def test_the_definitions_are_those_that_the_specification_exports(revision: str) -> None:
    assert sorted(schemas.definitions(revision)) == sorted(load("exported")[revision])


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_completion_has_at_most_100_values(revision: str) -> None:
    def problems(count: int) -> list[str]:
        result = {"resultType": "complete", "completion": {"values": ["v"] * count}}
        return [str(p.message) for p in schemas.check_definition(revision, "CompleteResult", result)]

    assert problems(100) == []
    assert problems(101) == ["has 101 items, at most 100 are allowed"]
