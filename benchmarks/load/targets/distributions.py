"""Latencies whose distribution is known. Values are seconds.

`lognormal:MEDIAN_MS:SIGMA`, `constant:MS`, or `table:U=MS,U=MS,...`: a quantile function through these points, straight
between them, with U from 0 to 100.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import partial
from statistics import NormalDist

GOLDEN = (math.sqrt(5) - 1) / 2
Quantile = Callable[[float], float]


def quantile_function(text: str) -> Quantile:
    """Seconds by a share from 0 to 1. Raises ValueError when the text is none of the above."""
    kind, _, rest = text.partition(":")
    match kind:
        case "constant":
            return partial(_constant, float(rest) / 1000)
        case "lognormal":
            median, sigma = rest.split(":")
            return partial(_lognormal, NormalDist(math.log(float(median) / 1000), float(sigma)))
        case "table":
            points = [(float(u) / 100, float(ms) / 1000) for u, ms in (one.split("=") for one in rest.split(","))]
            return partial(_between, sorted(points))
    raise ValueError(f"{text!r} is no distribution")


def drawn(quantile: Quantile, seed: int) -> Iterator[float]:
    """Latencies without end. Any stretch of them has the distribution nearly exactly: the shares that they are drawn
    by are those of the golden ratio, which fill 0 to 1 evenly, so that no luck is in the far percentiles."""
    share = seed * GOLDEN % 1
    while True:
        yield quantile(min(max(share, 1e-9), 1 - 1e-9))
        share = (share + GOLDEN) % 1


def _constant(seconds: float, share: float) -> float:
    return seconds


def _lognormal(normal: NormalDist, share: float) -> float:
    return math.exp(normal.inv_cdf(share))


def _between(points: list[tuple[float, float]], share: float) -> float:
    index = min(max(bisect_right(points, (share, math.inf)), 1), len(points) - 1)
    (left, low), (right, high) = points[index - 1], points[index]
    return low + (high - low) * min(max((share - left) / (right - left), 0.0), 1.0)
