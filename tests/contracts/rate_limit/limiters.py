"""Limiters of all kinds that operators use, on a clock that is told."""

from typing import Protocol

from conformance.contracts.rate_limit.judges import WINDOWS_FOR_EARLY, Count

PATIENCE = 1_000


class Limiter(Protocol):
    """Tells whether a request at a time, in seconds, is served."""

    def __init__(self, limit: int, window_s: float) -> None: ...

    def take(self, now: float) -> bool: ...


class Fixed:
    """Windows that begin with their first request."""

    def __init__(self, limit: int, window_s: float) -> None:
        self.limit, self.window_s = limit, window_s
        self.began, self.taken = float("-inf"), 0

    def take(self, now: float) -> bool:
        if now >= self.began + self.window_s:
            self.began, self.taken = self._beginning(now), 0
        self.taken += 1
        return self.taken <= self.limit

    def _beginning(self, now: float) -> float:
        return now


class Aligned(Fixed):
    """Windows that begin with the minute."""

    def _beginning(self, now: float) -> float:
        return now // self.window_s * self.window_s


class Sliding:
    """At any time no more than the limit within the window before."""

    def __init__(self, limit: int, window_s: float) -> None:
        self.limit, self.window_s = limit, window_s
        self.served: list[float] = []

    def take(self, now: float) -> bool:
        self.served = [one for one in self.served if one > now - self.window_s]
        if len(self.served) >= self.limit:
            return False
        self.served.append(now)
        return True


class Refilled:
    """A bucket that fills all the time."""

    def __init__(self, limit: int, window_s: float) -> None:
        self.limit, self.per_second = limit, limit / window_s
        self.tokens, self.last = float(limit), 0.0

    def take(self, now: float) -> bool:
        self.tokens = min(self.limit, self.tokens + (now - self.last) * self.per_second)
        self.last = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


def counted(limiter: Limiter, spacing: float, phase: float, window_s: float) -> list[Count]:
    """Bursts in windows of their own, with requests every `spacing` seconds, as long as they fit into a window."""
    now, found = phase, []
    for _ in range(WINDOWS_FOR_EARLY):
        began, served = now, 0
        while limiter.take(now) and served < PATIENCE:
            served, now = served + 1, now + spacing
        if now - began < window_s * 0.9:
            found.append(Count(served, now - began))
        now += window_s + 0.05
    return found
