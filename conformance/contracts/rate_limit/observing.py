"""Observations of a limit over several windows. They are shared by the rules that are judged by them."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from conformance.checks.outcomes import Blocked, Skipped, not_testable
from conformance.contracts.described import Described
from conformance.contracts.rate_limit import judges
from conformance.contracts.rate_limit.bench import Bench
from conformance.contracts.rate_limit.bursts import Burst, budget_of, burst
from conformance.contracts.rate_limit.headers import read
from conformance.contracts.rate_limit.judges import Count
from conformance.contracts.rate_limit.retry_after import asked_s
from conformance.contracts.rate_limit.settings import RateLimit
from conformance.contracts.requests import Attempt, last_use

TRIES = 3


@dataclass(slots=True)
class Observed:
    """One bucket over some windows. `returned` are the requests that were sent once the time had passed that a refusal
    told `by` Retry-After, or else by its reset header, each with the seconds waited; empty where no time was told."""

    bursts: list[Burst] = field(default_factory=list)
    returned: list[tuple[float, Attempt]] = field(default_factory=list)
    by: Literal["", "Retry-After", "reset"] = ""

    @property
    def refusals(self) -> list[Attempt]:
        return [one for made in self.bursts for one in made.refusals]

    def leaks(self, algorithm: judges.Algorithm) -> bool:
        """Whether requests were served right after a refusal, in each window."""
        full = [made for made in self.bursts if made.refusals]
        return bool(full) and all(
            judges.leaking(len(made.leaked_in_time), len(made.served), made.held_s, made.budget.window_s, algorithm)
            for made in full
        )

    @property
    def counts(self) -> list[Count]:
        """Of the bursts that were quick enough for their window."""
        return [Count(len(made.served), made.took_s) for made in self.bursts if not made.too_slow]


_BEGUN = time.monotonic()
"""Before this nothing is known about the use of a bucket."""

_observed: dict[tuple[str, str], Observed | Skipped] = {}
"""By URL and profile; why there is none, where there is none."""


def observed(bench: Bench) -> Observed:
    """The bucket of `settings.request`, observed once in a run."""
    key = (bench.caller.channel.url, bench.caller.profile.name)
    if key not in _observed:
        try:
            _observed[key] = observe(bench)
        except Skipped as reason:
            _observed[key] = reason
    found = _observed[key]
    if isinstance(found, Skipped):
        raise found
    return found


def observe(bench: Bench) -> Observed:
    """Two windows of `settings.request`, and a third where the first two are not as they should be."""
    request, limit = bench.settings.request, bench.settings.limit
    found = Observed()
    _count(bench, request, limit, found)
    if not found.bursts[0].refusals:
        return found
    _come_back(bench, request, found)
    _go_on(bench, found)
    while len(found.bursts) < TRIES and not _as_expected(found.counts, limit):
        _count(bench, request, limit, found)
    return found


def count(bench: Bench, request: Described, limit: int) -> Observed:
    """One window of another bucket, and more where it does not hold what it should."""
    found = Observed()
    while len(found.bursts) < TRIES and [one.served for one in found.counts] != [limit]:
        _count(bench, request, limit, found)
    return found


def _count(bench: Bench, request: Described, limit: int | None, found: Observed) -> None:
    budget_of(bench.caller, bench.settings, request, limit)
    fresh_window(bench, request)
    found.bursts.append(burst(bench.caller, bench.settings, request, limit))


def _come_back(bench: Bench, request: Described, found: Observed) -> None:
    """Waits as long as the last refusal asks for, and a little longer if that was not enough."""
    last = found.bursts[0].refusals[-1]
    asked = asked_s(last.exchange)
    found.by = "reset" if asked is None else "Retry-After"
    if asked is None and bench.settings.headers:
        asked = read(last.exchange, bench.settings.headers).reset_s
    if asked is None or asked > longest_wait_s(bench):
        return
    for wait_s in (max(0.0, asked), max(0.0, asked) + bench.settings.retry_after_slack_s):
        bench.wait_until(last.ended + wait_s, f"as long as a refusal says ({wait_s:.3g} s)")
        found.returned.append((wait_s, bench.attempt(request)))
        if not bench.is_limited(found.returned[-1][1]):
            return


def _go_on(bench: Bench, found: Observed) -> None:
    """Fills up the window that a returning request has opened, where windows are fixed: that request is in it."""
    opened = [one for _, one in found.returned if not bench.is_limited(one)]
    if bench.settings.algorithm != "fixed" or not opened:
        return
    rest = None if bench.settings.limit is None else bench.settings.limit - len(opened)
    found.bursts.append(burst(bench.caller, bench.settings, bench.settings.request, rest))
    found.bursts[-1].served[:0] = opened


def _as_expected(counts: list[Count], limit: int | None) -> bool:
    """Whether another window would tell nothing new."""
    if len(counts) < 2:
        return False
    return all(count.served == (limit or counts[0].served) for count in counts)


def longest_wait_s(bench: Bench) -> float:
    """The longest Retry-After that is acceptable, in real seconds. The header counts whole seconds."""
    promised = bench.settings.window_s if bench.settings.retry_after_max_s is None else bench.settings.retry_after_max_s
    return math.ceil(bench.caller.profile.seconds(promised))


def fresh_window(bench: Bench, request: Described) -> None:
    """Waits until nothing was sent to a bucket for one window: then it is empty."""
    bench.wait_until(max(_BEGUN, last_use(bench.caller, request)) + bench.window_s, f"a fresh window for {request}")


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


def while_full(bench: Bench, probe: Callable[[], Attempt]) -> Attempt:
    """The answer to a probe that was sent while the bucket was full, as requests before and after it show."""
    for _ in range(TRIES):
        fill(bench)
        found = probe()
        if bench.is_limited(bench.attempt()):
            return found
    return not_testable("the bucket did not stay full long enough for one request; its window may be too short")


def fill(bench: Bench) -> None:
    """Uses up the bucket, with no more requests than that takes."""
    if bench.is_limited(bench.attempt()):
        return
    made = burst(
        bench.caller, bench.settings, bench.settings.request, bench.settings.limit and bench.settings.limit - 1
    )
    if not made.refusals:
        raise Blocked(f"{made.budget} was not refused", by="rate-limit-enforced")
