"""What a run says before it begins."""

import pytest

from conformance.plugin.session import advice_on_speed


def test_a_slow_target_is_better_judged_in_parallel() -> None:
    (line,) = advice_on_speed(1.02, in_parallel=False)

    assert "1.0 s" in line
    assert "-n 8" in line


@pytest.mark.parametrize(("latency", "in_parallel"), [(0.01, False), (1.0, True)])
def test_no_advice_where_it_does_not_help(latency: float, in_parallel: bool) -> None:
    assert advice_on_speed(latency, in_parallel) == []
