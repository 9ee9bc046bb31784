"""Counts of bursts: what proves that a limit is wrong, and what does not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.contracts.rate_limit import judges
from conformance.contracts.rate_limit.headers import Told
from conformance.contracts.rate_limit.judges import Count
from tests.contracts.rate_limit.limiters import Aligned, Fixed, Limiter, Refilled, Sliding, counted

WINDOW_S = 60.0
QUICK_S = 0.5


def counts(*served: int) -> list[Count]:
    return [Count(one, QUICK_S) for one in served]


quickly = settings(max_examples=25, deadline=None)

LIMITS = st.integers(1, 60)
SPACINGS = st.floats(0.001, 0.2)
PHASES = st.floats(0, WINDOW_S)


@quickly
@given(LIMITS, SPACINGS, PHASES)
def test_windows_that_begin_with_a_request_hold_exactly_their_limit(limit: int, spacing: float, phase: float) -> None:
    found = counted(Fixed(limit, WINDOW_S), spacing, phase, WINDOW_S)

    assert judges.early(found, limit) is None
    assert judges.late(found, limit, WINDOW_S, "fixed") is None
    assert judges.not_restored(found, limit) is None


@pytest.mark.parametrize("kind", [Fixed, Aligned, Sliding, Refilled])
@quickly
@given(LIMITS, SPACINGS, PHASES)
def test_no_lawful_limiter_is_red_where_its_algorithm_is_not_known(
    kind: type[Limiter], limit: int, spacing: float, phase: float
) -> None:
    found = counted(kind(limit, WINDOW_S), spacing, phase, WINDOW_S)

    assert judges.early(found, limit) is None
    assert judges.late(found, limit, WINDOW_S, "") is None
    assert judges.not_restored(found, limit) is None
    assert judges.not_restored(found, None) is None


@quickly
@given(st.integers(2, 60), st.integers(1, 10), SPACINGS)
def test_a_limit_that_is_too_low_is_early(limit: int, missing: int, spacing: float) -> None:
    real = max(1, limit - missing)
    found = counted(Fixed(real, WINDOW_S), spacing, 0, WINDOW_S)

    assert judges.early(found, limit) == f"request {real + 1} was refused in each of 3 fresh windows"


@quickly
@given(LIMITS, st.integers(1, 10), SPACINGS)
def test_a_limit_that_is_too_high_is_late_where_windows_are_fixed(limit: int, more: int, spacing: float) -> None:
    found = counted(Fixed(limit + more, WINDOW_S), spacing, 0, WINDOW_S)

    assert judges.late(found, limit, WINDOW_S, "fixed") is not None


def test_other_traffic_is_not_a_low_limit() -> None:
    found = counts(27, 24, 28)

    assert judges.early(found, 30) is None
    assert judges.late(found, 30, WINDOW_S, "fixed") is None
    assert "somebody else" in (judges.disturbed(found, 30) or "")


def test_a_bucket_that_is_always_full_is_full_of_other_traffic() -> None:
    assert judges.early(counts(0, 0, 0), 30) is None
    assert judges.disturbed(counts(0, 0, 0), 30) is not None


def test_two_windows_are_not_enough_for_early() -> None:
    assert judges.early(counts(29, 29), 30) is None


def test_one_window_with_the_limit_clears_of_being_early() -> None:
    assert judges.early(counts(29, 30, 29), 30) is None
    assert judges.disturbed(counts(29, 30, 29), 30) is None


def test_one_window_over_the_limit_is_where_two_meet() -> None:
    assert judges.late(counts(45, 30, 30), 30, WINDOW_S, "fixed") is None


def test_windows_that_hold_less_than_the_first_are_not_restored() -> None:
    assert judges.not_restored(counts(30, 26, 26), 30) is not None
    assert judges.not_restored(counts(45, 26, 26), 30) is not None


@pytest.mark.parametrize("served", [(30, 26), (30, 26, 30), (30, 22, 26), (30, 31, 31), (45, 30, 30), (30,), ()])
def test_other_windows_say_nothing_about_restoring(served: tuple[int, ...]) -> None:
    assert judges.not_restored(counts(*served), 30) is None


def test_without_a_limit_half_of_the_first_window_may_be_of_another_one() -> None:
    assert judges.not_restored(counts(60, 30, 30), None) is None
    assert judges.not_restored(counts(60, 29, 29), None) is not None


def test_a_bucket_that_is_refilled_lets_one_through_now_and_then() -> None:
    assert not judges.leaking(1, 60, 0.5, WINDOW_S, "")
    assert not judges.leaking(1, 60, 0.5, WINDOW_S, "refilled")
    assert judges.leaking(2, 60, 0.5, WINDOW_S, "")
    assert judges.leaking(1, 60, 0.5, WINDOW_S, "fixed")
    assert not judges.leaking(0, 60, 0.5, WINDOW_S, "fixed")


@pytest.mark.parametrize(("asked", "wrong"), [((2, 2, 1), False), ((2,), False), ((), False), ((1, 2), True)])
def test_waits_may_not_rise(asked: tuple[float, ...], wrong: bool) -> None:
    assert (judges.rising(asked) is not None) is wrong


@pytest.mark.parametrize(
    ("remaining", "wrong"),
    [
        ((9, 8, 7), False), ((9, 7, 2), False), ((1, 29, 28), False), ((0, 0, 0), False), ((None, None), False),
        ((9, 9), True), ((9, 8, 8), True),
    ],
)  # fmt: skip
def test_what_remains_may_not_stand_still(remaining: tuple[int | None, ...], wrong: bool) -> None:
    told = [Told(30, one, None) for one in remaining]

    assert (judges.not_falling(told) is not None) is wrong
