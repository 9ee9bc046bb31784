"""The truths that benchmarks hold the generator against are themselves right."""

from itertools import islice
from statistics import mean

import pytest

from benchmarks.load.targets.distributions import drawn, quantile_function
from benchmarks.load.targets.stalls import NEVER, Stall
from benchmarks.load.targets.trace import Answered
from benchmarks.load.truth import NS, by_plan, by_trace, percentile
from conformance.load.recording.histogram import at_percentile, new_histogram, record


@pytest.mark.parametrize(
    ("arrival", "work", "answered"),
    [
        (0, 50, 50),  # done before
        (0, 100, 100),  # just done
        (90, 20, 310),  # half done: the other half comes after
        (100, 20, 320),
        (250, 20, 320),  # all that arrive in it begin after it
        (300, 20, 320),
        (301, 20, 321),
    ],
)
def test_no_work_is_done_in_a_stall(arrival: int, work: int, answered: int) -> None:
    assert Stall(100, 200).answered(arrival, work) == answered


@pytest.mark.parametrize("text", ["lognormal:5:0.5", "table:0=1,50=5,99=20,100=100", "constant:3"])
@pytest.mark.parametrize("skipped", [0, 777])
def test_any_stretch_of_latencies_has_the_distribution(text: str, skipped: int) -> None:
    quantile = quantile_function(text)
    values = sorted(islice(drawn(quantile, 1), skipped, skipped + 10_000))
    for share in (0.1, 0.5, 0.9, 0.99, 0.999):
        assert values[int(share * 10_000)] == pytest.approx(quantile(share), rel=0.03)


def test_a_table_is_straight_between_its_points() -> None:
    quantile = quantile_function("table:0=10,50=20,100=40")
    assert [round(quantile(share) * 1000) for share in (0, 0.25, 0.5, 0.75, 1)] == [10, 15, 20, 30, 40]


@pytest.mark.parametrize("text", ["", "uniform:1", "constant:x", "lognormal:5"])
def test_what_is_no_distribution_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        quantile_function(text)


def trace(late: int, sent_after: int) -> list[Answered]:
    """Ten a second for ten seconds; the client starts 20 ms late each time but the fifth."""
    found = []
    for number in range(100):
        arrived = number * NS // 10 + (0 if number == 5 else late)
        found.append(Answered(arrived, 1_000_000, arrived + 1_000_000, arrived + sent_after))
    return found


def test_the_lag_of_a_client_counts() -> None:
    responses = by_trace(trace(late=20_000_000, sent_after=5_000_000), 10)
    assert percentile(responses, 50) == 25_000_000
    assert min(responses) == 5_000_000


def test_the_plan_knows_neither_lag_nor_delay() -> None:
    responses = by_plan(trace(late=20_000_000, sent_after=5_000_000), 10, NEVER)
    assert set(responses) == {1_000_000}


def test_a_stall_is_in_the_plan_as_long_as_it_lasts() -> None:
    responses = by_plan(trace(late=0, sent_after=0), 10, Stall(2 * NS, 1 * NS))
    assert percentile(responses, 100) == NS + 1_000_000
    assert sum(one > 2_000_000 for one in responses) == 10
    assert mean(one for one in responses if one > 2_000_000) == pytest.approx(0.55 * NS, rel=0.01)


@pytest.mark.parametrize("share", [0, 50, 90, 99, 99.9, 100])
@pytest.mark.parametrize("count", [1, 2, 999, 1000])
def test_percentiles_are_of_the_rank_that_the_histogram_takes(share: float, count: int) -> None:
    values = [3 * number + 1 for number in range(count)]
    histogram = new_histogram()
    record(histogram, values)
    assert at_percentile(histogram, share) == pytest.approx(percentile(values, share), rel=0.002)
