"""What `mcp-conformance explain` says about the rules and clauses of contracts."""

from dataclasses import replace

import pytest

from conformance.contracts.clauses import load
from conformance.contracts.rules import ContractRule
from conformance.report import explain_contracts
from conformance.report.explain_contracts import explain_clause, explain_rule, listing_of_clauses, listing_of_rules

RULE = ContractRule(
    id="rate-waits",
    contract="rate-limit",
    level="must",
    safety="noisy",
    text="After the time in Retry-After the request is served.",
    how="exhaust, wait -> no 429",
    clauses=("C-EMCP-104",),
    advice="Look at the window of the limiter.",
    see="RFC 9110 10.2.3",
)


@pytest.fixture
def one_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explain_contracts, "load_rules", lambda: {RULE.id: RULE})


def test_a_rule_is_told_with_who_promises_it_and_what_to_do() -> None:
    told = explain_rule(RULE)

    assert told.startswith(f"rate-waits (rate-limit)\n  {RULE.text}\n")
    assert "needs --allow-noisy" in told
    assert RULE.advice in told
    assert "RFC 9110 10.2.3" in told
    assert "promised by C-EMCP-104 (emcp, MUST, S): The request is not answered 429." in told


@pytest.mark.usefixtures("one_rule")
def test_a_clause_is_told_with_what_judges_it() -> None:
    told = explain_clause(load()["C-EMCP-104"])

    assert f"judged by rate-waits: {RULE.text}" in told
    assert "not judged" not in told


def test_a_clause_says_why_nothing_judges_it() -> None:
    assert "not judged: Needs a shell." in explain_clause(replace(load()["C-EMCP-146"], excused="Needs a shell."))


@pytest.mark.usefixtures("one_rule")
def test_lists_name_the_judge_of_a_clause_and_the_contract_of_a_rule() -> None:
    assert list(listing_of_rules("rate-limit")) == ["MUST       rate-limit      rate-waits"]
    assert list(listing_of_rules("ledger")) == []
    assert "MUST   S  C-EMCP-104  rate-waits" in list(listing_of_clauses("emcp"))
