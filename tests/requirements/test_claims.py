"""What the suites claim, held against the registry: no claim without a requirement, no requirement without a claim
or a reason."""

import pytest

from conformance.contracts import rules as contracts
from conformance.reference import catalogue
from conformance.report import explain
from conformance.requirements import Requirement, load


def test_every_claim_names_a_requirement() -> None:
    claims = {id: places for id, places in explain.tested_by().items() if id not in contracts.load()}

    assert len(claims) > 100
    assert {id: places for id, places in claims.items() if id not in load()} == {}


def test_every_requirement_is_judged_or_says_why_not() -> None:
    silent = [rule.id for rule in load().values() if rule.id not in explain.tested_by() and not rule.not_checked]

    assert silent == []


def test_no_requirement_is_judged_and_excused_at_once() -> None:
    excused = {rule.id for rule in load().values() if rule.not_checked}

    assert excused & set(explain.tested_by()) == set()


@pytest.mark.parametrize("fault", catalogue.faults().values(), ids=lambda fault: fault.id)
def test_every_fault_breaks_a_requirement_that_is_judged(fault: catalogue.Fault) -> None:
    assert fault.breaks in explain.tested_by()


NO_FAULT = {
    "http-header-names-case-insensitive": "the web server lower-cases names before a fault could see them",
    "http-single-endpoint-post": "whatever breaks it breaks a rule of the method that is not served, too",
    "pattern-no-server-requests": "in an event stream, the only place here, http-sse-no-server-requests is nearer",
    "transport-binding-delivery": "what is not delivered breaks a rule of its method, too",
}
"""MUSTs that are judged, and that no fault of the reference server can break alone."""


def test_every_must_that_is_judged_has_a_fault() -> None:
    """A check that was never seen to fail proves nothing."""
    broken = {fault.breaks for fault in catalogue.faults().values()}
    unproven = [rule.id for rule in load().values() if _can_fail(rule) and rule.id in explain.tested_by()]

    assert [id for id in unproven if id not in broken and id not in NO_FAULT] == []


def _can_fail(rule: Requirement) -> bool:
    return any(rule.fails_in(revision) for revision in rule.revisions)
