"""The significance of a ratio, against the same test as scipy does it."""

import math
from dataclasses import astuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from conformance.load.results.statistics import ratio_of

ROUNDS = st.lists(st.floats(min_value=1, max_value=1e6), min_size=2, max_size=6)


@given(ROUNDS, ROUNDS)
def test_it_is_welchs_test_on_logarithms(before: list[float], after: list[float]) -> None:
    assume(all(len({round(math.log(value), 2) for value in side}) > 1 for side in (before, after)))
    theirs = stats.ttest_ind(
        [math.log(value) for value in after], [math.log(value) for value in before], equal_var=False
    )
    interval = theirs.confidence_interval(0.95)

    ours = ratio_of(before, after)

    assert ours.p_value == pytest.approx(theirs.pvalue, rel=1e-6, abs=1e-12)
    assert ours.low is not None
    assert ours.high is not None
    assert math.log(ours.low) == pytest.approx(interval.low, rel=1e-6, abs=1e-9)
    assert math.log(ours.high) == pytest.approx(interval.high, rel=1e-6, abs=1e-9)


def test_one_round_tells_a_ratio_without_confidence() -> None:
    assert astuple(ratio_of([100.0], [150.0, 150.0])) == (pytest.approx(1.5), None, None, None)
    assert not ratio_of([100.0], [9000.0]).significant


def test_rounds_without_spread_differ_or_do_not() -> None:
    assert ratio_of([100, 100], [100, 100]).p_value == 1.0
    assert astuple(ratio_of([100, 100], [110, 110])) == (*[pytest.approx(1.1)] * 3, 0.0)


def test_significance_follows_the_noise() -> None:
    assert ratio_of([100, 101, 99], [120, 121, 119]).significant
    assert not ratio_of([100, 140, 70], [120, 80, 160]).significant


@pytest.mark.parametrize(("before", "after"), [([], [1.0]), ([1.0], []), ([0.0], [1.0]), ([1.0, 2.0], [-1.0, 2.0])])
def test_what_has_no_logarithm_is_refused(before: list[float], after: list[float]) -> None:
    with pytest.raises(ValueError, match="above zero"):
        ratio_of(before, after)
