"""What a profile promises about its ledger is what the linter judges."""

import io

import pytest
from msgspec.structs import replace

from conformance.contracts.ledger.clauses import ledger_clauses
from conformance.contracts.ledger.lint import Linter
from conformance.contracts.ledger.promised import judged_clauses, of_profile
from conformance.contracts.ledger.report import Summary
from conformance.contracts.ledger.settings import LedgerSettings
from conformance.contracts.ledger.source import lines
from conformance.contracts.profiles import Profile, load_profile
from conformance.contracts.rules import load
from tests.contracts.ledger.building import NOW, Body, changed, rotation, text

OPERATOR = load_profile("operator", {})
RULES = [rule for rule in load().values() if rule.contract == "ledger"]


def broken(ledger: list[Body], profile: Profile = OPERATOR, *, strict_profile: bool = True) -> set[str]:
    """The rules that are broken."""
    settings = of_profile(profile, strict_profile=strict_profile)
    judged = judged_clauses(profile, strict_profile=strict_profile)
    summary = Summary()
    for finding in Linter(settings, NOW.timestamp(), judged=judged).judge(
        lines(io.BytesIO(text(ledger)), settings.max_line_bytes)
    ):
        summary.add(finding)
    return {ledger_clauses()[group.clause].rule(group.severity).id for group in summary.groups}


def test_the_profile_has_the_settings_of_the_linter() -> None:
    assert of_profile(OPERATOR, strict_profile=False) == LedgerSettings()
    assert of_profile(OPERATOR, strict_profile=True) == LedgerSettings(strict_profile=True)


def test_an_override_of_the_window_holds_for_the_ledger() -> None:
    day = load_profile("operator", {"MCP_ROTATION_WINDOW": "P1D"})

    assert of_profile(day, strict_profile=False).window_hours == 24
    assert "ledger-window" in broken(rotation(), day)


def test_a_profile_of_the_user_promises_every_rule() -> None:
    own = replace(OPERATOR, clauses="")

    assert judged_clauses(own, strict_profile=False) == frozenset(ledger_clauses())
    assert of_profile(own, strict_profile=False).strict_profile


def test_rules_that_are_switched_off_are_not_judged() -> None:
    future = [*rotation(), changed(rotation()[0], "rotated_at", "2026-09-21T12:24:09Z")]

    assert "ledger-not-future" in broken(future)
    assert "ledger-not-future" not in broken(future, replace(OPERATOR, rules={"ledger-not-future": "off"}))
    assert "ledger-not-future" not in broken(future, strict_profile=False)
    assert "ledger-not-future" in broken(
        future, replace(OPERATOR, rules={"ledger-not-future": "must"}), strict_profile=False
    )


@pytest.mark.parametrize(
    ("place", "rule"), [(0, "ledger-window-history"), (-1, "ledger-window")]
)  # fmt: skip
def test_the_latest_line_has_a_rule_of_its_own(place: int, rule: str) -> None:
    ledger = [*rotation(), *rotation()]
    ledger[place] = {**ledger[place], "window_hours": 24}

    assert rule in broken(ledger, strict_profile=False)
    assert {"ledger-window", "ledger-window-history"} - {rule} - broken(ledger, strict_profile=False)


def test_every_finding_has_a_rule_and_every_rule_findings() -> None:
    pairs = {known.rule(severity).id for known in ledger_clauses().values() for severity in ("must", "should")}

    assert pairs == {rule.id for rule in RULES}
