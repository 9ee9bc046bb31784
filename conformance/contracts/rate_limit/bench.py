"""What a check of a limit works with."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from conformance.contracts.caller import Caller
from conformance.contracts.described import Described
from conformance.contracts.rate_limit.bursts import is_limited
from conformance.contracts.rate_limit.settings import RateLimit
from conformance.contracts.requests import Attempt, attempt

MARGIN_S = 0.05
"""Added to every wait, in real seconds."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Who sends, what is promised, and `pause(seconds, why)`, which waits."""

    caller: Caller
    settings: RateLimit
    pause: Callable[[float, str], None]

    @property
    def window_s(self) -> float:
        """In real seconds."""
        return self.caller.profile.seconds(self.settings.window_s)

    def attempt(self, request: Described | None = None) -> Attempt:
        return attempt(self.caller, request or self.settings.request)

    def is_limited(self, one: Attempt) -> bool:
        return is_limited(one.exchange, self.settings.refusal)

    def wait_until(self, moment: float, why: str) -> None:
        """Until a moment of the monotonic clock, and a little longer: clocks tick."""
        left = moment + MARGIN_S - time.monotonic()
        if left > 0:
            self.pause(left, why)
