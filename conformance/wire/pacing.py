"""The harness is a polite client: a request rate, a request budget, and 429/503 with Retry-After are honoured."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

TOO_MANY_REQUESTS = 429
RETRY_STATUSES = frozenset({TOO_MANY_REQUESTS, 503})

Tell = Callable[[float, str], None]
"""Is told of each wait before it begins: its seconds, and what is waited for."""


def _to_nobody(seconds: float, why: str) -> None:
    return None


class BudgetExhausted(Exception):
    """The request budget of the run is used up; what is left is not judged."""


class RateLimited(Exception):
    """The target refused a request for its rate alone, which says nothing about the rule at hand."""


def retry_after_seconds(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110, 10.2.3): delay-seconds or an HTTP date, else None."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (when.astimezone(UTC) - (now or datetime.now(UTC))).total_seconds())


class Pace:
    """Spaces requests evenly at `max_rps` and counts them against `budget` (None: without limit)."""

    def __init__(
        self, max_rps: float | None = None, budget: int | None = None, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._interval = 1 / max_rps if max_rps else 0.0
        self._budget = budget
        self._next = 0.0
        self._lock = threading.Lock()
        self._sleep = sleep
        self.sent = 0
        self.tell: Tell = _to_nobody

    def take(self) -> None:
        """Wait for the turn of one request. Raises `BudgetExhausted` when none is left."""
        with self._lock:
            if self._budget is not None and self.sent >= self._budget:
                raise BudgetExhausted(f"the request budget of {self._budget} is used up (--request-budget)")
            self.sent += 1
            now = time.monotonic()
            wait = max(0.0, self._next - now)
            self._next = max(now, self._next) + self._interval
        if wait:
            self.tell(wait, "the rate of this run (--max-rps)")
            self._sleep(wait)


class RetryBudget:
    """Seconds that a run may spend waiting because the target asked for it."""

    def __init__(self, seconds: float, sleep: Callable[[float], None] = time.sleep) -> None:
        self.left = seconds
        self.waits = 0
        self.waited = 0.0
        self._sleep = sleep
        self.tell: Tell = _to_nobody

    def wait(self, seconds: float) -> bool:
        """Wait and return True, or return False when that is more than what is left."""
        if seconds > self.left:
            return False
        self.waits += 1
        self.waited += seconds
        self.left -= seconds
        self.tell(seconds, "the target asked for it (Retry-After)")
        self._sleep(seconds)
        return True
