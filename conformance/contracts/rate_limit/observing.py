"""Observations of a limit over several windows. They are shared by the rules that are judged by them."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from conformance.checks.outcomes import Blocked, Skipped, not_testable
from conformance.contracts.caller import Caller
from conformance.contracts.described import Described
from conformance.contracts.rate_limit import judges
from conformance.contracts.rate_limit.bursts import Burst, budget_of, burst, is_limited
from conformance.contracts.rate_limit.judges import Count
from conformance.contracts.rate_limit.retry_after import asked_s
from conformance.contracts.rate_limit.settings import RateLimit
from conformance.contracts.requests import Attempt, attempt, last_use

MARGIN_S = 0.05
"""Added to every wait, in real seconds: clocks tick."""
TRIES = 3


@dataclass(slots=True)
class Observed:
    """One bucket over some windows. `returned` are the requests that were sent once Retry-After had passed, each with
    the seconds waited since the last refusal; empty where there was nothing to wait for."""

    bursts: list[Burst] = field(default_factory=list)
    returned: list[tuple[float, Attempt]] = field(default_factory=list)

    @property
    def refusals(self) -> list[Attempt]:
        return [one for made in self.bursts for one in made.refusals]

    @property
    def counts(self) -> list[Count]:
        """Of the bursts that were quick enough for their window."""
        return [Count(len(made.served), made.took_s) for made in self.bursts if not made.too_slow]


_BEGUN = time.monotonic()
"""Before this nothing is known about the use of a bucket."""

_observed: dict[tuple[str, str], Observed | Skipped] = {}
"""By URL and profile; why there is none, where there is none."""


def observed(caller: Caller, settings: RateLimit) -> Observed:
    """The bucket of `settings.request`, observed once in a run."""
    key = (caller.channel.url, caller.profile.name)
    if key not in _observed:
        try:
            _observed[key] = observe(caller, settings)
        except Skipped as reason:
            _observed[key] = reason
    found = _observed[key]
    if isinstance(found, Skipped):
        raise found
    return found


def observe(caller: Caller, settings: RateLimit) -> Observed:
    """Two windows of `settings.request`, and a third where the first two are not as they should be."""
    request, limit = settings.request, settings.limit
    found = Observed()
    _count(caller, settings, request, limit, found)
    if not found.bursts[0].refusals:
        return found
    _come_back(caller, settings, request, found)
    _go_on(caller, settings, found)
    while len(found.bursts) < TRIES and not _as_expected(found.counts, limit):
        _count(caller, settings, request, limit, found)
    return found


def count(caller: Caller, settings: RateLimit, request: Described, limit: int) -> Observed:
    """One window of another bucket, and more where it does not hold what it should."""
    found = Observed()
    while len(found.bursts) < TRIES and [one.served for one in found.counts] != [limit]:
        _count(caller, settings, request, limit, found)
    return found


def _count(caller: Caller, settings: RateLimit, request: Described, limit: int | None, found: Observed) -> None:
    budget_of(caller, settings, request, limit)
    fresh_window(caller, settings, request)
    found.bursts.append(burst(caller, settings, request, limit))


def _come_back(caller: Caller, settings: RateLimit, request: Described, found: Observed) -> None:
    """Waits as long as the last refusal asks for, and a little longer if that was not enough."""
    last = found.bursts[0].refusals[-1]
    asked = asked_s(last.exchange)
    if asked is None or asked > longest_wait_s(caller, settings):
        return
    for wait_s in (max(0.0, asked), max(0.0, asked) + settings.retry_after_slack_s):
        _sleep_until(last.ended + wait_s + MARGIN_S)
        found.returned.append((wait_s, attempt(caller, request)))
        if not is_limited(found.returned[-1][1].exchange, settings.refusal):
            return


def _go_on(caller: Caller, settings: RateLimit, found: Observed) -> None:
    """Fills up the window that a returning request has opened, where windows are fixed: that request is in it."""
    opened = [one for _, one in found.returned if not is_limited(one.exchange, settings.refusal)]
    if settings.algorithm != "fixed" or not opened:
        return
    rest = None if settings.limit is None else settings.limit - len(opened)
    found.bursts.append(burst(caller, settings, settings.request, rest))
    found.bursts[-1].served[:0] = opened


def _as_expected(counts: list[Count], limit: int | None) -> bool:
    """Whether another window would tell nothing new."""
    if len(counts) < 2:
        return False
    return all(count.served == (limit or counts[0].served) for count in counts)


def longest_wait_s(caller: Caller, settings: RateLimit) -> float:
    """The longest Retry-After that is acceptable, in real seconds. The header counts whole seconds."""
    promised = settings.window_s if settings.retry_after_max_s is None else settings.retry_after_max_s
    return -(-caller.profile.seconds(promised) // 1)


def fresh_window(caller: Caller, settings: RateLimit, request: Described) -> None:
    """Waits until nothing was sent to a bucket for one window: then it is empty."""
    window_s = caller.profile.seconds(settings.window_s)
    _sleep_until(max(_BEGUN, last_use(caller, request)) + window_s + MARGIN_S)


def need_refusal(found: Observed, settings: RateLimit) -> list[Attempt]:
    """All refusals of an observation; without one the limit was not reached."""
    if found.refusals:
        return found.refusals
    if settings.limit is None and not settings.required:
        not_testable(_not_reached(found))
    raise Blocked(_not_reached(found), by="rate-limit-enforced")


def _not_reached(found: Observed) -> str:
    sent = len(found.bursts[0].served)
    return f"{sent} requests were served and none was refused; raise rate_limit.probe_max to go on"


def need_counts(found: Observed, settings: RateLimit) -> list[Count]:
    """Counts that say something about the size of the limit."""
    need_refusal(found, settings)
    if not found.counts:
        slow = found.bursts[0]
        not_testable(
            f"{slow.budget} took {slow.took_s:.1f} s, about as long as a window; raise rate_limit.parallel or --max-rps"
        )
    if settings.limit is not None and (why := judges.disturbed(found.counts, settings.limit)):
        not_testable(why)
    return found.counts


def while_full(caller: Caller, settings: RateLimit, probe: Callable[[], Attempt]) -> Attempt:
    """The answer to a probe that was sent while the bucket was full, as requests before and after it show."""
    for _ in range(TRIES):
        fill(caller, settings)
        found = probe()
        if is_limited(attempt(caller, settings.request).exchange, settings.refusal):
            return found
    return not_testable("the bucket did not stay full long enough for one request; its window may be too short")


def fill(caller: Caller, settings: RateLimit) -> None:
    """Uses up the bucket, with no more requests than that takes."""
    if is_limited(attempt(caller, settings.request).exchange, settings.refusal):
        return
    made = burst(caller, settings, settings.request, settings.limit and settings.limit - 1)
    if not made.refusals:
        raise Blocked(f"{made.budget} was not refused", by="rate-limit-enforced")


def _sleep_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))
