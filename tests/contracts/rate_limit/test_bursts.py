"""What is kept of a burst."""

from conformance.contracts.described import Described
from conformance.contracts.rate_limit.bursts import Budget, Burst
from conformance.contracts.requests import Attempt
from conformance.wire.exchange import Exchange, HttpRequest


def at(began: float, ended: float) -> Attempt:
    return Attempt(began, ended, Exchange(HttpRequest("GET", "http://a")))


def test_what_comes_when_the_window_is_over_is_no_leak() -> None:
    made = Burst(Budget(Described(), 10, 3.0), [at(10, 10.3)], [at(12.2, 12.5)], [at(12.5, 12.8), at(12.8, 13.1)])

    assert made.leaked_in_time == made.leaked[:1]
