"""Entries that fail a run: each kind with a message that names the entry, and none without a reason."""

from datetime import date
from typing import Any

import pytest

from conformance.baseline.problems import Problem, of_run
from conformance.contracts.rules import load as contract_rules
from conformance.report.verdict import Verdict
from tests.baseline.samples import (
    CONTRADICTED,
    ENTRY,
    MUST,
    NOTHING_CHOSEN,
    SEVERAL,
    SHOULD,
    TODAY,
    TRAFFIC,
    here,
    places,
    verdicts,
)


def found(text: str, judged: list[Verdict], complete: bool = True, today: date = TODAY, **chosen: Any) -> list[Problem]:
    return of_run(here(text, today=today), judged, {**NOTHING_CHOSEN, **chosen}, complete=complete)


def kinds(*arguments: Any, **more: Any) -> list[str]:
    return [problem.kind for problem in found(*arguments, **more)]


def test_a_used_entry_is_no_problem() -> None:
    assert found(ENTRY, verdicts()) == []


def test_an_unknown_rule_is_named_with_what_may_be_meant() -> None:
    (problem,) = found(ENTRY.replace(MUST, "ping-respond-emtpy"), verdicts())

    assert problem.kind == "unknown"
    assert problem.message.startswith("baseline.toml: entry 1 (ping-respond-emtpy): no such rule; did you mean ping-")


def test_the_rules_of_contracts_are_known() -> None:
    assert found(ENTRY.replace(MUST, next(iter(contract_rules()))), []) == []


def test_duplicates_are_named() -> None:
    (problem,) = found(ENTRY + ENTRY, verdicts())

    assert problem.message == "baseline.toml: entry 2 (ping-respond-empty): says the same as entry 1; keep one of them"


def test_two_scopes_are_no_duplicates() -> None:
    both = ENTRY + 'revision = "2025-06-18"\n' + ENTRY + 'revision = "2025-11-25"\n'

    assert kinds(both, verdicts() + verdicts(revision="2025-11-25")) == []


def test_an_expired_entry_is_named() -> None:
    (problem,) = found(ENTRY, verdicts(), today=date(2027, 1, 1))

    assert problem.kind == "expired"
    assert "entry 1 (ping-respond-empty): expired on 2026-12-31 (owner: ann)" in problem.message


def test_what_has_expired_is_not_called_stale_as_well() -> None:
    assert kinds(ENTRY, verdicts(status="pass"), today=date(2027, 1, 1)) == ["expired"]


def test_an_entry_that_is_not_filled_in_is_named() -> None:
    assert kinds(ENTRY.replace("the answer is built by a proxy", "TODO"), verdicts()) == ["unfilled"]


def test_an_entry_that_no_longer_fails_is_stale() -> None:
    (problem,) = found(ENTRY, verdicts(status="pass"))

    assert problem.kind == "stale"
    assert problem.message.startswith("baseline.toml: entry 1 (ping-respond-empty): no longer fails")


@pytest.mark.parametrize("status", ["not testable", "not applicable", "blocked", "error"])
def test_a_rule_that_was_not_judged_makes_nothing_stale_or_expired(status: str) -> None:
    assert kinds(ENTRY, verdicts(status=status)) == []
    assert kinds(ENTRY, verdicts(status=status), today=date(2027, 1, 1)) == []


@pytest.mark.parametrize("status", ["not testable", "blocked", "error"])
def test_a_failure_may_be_behind_what_was_not_judged(status: str) -> None:
    assert kinds(ENTRY, verdicts(status="pass") + verdicts(status=status, revision="2025-11-25")) == []


def test_what_cannot_apply_hides_nothing() -> None:
    judged = verdicts(status="pass") + verdicts(status="not applicable", revision="2025-11-25")

    assert kinds(ENTRY, judged) == ["stale"]


def test_one_revision_that_fails_keeps_an_entry() -> None:
    judged = verdicts(status="pass") + verdicts(revision="2025-11-25")

    assert kinds(ENTRY, judged) == []
    assert kinds(ENTRY + 'revision = "2025-06-18"', judged) == ["stale"]


def test_another_target_concerns_nobody() -> None:
    assert kinds(ENTRY + 'target = "https://prod.example.com/*"', verdicts(status="pass")) == []


def test_a_run_that_was_interrupted_makes_nothing_stale() -> None:
    assert kinds(ENTRY, verdicts(status="pass"), complete=False) == []


@pytest.mark.parametrize("chosen", [{"other": True}, {"revisions": ["2025-06-18"]}])
def test_a_run_that_chose_among_the_checks_makes_nothing_stale(chosen: dict[str, Any]) -> None:
    assert kinds(ENTRY, verdicts(status="pass"), **chosen) == []


def test_a_revision_that_was_chosen_is_judged_whole() -> None:
    entry = ENTRY + 'revision = "2025-06-18"'

    assert kinds(entry, verdicts(status="pass"), revisions=["2025-06-18"]) == ["stale"]


def test_a_rule_with_several_tests_is_judged_when_all_were_there() -> None:
    entry, judged = ENTRY.replace(MUST, SEVERAL), verdicts(SEVERAL, "pass")
    assert len(places(SEVERAL)) > 1

    assert kinds(entry, judged) == ["stale"]
    assert kinds(entry, judged[:1]) == []


def test_what_is_judged_on_all_traffic_needs_all_traffic() -> None:
    entry = ENTRY.replace(MUST, TRAFFIC)
    judged = [*verdicts(TRAFFIC, "pass"), Verdict(TRAFFIC, "2025-06-18", "pass", nodeid="traffic::x[2025-06-18]")]

    assert kinds(entry, judged) == ["stale"]
    assert kinds(entry, judged, areas=["ping"]) == []


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        (f'[accept]\n{MUST} = "x"', "mismatched", "is a MUST; accept it in a [[baseline]] entry"),
        (f'[promote]\n{MUST} = "x"', "mismatched", "is a MUST, which is red anyway"),
        (f'[promote]\n{CONTRADICTED} = "x"', "mismatched", "the specification contradicts itself there"),
        (f'[promote]\n{SHOULD} = "x"\n[accept]\n{SHOULD} = "y"', "duplicate", "is in [promote] as well"),
        ('[accept]\nnothing-at-all = "x"', "unknown", "[accept] nothing-at-all: no such rule"),
    ],
)  # fmt: skip
def test_the_tables_of_shoulds_are_held_to_it(text: str, kind: str, said: str) -> None:
    (problem,) = found(text, verdicts())

    assert problem.kind == kind
    assert said in problem.message


def test_a_should_in_a_table_is_no_problem() -> None:
    assert found(f'[promote]\n{SHOULD} = "x"', verdicts()) == []
    assert found(f'[accept]\n{CONTRADICTED} = "x"', verdicts()) == []
