"""The points of charts are those of the histograms."""

from pathlib import Path

import pytest

from conformance.load.leaderboard.curves import distribution, over_load
from tests.load.leaderboard.boards import at, runs_of
from tests.load.results import lognormal, phase, result, searched


def test_a_distribution_goes_as_far_as_its_values(tmp_path: Path) -> None:
    (run,) = runs_of(tmp_path, at("a", 1000, of_rounds={"samples": 1000}))

    curve = distribution(run)

    assert curve.x[-1] <= 3000 / 10
    assert curve.x[-1] > 100
    assert list(curve.y) == sorted(curve.y)
    p99 = next(y for x, y in zip(curve.x, curve.y, strict=True) if x == pytest.approx(100))
    assert run.figures is not None
    assert p99 * 1000 == run.figures.percentiles["p99"].pooled


def test_bands_lie_around_the_whole_and_end_where_rounds_end(tmp_path: Path) -> None:
    (run,) = runs_of(tmp_path, at("a", 1000, of_rounds={"samples": 1000, "noise": 0.1}))

    curve = distribution(run)

    assert len(curve.low) == len(curve.high) < len(curve.y)
    assert all(low <= y <= high for low, y, high in zip(curve.low, curve.y, curve.high, strict=False))


def test_a_ramp_has_no_band(tmp_path: Path) -> None:
    steps = [phase(f"{rate}", lognormal(1000, 500), role="ramp", rate=float(rate)) for rate in (100, 200)]
    (run,) = runs_of(tmp_path, result(*steps, plan={"shape": "ramp", "to_rate": 200.0}))

    assert distribution(run).low == ()


def test_an_overloaded_server_bends_the_curve_back(tmp_path: Path) -> None:
    steps = [
        phase("1", lognormal(1000, 1000), role="step", rate=100.0),
        phase("2", lognormal(9000, 1500), role="step", rate=400.0),
        phase("3", lognormal(2000, 2000), role="step", rate=200.0),
        phase("4", lognormal(2000, 5), role="step", rate=300.0),
    ]
    (run,) = runs_of(tmp_path, searched(200.0, 300.0, *steps))

    curve = over_load(run, 50.0)

    assert curve.x == (100.0, 200.0, 150.0)
    assert curve.y == pytest.approx((1, 2, 9), rel=0.1)


def test_steps_at_the_same_rate_are_one_point(tmp_path: Path) -> None:
    steps = [phase(str(at), [1000 * at] * 1000, role="step", rate=100.0) for at in (1, 2)]
    (run,) = runs_of(tmp_path, searched(100.0, None, *steps))

    curve = over_load(run, 95.0)

    assert curve.x == (100.0,)
    assert curve.y == pytest.approx((2,), rel=0.01)
