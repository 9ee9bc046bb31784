"""What can be read from counters and histograms: how much they grew, and the quantiles that Prometheus would see."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import inf, isfinite, isinf, nan

Bucket = tuple[float, float]
"""An upper bound and the cumulative count of observations up to it."""


def increases(rows: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """How much a counter grew up to each time but the first; one that fell has started anew from zero."""
    return [(now, value if value < before else value - before) for (_, before), (now, value) in pairwise(rows)]


def grown(before: Sequence[Bucket], after: Sequence[Bucket]) -> list[Bucket]:
    """The histogram of what was observed between two scrapes; the later one by itself if it started anew."""
    earlier = dict(before)
    changes = [(bound, count - earlier.get(bound, 0)) for bound, count in after]
    return list(after) if any(count < 0 for _, count in changes) else changes


def histogram_quantile(quantile: float, buckets: Iterable[Bucket]) -> float:
    """As the function of Prometheus does: linear between two bounds, the highest finite bound beyond that.

    NaN where there are no observations, or no bucket for all of them.
    """
    known = _monotonic(sorted(buckets))
    if len(known) < 2 or not isinf(known[-1][0]) or not known[-1][1] > 0:
        return nan
    if not 0 <= quantile <= 1:
        return -inf if quantile < 0 else inf
    rank = quantile * known[-1][1]
    place = next(i for i, (_, count) in enumerate(known) if count >= rank)
    upper, count = known[place]
    if isinf(upper):
        return known[-2][0]
    if place == 0 and upper <= 0:
        return upper
    lower, below = known[place - 1] if place else (0.0, 0.0)
    return lower + (upper - lower) * (rank - below) / (count - below) if count > below else upper


def _monotonic(buckets: Iterable[Bucket]) -> list[Bucket]:
    """Counts that never fall: scrapes of a running process may tear a histogram."""
    most = 0.0
    found = []
    for bound, count in buckets:
        most = max(most, count) if isfinite(count) else most
        found.append((bound, most))
    return found
