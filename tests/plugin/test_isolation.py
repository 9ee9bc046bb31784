"""Under xdist, bursts of contracts stay on one worker."""

import pytest

from conformance.plugin.contracts import runs_alone


@pytest.mark.parametrize("prefix", ["suites/", "../site-packages/conformance/_data/suites/"])
def test_a_burst_runs_alone(prefix: str) -> None:
    assert runs_alone(f"{prefix}contracts/test_access_codes.py::test_a_body_over_the_limit_is_refused[emcp]")


def test_other_checks_do_not() -> None:
    assert not runs_alone("suites/contracts/test_access_codes.py::test_a_malformed_token_is_refused[emcp]")
    assert not runs_alone("suites/protocol/test_ping.py::test_ping_is_answered[2025-11-25]")
