"""The schedule of an open loop: as many arrivals as were asked for, when they were asked for, whoever starts them."""

from itertools import islice, pairwise
from statistics import mean, pvariance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.load.arrivals import NS, starts
from conformance.load.plan import PhasePlan, Share


def plan(seconds: float | None = 10.0, rate: float | None = 100.0, **changes: object) -> PhasePlan:
    members = {"name": "round 1", "role": "round", "seconds": seconds, "rate": rate, **changes}
    return PhasePlan(**members)  # type: ignore[arg-type]


def of_all(one: PhasePlan, count: int) -> list[int]:
    return sorted(at for index in range(count) for at in starts(one, Share(index, count)))


def test_constant_arrivals_are_spaced_evenly() -> None:
    times = list(starts(plan(2.0, 50.0), Share()))
    assert len(times) == 100
    assert {round((after - before) / NS, 6) for before, after in pairwise(times)} == {0.02}
    assert times[0] == 0.01 * NS


@given(
    rate=st.floats(0.5, 400), end=st.none() | st.floats(0.5, 400), seconds=st.floats(0.05, 3), count=st.integers(1, 7)
)
def test_shares_of_constant_arrivals_are_the_whole_schedule(
    rate: float, end: float | None, seconds: float, count: int
) -> None:
    one = plan(seconds, rate, rate_end=end)
    assert of_all(one, count) == list(starts(one, Share()))


def test_each_process_starts_its_part() -> None:
    sizes = [len(list(starts(plan(1.0, 100.0), Share(index, 3)))) for index in range(3)]
    assert sizes == [34, 33, 33]


@given(
    rate=st.floats(0.1, 500), end=st.floats(0.1, 500), seconds=st.floats(0.1, 4), poisson=st.booleans(),
    share=st.sampled_from([Share(), Share(1, 2), Share(2, 3)]), seed=st.integers(1, 5),
)  # fmt: skip
def test_arrivals_are_in_order_and_within_the_phase(
    rate: float, end: float, seconds: float, poisson: bool, share: Share, seed: int
) -> None:
    times = list(starts(plan(seconds, rate, rate_end=end, poisson=poisson, seed=seed), share))
    assert times == sorted(times)
    assert all(0 <= at < seconds * NS for at in times)


@given(rate=st.floats(1, 500), end=st.floats(1, 500), seconds=st.floats(0.5, 4))
def test_a_ramp_has_as_many_arrivals_as_the_area_under_it(rate: float, end: float, seconds: float) -> None:
    times = list(starts(plan(seconds, rate, rate_end=end), Share()))
    assert len(times) == pytest.approx((rate + end) / 2 * seconds, abs=1)
    half = sum(at < seconds / 2 * NS for at in times)
    assert half == pytest.approx((0.75 * rate + 0.25 * end) / 2 * seconds, abs=1)


def test_a_ramp_goes_up_and_down_evenly() -> None:
    up = list(starts(plan(10.0, 10.0, rate_end=90.0), Share()))
    by_second = [sum(second * NS <= at < (second + 1) * NS for at in up) for second in range(10)]
    assert by_second == [14, 22, 30, 38, 46, 54, 62, 70, 78, 86]
    down = list(starts(plan(10.0, 90.0, rate_end=10.0), Share()))
    assert sorted(10 * NS - at for at in down) == pytest.approx(up, abs=2)


def test_a_ramp_to_nothing_ends() -> None:
    assert len(list(starts(plan(4.0, 50.0, rate_end=0.0), Share()))) == 100


@pytest.mark.parametrize("count", [1, 3])
def test_poisson_arrivals_have_their_rate_and_their_spread(count: int) -> None:
    """Counts in stretches of 100 ms have the mean 50, and as variance the same; bounds are some five deviations."""
    one = plan(200.0, 500.0, poisson=True, seed=7)
    times = of_all(one, count)
    stretches = [0] * 2000
    for at in times:
        stretches[at * 10 // NS] += 1
    assert mean(stretches) == pytest.approx(50, abs=0.8)
    assert pvariance(stretches) == pytest.approx(50, rel=0.16)
    gaps = [(after - before) / NS for before, after in pairwise(times)]
    assert mean(gaps) == pytest.approx(1 / 500, rel=0.016)
    assert sum(gap > 1 / 500 for gap in gaps) / len(gaps) == pytest.approx(0.3679, abs=0.008)


def test_a_poisson_ramp_has_its_rates() -> None:
    times = list(starts(plan(100.0, 100.0, rate_end=300.0, poisson=True, seed=3), Share()))
    assert len(times) == pytest.approx(20_000, abs=5 * 20_000**0.5)
    assert sum(at < 50 * NS for at in times) == pytest.approx(7_500, abs=5 * 7_500**0.5)


def test_poisson_arrivals_are_the_same_for_the_same_seed_only() -> None:
    def drawn(seed: int, name: str = "round 1", share: Share = Share()) -> tuple[int, ...]:
        return tuple(starts(plan(1.0, 50.0, poisson=True, seed=seed, name=name), share))

    assert drawn(1) == drawn(1)
    assert len({drawn(1), drawn(2), drawn(1, "round 2"), drawn(1, share=Share(0, 2)), drawn(1, share=Share(1, 2))}) == 5


def test_a_phase_without_an_end_goes_on() -> None:
    times = list(islice(starts(plan(None, 100.0), Share()), 100_000))
    assert times[-1] == pytest.approx(999.995 * NS)


def test_a_closed_loop_has_no_schedule() -> None:
    with pytest.raises(ValueError, match="no schedule"):
        next(starts(plan(rate=None), Share()))
