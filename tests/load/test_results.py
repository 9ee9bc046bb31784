"""What the tests build is what the product reads."""

import json
from pathlib import Path

import jsonschema
import pytest

from conformance.load.results.files import read_result, write_result
from conformance.load.results.schema import schema
from tests.load.results import invalid, lognormal, phase, result, rounds, searched


def test_a_built_result_survives_its_file(tmp_path: Path) -> None:
    built = result(*rounds(2000), server="beta", findings=invalid())
    write_result(tmp_path / "beta.json", built)

    assert read_result(tmp_path / "beta.json") == built
    assert not built.valid


def test_a_built_result_keeps_the_schema(tmp_path: Path) -> None:
    write_result(tmp_path / "one.json", searched(400.0, 440.0))

    jsonschema.validate(json.loads((tmp_path / "one.json").read_text()), schema())


def test_the_summary_is_that_of_its_rounds() -> None:
    total, call, listing = result(
        phase("round 1", {"tools/call": [1000] * 900, "tools/list": [9000] * 100}, {"timeout": 10}),
        phase("round 2", {"tools/call": [2000] * 900, "tools/list": [9000] * 100}),
    ).figures

    assert (total.good, total.failures) == (2000, {"timeout": 10})
    assert total.error_rate == pytest.approx(10 / 2010)
    assert total.throughput.rounds == (100.0, 100.0)
    assert call.percentiles["p50"].rounds == pytest.approx((1000, 2000), rel=1e-3)
    assert listing.percentiles["p50"].pooled == pytest.approx(9000, rel=1e-3)
    assert "p99.9" not in total.percentiles


def test_the_same_arguments_make_the_same_values() -> None:
    assert lognormal(2000) == lognormal(2000)
    assert lognormal(2000) != lognormal(2000, seed=2)
