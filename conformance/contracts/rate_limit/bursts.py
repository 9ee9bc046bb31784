"""Bursts: requests of one bucket, one after the other, until one is refused for its rate."""

import time
from dataclasses import dataclass, field

from conformance.checks.outcomes import not_testable
from conformance.contracts.caller import Caller
from conformance.contracts.described import Described
from conformance.contracts.rate_limit.settings import RateLimit
from conformance.contracts.refusals import Refusal, is_refusal
from conformance.contracts.requests import Attempt, attempt, finish, start
from conformance.wire.exchange import Exchange
from conformance.wire.pacing import TOO_MANY_REQUESTS

UNAVAILABLE = 503

HELD = 3
"""Requests that are sent after the first refused one."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What a burst may cost, computed before it. `window_s` in real seconds."""

    request: Described
    most: int
    window_s: float

    def __str__(self) -> str:
        return f"a burst of at most {self.most} requests in {self.window_s:.3g} s ({self.request})"


@dataclass(slots=True)
class Burst:
    """`served` came through before the first refusal; `refusals` are that one and those after it, `leaked` are requests
    that were served right after it."""

    budget: Budget
    served: list[Attempt] = field(default_factory=list)
    refusals: list[Attempt] = field(default_factory=list)
    leaked: list[Attempt] = field(default_factory=list)

    @property
    def took_s(self) -> float:
        """From the first request to the first refusal, or to the end."""
        counted = self.served + self.refusals[:1]
        return counted[-1].ended - counted[0].began if counted else 0.0

    @property
    def held_s(self) -> float:
        """From the first refusal to the last request after it."""
        held = self.refusals + self.leaked
        return max(one.ended for one in held) - held[0].began if held else 0.0

    @property
    def leaked_in_time(self) -> list[Attempt]:
        """Those that were served before the window can have ended: the first request opened it, or a later one did."""
        opened = (self.served + self.refusals)[0].began
        return [one for one in self.leaked if one.ended < opened + self.budget.window_s]

    @property
    def too_slow(self) -> bool:
        """Whether a window may have ended meanwhile, so that the count says nothing."""
        return self.took_s >= self.budget.window_s * 0.9


def is_limited(exchange: Exchange, refusal: Refusal) -> bool:
    """Whether the answer is a refusal for the rate, in the promised form or in another one that is usual."""
    if is_refusal(exchange, refusal) or exchange.status == TOO_MANY_REQUESTS:
        return True
    return 400 <= (exchange.status or 0) < 500 and exchange.header("retry-after") is not None


def budget_of(caller: Caller, settings: RateLimit, request: Described, limit: int | None) -> Budget:
    """Enough to see the limit; *not testable* when that is more than a burst may have."""
    window_s = caller.profile.seconds(settings.window_s)
    if limit is not None and limit >= settings.probe_max:
        not_testable(f"a burst of {limit + 1} requests is needed; raise rate_limit.probe_max, now {settings.probe_max}")
    return Budget(request, settings.probe_max + HELD, window_s)


def burst(caller: Caller, settings: RateLimit, request: Described, limit: int | None) -> Burst:
    """Sends until a request is refused, then `HELD` more. What should be served goes side by side."""
    made = Burst(budget_of(caller, settings, request, limit))
    while len(made.served) < settings.probe_max and not made.refusals:
        room = 1 if limit is None else max(1, min(settings.parallel, limit - len(made.served)))
        for one in _side_by_side(caller, request, room):
            _file(made, one, settings, full=limit is not None and len(made.served) >= limit)
    for _ in range(HELD if made.refusals else 0):
        _hold(made, attempt(caller, request), settings)
    return made


def _side_by_side(caller: Caller, request: Described, count: int) -> list[Attempt]:
    if count == 1:
        return [attempt(caller, request)]
    began = time.monotonic()
    pending = [start(caller, request) for _ in range(count)]
    return [finish(caller, began, one) for one in pending]


def _hold(made: Burst, one: Attempt, settings: RateLimit) -> None:
    """Files what was sent after a refusal; what is neither refused nor served says nothing."""
    if is_limited(one.exchange, settings.refusal) or one.exchange.status == made.refusals[0].exchange.status:
        made.refusals.append(one)
    elif one.exchange.answered and (one.exchange.status or 0) < 400:
        made.leaked.append(one)


def _file(made: Burst, one: Attempt, settings: RateLimit, *, full: bool) -> None:
    """Files an answer. In a window that is `full`, to have no time for a request is to refuse it for its rate."""
    exchange = one.exchange
    denied_later = bool(made.served) and 400 <= (exchange.status or 0) < 500
    if denied_later or is_limited(exchange, settings.refusal) or (full and exchange.status == UNAVAILABLE):
        made.refusals.append(one)
    elif exchange.answered and (exchange.status or 0) < 400:
        made.served.append(one)
    else:
        said = f"HTTP {exchange.status}" if exchange.answered else exchange.failure or "nothing"
        not_testable(f"{made.budget} was answered with {said} at request {len(made.served) + 1}, so it was given up")
