"""Whether two sets of rounds differ by more than their noise: Welch's t-test on logarithms.

Latencies and throughputs vary by factors rather than by amounts, so ratios are tested, not differences.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, fsum, log, sqrt
from typing import Final

CONFIDENCE: Final = 0.95


@dataclass(frozen=True)
class Ratio:
    """`ratio` is after by before, of geometric means. `low` and `high` are its 95 % confidence interval, `p_value` is
    two-sided for the hypothesis that the ratio is 1; all three are None with fewer than two rounds on a side."""

    ratio: float
    low: float | None = None
    high: float | None = None
    p_value: float | None = None

    @property
    def significant(self) -> bool:
        """Whether the rounds alone can hardly explain the difference."""
        return self.p_value is not None and self.p_value < 1 - CONFIDENCE


def ratio_of(before: Sequence[float], after: Sequence[float]) -> Ratio:
    """Raises ValueError without values, or when one of them is not above zero."""
    if not before or not after or min(*before, *after) <= 0:
        raise ValueError("a ratio needs rounds on both sides, all above zero")
    old, new = [log(value) for value in before], [log(value) for value in after]
    distance = _mean(new) - _mean(old)
    if min(len(old), len(new)) < 2:
        return Ratio(exp(distance))
    return _tested(distance, _squared_error(old), _squared_error(new), len(old) - 1, len(new) - 1)


def _tested(distance: float, old: float, new: float, old_freedom: int, new_freedom: int) -> Ratio:
    """`old` and `new` are the squared standard errors of both means, each with its degrees of freedom."""
    from scipy.special import stdtr, stdtrit

    if old + new == 0:
        return Ratio(exp(distance), exp(distance), exp(distance), 1.0 if distance == 0 else 0.0)
    share = old / (old + new)
    freedom = 1 / (share**2 / old_freedom + (1 - share) ** 2 / new_freedom)
    error = sqrt(old + new)
    margin = float(stdtrit(freedom, (1 + CONFIDENCE) / 2)) * error
    p_value = 2 * float(stdtr(freedom, -abs(distance) / error))
    return Ratio(exp(distance), exp(distance - margin), exp(distance + margin), p_value)


def _mean(values: Sequence[float]) -> float:
    return fsum(values) / len(values)


def _squared_error(values: Sequence[float]) -> float:
    """Of the mean."""
    mean = _mean(values)
    return fsum((value - mean) ** 2 for value in values) / (len(values) - 1) / len(values)
