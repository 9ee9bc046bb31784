"""Which percentiles are told, and how many values have to stand behind one."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import accumulate
from math import ceil
from types import MappingProxyType
from typing import Final

from hdrh.histogram import HdrHistogram

PERCENTILES: Final[Mapping[str, float]] = MappingProxyType(
    {"p50": 50.0, "p90": 90.0, "p95": 95.0, "p99": 99.0, "p99.9": 99.9, "p99.99": 99.99}
)
BEYOND: Final = 10
"""So many values have to lie beyond a percentile. With fewer, single ones decide it: the number of values beyond varies
from run to run by its square root, which is a third of 10 already."""


def needed(percentile: float) -> int:
    """How many values a percentile above 0 and below 100 needs."""
    return ceil(BEYOND * 100 / (100 - Fraction(str(percentile))))


def values_at(histogram: HdrHistogram, percentiles: Iterable[float]) -> dict[float, int]:
    """Microseconds at each percentile that has enough values, in one pass; as `at_percentile` would tell them."""
    told = [each for each in percentiles if histogram.total_count >= needed(each)]
    if not told:
        return {}
    running = list(accumulate(histogram.counts[:]))
    ranks = {each: bisect_left(running, histogram.get_target_count_at_percentile(each)) for each in told}
    return {each: _highest(histogram, index) for each, index in ranks.items()}


def _highest(histogram: HdrHistogram, index: int) -> int:
    return int(histogram.get_highest_equivalent_value(histogram.get_value_from_index(index)))
