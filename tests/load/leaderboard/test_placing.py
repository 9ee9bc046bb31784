"""Ranks say no more than the rounds do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.load.leaderboard.model import Limit
from conformance.load.leaderboard.placing import limits_apart, places, told_apart
from conformance.load.results.model import Spread
from tests.load.results import spread


def rounds(*values: float) -> Spread:
    return spread(values)


def ranks_of(*figures: Spread) -> list[int]:
    found = places(len(figures), lambda best, other: told_apart(figures[best], figures[other], "lowest first"))
    return [place.rank for place in found]


def test_clear_differences_make_ranks() -> None:
    assert ranks_of(rounds(10, 10.1, 9.9), rounds(12, 12.1, 11.9), rounds(15, 15.1, 14.9)) == [1, 2, 3]


def test_noise_makes_a_tie_and_leaves_out_the_next_rank() -> None:
    assert ranks_of(rounds(10, 12, 8), rounds(11, 13, 9), rounds(30, 31, 29)) == [1, 1, 3]


def test_less_than_five_percent_is_a_tie_however_quiet_the_rounds() -> None:
    assert ranks_of(rounds(10, 10, 10), rounds(10.4, 10.4, 10.4), rounds(10.6, 10.6, 10.6)) == [1, 1, 3]


def test_a_group_is_measured_by_its_first() -> None:
    """Each is as close to the one before as a tie asks for; the last is not to the first."""
    assert ranks_of(*(rounds(*[value] * 3) for value in (100, 104, 108, 112))) == [1, 1, 3, 3]


def test_a_single_round_needs_a_large_difference() -> None:
    assert ranks_of(rounds(100), rounds(120), rounds(126)) == [1, 1, 3]
    assert ranks_of(rounds(100, 100, 100), rounds(120)) == [1, 1]


def test_highest_first_turns_it_around() -> None:
    assert told_apart(rounds(100, 101, 99), rounds(80, 81, 79), "highest first")
    assert not told_apart(rounds(80, 81, 79), rounds(100, 101, 99), "highest first")


def test_nothing_is_worse_than_something() -> None:
    assert told_apart(rounds(100, 100), rounds(0, 0), "highest first")
    assert not told_apart(rounds(0, 0), rounds(0, 0), "highest first")


def test_a_pooled_value_that_the_rounds_contradict_is_a_tie() -> None:
    """The one bad round decides the pooled percentile, and not the order."""
    best, other = spread((10.0, 10.0, 10.0), pooled=10.0), spread((9.0, 9.0, 9.0), pooled=11.0)

    assert not told_apart(best, other, "lowest first")


@pytest.mark.parametrize(
    ("other", "apart"),
    [
        (Limit(rate=80, broken_at=90), True),
        (Limit(rate=80, broken_at=100), True),
        (Limit(rate=98, broken_at=100), False),
        (Limit(rate=90, broken_at=105), False),
        (Limit(rate=80, broken_at=None), False),
    ],
)
def test_limits_differ_when_one_broke_where_the_other_held(other: Limit, apart: bool) -> None:
    assert limits_apart(Limit(rate=100, broken_at=105), other) is apart


FIGURES = st.lists(st.lists(st.floats(min_value=1, max_value=1000), min_size=1, max_size=4), min_size=1, max_size=8)


@given(FIGURES)
def test_ranks_rise_and_count_who_is_before(values: list[list[float]]) -> None:
    figures = sorted((spread(each) for each in values), key=lambda one: one.median)

    ranks = ranks_of(*figures)

    assert ranks == sorted(ranks)
    assert all(rank == ranks.index(rank) + 1 for rank in ranks)
