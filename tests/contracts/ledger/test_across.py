"""What only several lines show."""

from datetime import datetime, timedelta

import pytest

from conformance.contracts.ledger.settings import LedgerSettings
from tests.contracts.ledger.building import (
    CONNECTORS,
    NOW,
    START,
    STRICT,
    changed,
    entry,
    found,
    lint,
    minimal,
    rotation,
    text,
)  # fmt: skip

PORTABLE = LedgerSettings()
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(("age", "fresh"), [(47, True), (48, True), (48.001, False), (49, False)])
def test_the_newest_rotation_has_to_be_fresh(age: float, fresh: bool) -> None:
    stale = [finding for finding in found(rotation(), PORTABLE, START + age * HOUR) if finding[0] == "C-ABZU-075"]

    assert stale == ([] if fresh else [("C-ABZU-075", "must", 3)])


def test_the_newest_rotation_need_not_be_the_last_line() -> None:
    backdated = [*rotation(), minimal(CONNECTORS[0], START - 90 * HOUR)]

    assert found(backdated, PORTABLE) == []


def test_a_rotation_in_the_future_does_not_make_a_ledger_fresh() -> None:
    now = START + 49 * HOUR
    future = rotation(now + HOUR)
    findings = [finding for finding in lint([*rotation(), *future], PORTABLE, now) if finding.clause == "C-ABZU-075"]

    assert [finding.line for finding in findings] == [3]
    assert "line 6 is in the future and does not count" in findings[0].message
    assert found(future, PORTABLE, now) == [("C-ABZU-075", "must", 3)]


def test_a_future_date_is_found_beyond_the_skew_of_clocks() -> None:
    ahead = [*rotation(), entry(CONNECTORS[0], NOW + timedelta(minutes=6))]

    assert found(ahead) == [("C-ABZU-077", "should", 4)]
    assert found(ahead, PORTABLE) == []
    assert found([*rotation(), entry(CONNECTORS[0], NOW + timedelta(minutes=4))]) == []


def test_each_connector_has_to_be_fresh() -> None:
    old, new = rotation(), [entry(CONNECTORS[0], START + 40 * HOUR)]
    now = START + 50 * HOUR

    assert ("C-ABZU-076", "should", 2) in found([*old, *new], STRICT, now)
    assert "C-ABZU-076" not in {clause for clause, _, _ in found([*old, *new], PORTABLE, now)}
    assert "C-ABZU-076" not in {clause for clause, _, _ in found(old, STRICT, now)}, "said by C-ABZU-075"


@pytest.mark.parametrize("missing", CONNECTORS)
def test_a_missing_connector(missing: str) -> None:
    ledger = [body for body in rotation() if body["connector_id"] != missing]
    severity = "should" if missing == "crown_handshake" else "must"

    assert found(ledger) == [("C-ABZU-078", severity, None)]
    assert found(ledger, PORTABLE) == ([] if severity == "should" else [("C-ABZU-078", "must", None)])


def test_other_connectors_may_be_required() -> None:
    settings = LedgerSettings(required_connectors=("neo",), expected_connectors=())

    assert found([minimal("neo")], settings) == []
    assert "C-ABZU-078" in {clause for clause, _, _ in found(rotation(), settings)}


def test_a_step_back_is_found_where_it_happens() -> None:
    times = [START, START + HOUR / 2, START + HOUR / 4, START + HOUR / 3]
    ledger = [*rotation(START - HOUR), *(entry(CONNECTORS[0], time) for time in times)]

    assert found(ledger) == [("C-ABZU-087", "should", 6)]
    assert found(ledger, PORTABLE) == []


def test_connectors_may_be_written_in_any_order() -> None:
    assert found([*reversed(rotation()), entry(CONNECTORS[1], START + HOUR / 2)]) == []


def test_a_duplicate_names_its_first_line() -> None:
    findings = lint([*rotation(), rotation()[1]])

    assert [finding[:3] for finding in findings] == [("C-ABZU-088", "should", 4)]
    assert "those of line 2" in findings[0].message


def test_a_duplicate_from_further_back_than_is_remembered_is_a_step_back() -> None:
    settings = LedgerSettings(strict_profile=True, remembered_lines=4)
    ledger = [body for minute in range(20) for body in rotation(START + timedelta(minutes=2 * minute))]

    assert found([*ledger, ledger[-2]], settings) == [("C-ABZU-088", "should", 61)]
    assert found([*ledger, ledger[0]], settings) == [("C-ABZU-087", "should", 61)]


@pytest.mark.parametrize(
    ("seconds", "run", "expected"),
    [(1, None, [2]), (61, None, []), (600, "r-1", [2]), (0, "r-1", [])],
)
def test_the_lines_of_one_rotation_share_their_time(seconds: int, run: str | None, expected: list[int]) -> None:
    ledger = [entry(CONNECTORS[0]), entry(CONNECTORS[1], START + timedelta(seconds=seconds))]
    if run is not None:
        ledger = [{**body, "stage_b_run_id": run} for body in ledger]

    settings = LedgerSettings(strict_profile=True, expected_connectors=())
    assert found(ledger, settings) == [("C-ABZU-090", "should", line) for line in expected]


def test_the_lines_of_one_rotation_share_their_window() -> None:
    first, second, third = rotation()
    other = changed(changed(second, "rotation_window.window_id", "20250921T122409Z-P2D"), "credential_window", ...)

    assert found([first, other, third]) == [("C-ABZU-090", "should", 2)]
    assert found([first, changed(changed(second, "rotation_window", ...), "credential_window", ...), third]) == []


def test_a_second_rotation_of_the_same_connector_is_another_rotation() -> None:
    assert found([*rotation(), *rotation(START + timedelta(seconds=10))]) == []


@pytest.mark.parametrize(
    ("present", "expected"),
    [
        (lambda before: [*before, *rotation(START + HOUR / 2)], []),
        (lambda before: before, []),
        (lambda before: [before[0], {**before[1], "rotation_summary": "done"}, *before[2:]], []),
        (lambda before: [before[0], changed(before[1], "window_hours", 48.0), *before[2:]], []),
        (lambda before: [before[0], changed(before[1], "window_hours", 49), *before[2:]], [2]),
        (lambda before: [before[1], before[0], *before[2:]], [1, 2]),
        (lambda before: before[:2], [3]),
        (lambda before: before[1:], [1, 2, 3]),
    ],
)  # fmt: skip
def test_an_earlier_copy_shows_what_was_rewritten(present: object, expected: list[int]) -> None:
    before = rotation()
    after = present(before)  # type: ignore[operator]

    rewritten = [line for clause, _, line in found(after, PORTABLE, before=text(before)) if clause == "C-ABZU-069"]
    assert rewritten == expected


def test_the_strict_profile_allows_no_rewriting_at_all() -> None:
    before = rotation()
    after = [{**before[0], "rotation_summary": "done"}, *before[1:]]

    assert found(after, STRICT, before=text(before)) == [("C-ABZU-069", "must", 1)]


def test_a_line_that_was_being_written_may_be_finished() -> None:
    whole = text(rotation())

    assert found(whole, PORTABLE, before=whole[:-40]) == []


def test_times_at_the_end_of_the_calendar_are_judged() -> None:
    ends = changed(minimal(), "rotated_at", "9999-12-31T23:59:59Z")
    window = {**rotation()[0]["rotation_window"], "started_at": "9999-12-31T23:59:59Z"}
    last: datetime = START

    clauses = {clause for clause, _, line in found([{**ends, "rotation_window": window}, *rotation(last)]) if line == 1}
    assert clauses == {"C-ABZU-077", "C-ABZU-079"}
