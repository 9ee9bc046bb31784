"""Ranks that the noise allows: who cannot be told apart from the best of a group shares its rank.

Whether one can be told apart from another is not transitive, so it is asked against the first of each group only: the
first that differs from it begins the next group. Ranks then count as in sports: 1, 1, 3.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from conformance.load.leaderboard.model import Limit, Order
from conformance.load.results.model import Spread
from conformance.load.results.statistics import Ratio, ratio_of

LEAST: Final = 0.05
"""A smaller difference is none, whatever the rounds say: between two starts of the same server there may be as much."""
LEAST_ALONE: Final = 0.25
"""The least difference where a run has a single round, which cannot tell its own noise."""


@dataclass(frozen=True)
class Place:
    rank: int
    tied: bool


def places(count: int, apart: Callable[[int, int], bool]) -> list[Place]:
    """The places of entries in their order, best first; `apart` says whether the second differs from the first."""
    firsts: list[int] = []
    for entry in range(count):
        leads = not firsts or apart(firsts[-1], entry)
        firsts.append(entry if leads else firsts[-1])
    return [Place(first + 1, firsts.count(first) > 1) for first in firsts]


def value_of(spread: Spread) -> float:
    """The figure that is shown and ranked by."""
    return spread.median if spread.pooled is None else spread.pooled


def told_apart(best: Spread, other: Spread, order: Order) -> bool:
    """Whether `other` is worse by more than the noise of the rounds of both."""
    worse = _times_worse(value_of(best), value_of(other), order)
    ratio = ratio_between(best, other)
    if ratio is None or ratio.p_value is None:
        return worse >= 1 + LEAST_ALONE
    same_way = ratio.ratio < 1 if order == "highest first" else ratio.ratio > 1
    return worse >= 1 + LEAST and same_way and ratio.significant


def limits_apart(best: Limit, other: Limit) -> bool:
    """Whether `other` was seen to break at a rate that `best` has held."""
    broke = other.broken_at is not None and other.broken_at <= best.rate
    return broke and _times_worse(best.rate, other.rate, "highest first") >= 1 + LEAST


def ratio_between(best: Spread, other: Spread) -> Ratio | None:
    """None where a round has no value above zero."""
    try:
        return ratio_of(best.rounds, other.rounds)
    except ValueError:
        return None


def _times_worse(best: float, other: float, order: Order) -> float:
    over, under = (best, other) if order == "highest first" else (other, best)
    if under <= 0:
        return float("inf") if over > 0 else 1.0
    return over / under


def sorted_by(values: Sequence[float], names: Sequence[str], order: Order) -> list[int]:
    """The positions, best first; by name where values are equal."""
    sign = -1 if order == "highest first" else 1
    return sorted(range(len(values)), key=lambda at: (sign * values[at], names[at]))
