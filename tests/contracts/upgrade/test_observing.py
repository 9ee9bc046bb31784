"""What a watch of a live target says, at the edges of its limits."""

from collections.abc import Set

import pytest

from conformance.contracts.upgrade import observing
from conformance.contracts.upgrade.observing import Observed
from conformance.contracts.upgrade.settings import Observation

PLAIN = Observation()


def seen(failed_calls: Set[int], failed_looks: Set[int] = frozenset(), count: int = 300) -> Observed:
    """A look and a call every two seconds."""
    looks = [(2.0 * turn, float(turn in failed_looks)) for turn in range(count)]
    calls = [(2.0 * turn + 0.5, float(turn in failed_calls)) for turn in range(count)]
    return Observed(looks, calls)


@pytest.mark.parametrize(("failed", "verdict"), [(6, "pass"), (7, "fail")])
def test_exactly_five_percent_is_within_the_budget(failed: int, verdict: str) -> None:
    assert observing.error_budget(seen(set(range(100, 100 + failed))), PLAIN, 1.0).verdict == verdict


def test_health_checks_count_as_calls() -> None:
    assert observing.error_budget(seen({100, 110, 120, 130}, {101, 111, 121}), PLAIN, 1.0).verdict == "fail"


def test_a_watch_that_is_shorter_than_the_window_proves_nothing() -> None:
    assert observing.error_budget(seen(set(range(20)), count=30), PLAIN, 1.0).verdict == "not evaluated"


@pytest.mark.parametrize(
    ("failed", "verdict"), [({5, 6, 8, 9}, "pass"), ({5, 6, 7}, "fail"), ({297, 298, 299}, "fail")]
)
def test_three_health_checks_in_a_row(failed: set[int], verdict: str) -> None:
    assert observing.failures_in_a_row(seen(set(), failed), PLAIN).verdict == verdict


@pytest.mark.parametrize(("failed", "verdict"), [({1, 100}, "pass"), ({1, 100, 200}, "fail")])
def test_fewer_than_one_in_a_hundred(failed: set[int], verdict: str) -> None:
    assert observing.self_check(seen(failed), PLAIN).verdict == verdict


def test_the_clock_of_the_target_may_be_faster() -> None:
    fast = Observed([], [(at / 100, failed) for at, failed in seen(set(range(100, 140))).calls])

    assert observing.error_budget(fast, PLAIN, 0.01).verdict == "fail"
    assert observing.error_budget(fast, PLAIN, 1.0).verdict == "not evaluated"
