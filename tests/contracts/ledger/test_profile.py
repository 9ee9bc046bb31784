"""What a profile promises about its ledger is what the linter judges."""

import io
from datetime import timedelta

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
from tests.contracts.ledger.building import NOW, START, Body, changed, entry, rotation, text, traced

OPERATOR = load_profile("operator", {})
RULES = [rule for rule in load().values() if rule.contract == "ledger"]


def broken(
    ledger: list[Body] | bytes,
    profile: Profile = OPERATOR,
    *,
    strict_profile: bool = True,
    before: list[Body] | None = None,
) -> set[str]:
    """The rules that are broken."""
    settings = of_profile(profile, strict_profile=strict_profile)
    judged = judged_clauses(profile, strict_profile=strict_profile)
    earlier = None if before is None else lines(io.BytesIO(text(before)), settings.max_line_bytes)
    data = ledger if isinstance(ledger, bytes) else text(ledger)
    linter = Linter(settings, NOW.timestamp(), earlier, judged)
    summary = Summary()
    for finding in linter.judge(lines(io.BytesIO(data), settings.max_line_bytes)):
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


def _later(body: Body, hours: float) -> Body:
    return entry(body["connector_id"], START + timedelta(hours=hours))


LATEST = rotation()
EARLIER = [_later(body, -24) for body in rotation()]
DEFECTS: dict[str, tuple[list[Body] | bytes, str]] = {
    "window of 24 h": ([*EARLIER, *LATEST[:-1], changed(LATEST[-1], "window_hours", 24)], "ledger-window"),
    "future": ([*LATEST, _later(LATEST[0], 5000)], "ledger-not-future"),
    "stale by an hour": ([_later(body, -48.1) for body in LATEST], "ledger-fresh"),
    "one connector stale": ([_later(LATEST[0], -49), *LATEST[1:]], "ledger-connectors-fresh"),
    "bad checksum": ([changed(traced(), "traces.rest.checksum", "0" * 64), *LATEST[1:]], "ledger-checksums"),
    "window id mismatch": (
        [*EARLIER, *LATEST[:-1], changed(LATEST[-1], "rotation_window.window_id", "20250101T000000Z-PT48H")],
        "ledger-window-agrees",
    ),
    "missing connector": (LATEST[1:], "ledger-connectors-present"),
    "missing optional connector": (LATEST[:2], "ledger-connectors-whole"),
    "broken line": (text(EARLIER) + b'{"connector_id": "oper\n' + text(LATEST), "ledger-lines-json"),
    "byte order mark": (b"\xef\xbb\xbf" + text(LATEST), "ledger-lines-judged"),
    "no time": ([changed(EARLIER[0], "rotated_at", ...), *LATEST], "ledger-core-members"),
    "another zone": (
        [*EARLIER[:-1], changed(EARLIER[-1], "rotated_at", "2025-09-20T14:24:09+02:00"), *LATEST], "ledger-utc",
    ),
    "no window": ([*LATEST[:-1], changed(LATEST[-1], "rotation_window", ...)], "ledger-latest-has-window"),
    "credential in a request": (
        [changed(traced(), "traces.rest.request.rotation.credentials.token", "s3cr3t-value"), *LATEST[1:]],
        "ledger-trace-credential",
    ),
    "credential elsewhere": (
        [{**LATEST[0], "rotation_summary": "Bearer abcdefgh12345678"}, *LATEST[1:]], "ledger-no-credential",
    ),
    "step back": ([*LATEST, *EARLIER, *LATEST], "ledger-order"),
    "unknown member": ([{**LATEST[0], "colour": "blue"}, *LATEST[1:]], "ledger-members-known"),
}  # fmt: skip


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_breaks_its_rule_alone(name: str) -> None:
    ledger, rule = DEFECTS[name]

    assert broken(ledger) - ALSO.get(name, set()) == {rule}


ALSO = {
    "stale by an hour": {"ledger-credential-unexpired"},
    "one connector stale": {"ledger-credential-unexpired"},
    "window id mismatch": {"ledger-runs-agree"},
    "step back": {"ledger-no-duplicates"},
    "window of 24 h": {"ledger-window-agrees"},
}
"""What else such a ledger breaks, and rightly."""


def test_a_rewritten_line_breaks_its_rule() -> None:
    before = [*EARLIER, *LATEST]
    after = [changed(EARLIER[0], "rotated_at", "2025-09-20T12:24:10Z"), *EARLIER[1:], *LATEST]

    assert "ledger-append-only" in broken(after, before=before)
    assert "ledger-append-only" not in broken([*before, *LATEST], before=before)
