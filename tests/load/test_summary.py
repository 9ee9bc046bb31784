"""Figures: pooled by merging, told only where enough values stand behind them, and the same from a file."""

from fractions import Fraction
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.load.recording.histogram import at_percentile, new_histogram, record
from conformance.load.recording.merging import total_of
from conformance.load.results.files import read_result, write_result
from conformance.load.results.model import Operation, Phase
from conformance.load.results.percentiles import BEYOND, PERCENTILES, needed, values_at
from conformance.load.results.summary import figures
from tests.load.results import lognormal, operation, phase, result, rounds


def of_kinds(name: str, *operations: Operation) -> Phase:
    made = phase(name, [])
    return msgspec.structs.replace(made, operations=operations, total=total_of(operations))


def test_percentiles_are_of_all_rounds_together_not_means() -> None:
    total = figures([phase("round 1", [1000] * 990 + [9000] * 10), phase("round 2", [1000] * 1000)])[0]

    assert total.percentiles["p99"].rounds == pytest.approx((1000, 1000), rel=1e-3)
    assert total.percentiles["p99"].pooled == pytest.approx(1000, rel=1e-3)
    assert total.percentiles["p90"].pooled == pytest.approx(1000, rel=1e-3)

    slow = figures([phase("round 1", [9000] * 1000), phase("round 2", [1000] * 3000)])[0]
    assert slow.percentiles["p50"].pooled == pytest.approx(1000, rel=1e-3)
    assert slow.percentiles["p50"].median == pytest.approx(5000, rel=1e-3)
    assert (slow.percentiles["p50"].low, slow.percentiles["p50"].high) == pytest.approx((1000, 9000), rel=1e-3)


@pytest.mark.parametrize(
    ("name", "least"), [("p50", 20), ("p90", 100), ("p95", 200), ("p99", 1000), ("p99.9", 10_000), ("p99.99", 100_000)]
)
def test_a_percentile_needs_ten_values_beyond_it(name: str, least: int) -> None:
    assert needed(PERCENTILES[name]) == least
    assert name in figures([phase("round 1", [1000] * least)])[0].percentiles
    assert name not in figures([phase("round 1", [1000] * (least - 1))])[0].percentiles


@given(st.decimals(min_value="0.001", max_value="99.9999", places=4))
def test_no_fewer_than_ten_values_are_beyond(percentile: object) -> None:
    share = 1 - Fraction(str(percentile)) / 100
    assert needed(float(str(percentile))) * share >= BEYOND > (needed(float(str(percentile))) - 1) * share


def test_rounds_without_enough_values_are_left_out() -> None:
    total = figures([phase("round 1", [1000] * 1000), phase("round 2", [3000] * 999)])[0]
    assert total.percentiles["p99"].rounds == pytest.approx((1000,), rel=1e-3)
    assert total.percentiles["p99"].pooled == pytest.approx(3000, rel=1e-3)

    pooled_only = figures([phase("round 1", [1000] * 500), phase("round 2", [1000] * 500)])[0].percentiles["p99"]
    assert pooled_only.rounds == ()
    assert pooled_only.median == pooled_only.low == pooled_only.high == pooled_only.pooled


def test_the_warm_up_is_in_nothing() -> None:
    phases = rounds(2000)

    assert figures(phases) == figures(phases[1:])
    assert figures(phases[:1]) == ()


def test_journeys_and_set_up_have_figures_of_their_own_only() -> None:
    call = operation("tools/call echo", [1000] * 50, {"tool": 5})
    begin = msgspec.structs.replace(operation("initialize", [50_000] * 40, {"http": 1}), kind="setup")
    whole = msgspec.structs.replace(operation("session", [200_000] * 30), kind="journey")

    told = figures([of_kinds("round 1", begin, call, whole)])

    assert [(one.name, one.kind) for one in told] == [
        ("total", "work"), ("initialize", "setup"), ("tools/call echo", "work"), ("session", "journey"),
    ]  # fmt: skip
    assert (told[0].good, told[0].failures) == (50, {"tool": 5})
    assert told[0].percentiles["p50"].high < 2000
    assert told[0].error_rate == pytest.approx(5 / 55)
    assert told[3].good == 30


def test_throughput_is_good_answers_by_time_and_zero_where_an_operation_is_absent() -> None:
    told = figures(
        [
            phase("round 1", {"a": [1000] * 100, "b": [1000] * 50}, {"http": 30}, seconds=10.0),
            phase("round 2", {"a": [1000] * 300}, seconds=20.0),
        ]
    )
    by_name = {one.name: one.throughput for one in told}

    assert by_name["a"].rounds == (10.0, 15.0)
    assert by_name["b"].rounds == (5.0, 0.0)
    assert by_name["total"].pooled == pytest.approx(450 / 30)


def test_figures_can_be_made_again_from_a_file(tmp_path: Path) -> None:
    phases = rounds(1500, noise=0.2)
    written = msgspec.structs.replace(result(*phases), figures=figures(phases))
    write_result(tmp_path / "one.json", written)

    read = read_result(tmp_path / "one.json")

    assert figures(read.phases) == read.figures == written.figures


@given(st.lists(st.integers(1, 10**8), min_size=20, max_size=300), st.sampled_from([50.0, 75.0, 90.0, 95.0]))
def test_one_pass_tells_what_the_library_tells(values: list[int], percentile: float) -> None:
    histogram = new_histogram()
    record(histogram, values)

    told = values_at(histogram, [percentile])

    expected = {percentile: at_percentile(histogram, percentile)} if len(values) >= needed(percentile) else {}
    assert told == expected


def test_nothing_good_has_no_percentiles() -> None:
    total = figures([phase("round 1", [], {"timeout": 7})])[0]

    assert (total.good, total.error_rate, total.percentiles, total.service) == (0, 1.0, {}, {})
    assert figures([phase("round 1", lognormal(1000), seconds=0.0)])[0].throughput.pooled == 0.0
