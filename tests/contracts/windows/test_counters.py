"""Counters that start anew, and quantiles of histograms."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.contracts.counters import grown, histogram_quantile, increases

BUCKETS = [(0.05, 10.0), (0.1, 90.0), (0.5, 100.0), (math.inf, 100.0)]


@pytest.mark.parametrize(
    ("quantile", "expected"),
    [(0.5, 0.075), (0.9, 0.1), (0.95, 0.3), (1, 0.5), (0.05, 0.025), (-1, -math.inf), (2, math.inf)],
)
def test_quantiles_lie_on_the_line_between_two_bounds(quantile: float, expected: float) -> None:
    assert histogram_quantile(quantile, BUCKETS) == pytest.approx(expected)


@pytest.mark.parametrize("buckets", [[], [(1, 5)], [(1, 5), (2, 6)], [(1, 0), (math.inf, 0)]])
def test_there_is_no_quantile_of_nothing(buckets: list[tuple[float, float]]) -> None:
    assert math.isnan(histogram_quantile(0.95, buckets))


def test_beyond_the_last_bound_the_last_bound_is_all_that_is_known() -> None:
    assert histogram_quantile(0.95, [(1, 5), (math.inf, 10)]) == 1


@given(st.lists(st.floats(0, 20), min_size=1, max_size=100), st.floats(0.01, 1))
def test_a_quantile_lies_in_the_bucket_of_the_nearest_rank(values: list[float], quantile: float) -> None:
    bounds = [1.0, 2.0, 5.0, 10.0, math.inf]
    buckets = [(bound, float(sum(value <= bound for value in values))) for bound in bounds]
    rank = min(len(values), max(1, math.ceil(quantile * len(values) - 1e-9)))
    true = sorted(values)[rank - 1]
    bound = next(bound for bound in bounds if true <= bound)

    found = histogram_quantile(quantile, buckets)

    assert found <= min(bound, 10)
    assert found >= bounds[bounds.index(bound) - 1] or bound == 1.0


def test_a_counter_that_fell_has_started_anew() -> None:
    assert increases([(0, 5), (1, 8), (2, 2), (3, 2)]) == [(1, 3), (2, 2), (3, 0)]


def test_histograms_grow_by_bucket() -> None:
    assert grown([(1, 2), (math.inf, 3)], [(1, 5), (math.inf, 9)]) == [(1, 3), (math.inf, 6)]
    assert grown([(1, 7), (math.inf, 9)], [(1, 5), (math.inf, 9)]) == [(1, 5), (math.inf, 9)]
