"""The highest rate that a target bears is found, where the truth is known."""

import pytest

from benchmarks.load.generator import load
from benchmarks.load.targets.running import running

SERVICE_S = 0.005
LIMIT = 1 / SERVICE_S


def test_the_limit_of_a_server_is_found() -> None:
    """One worker takes 5 ms for each call, so that 200 a second are all it can do."""
    with running("limit", f"--service={SERVICE_S}") as target:
        result = load(
            target.url, "--scenario=tool-caller", "--shape=breaking-point", "--rate=160", "--duration=2",
            "--warm-up=0.5", "--users=200", "--gate=p95<150ms", "--gate=errors<1%",
        )  # fmt: skip
    found = result.breaking_point
    assert found is not None
    assert found.rate is not None
    assert found.broken_at is not None
    assert found.rate == pytest.approx(LIMIT, rel=0.1)
    assert found.broken_at > found.rate
    assert "p95" in found.why
