"""What counts of bursts say about a limit. Numbers in, one sentence out; None when nothing is wrong."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from conformance.contracts.rate_limit.headers import Told

Algorithm = Literal["", "fixed", "sliding", "refilled"]

WINDOWS_FOR_EARLY = 3
WINDOWS_FOR_LATE = 2


@dataclass(frozen=True, slots=True)
class Count:
    """How many requests of one fresh window were served before the first refusal, and how long that took."""

    served: int
    took_s: float


def allowed(limit: int, took_s: float, window_s: float, algorithm: Algorithm) -> int:
    """The most that may be served: a bucket that is refilled gives back while the burst is under way."""
    if algorithm in ("fixed", "sliding"):
        return limit
    return limit + math.ceil(limit * took_s / window_s)


def early(counts: Sequence[Count], limit: int) -> str | None:
    """A request within the limit is refused. Other traffic makes counts differ, or leaves nothing."""
    served = [count.served for count in counts]
    if not served or not 0 < max(served) < limit:
        return None
    if len(served) < WINDOWS_FOR_EARLY or len(set(served)) > 1:
        return None
    return f"request {served[0] + 1} was refused in each of {len(served)} fresh windows"


def disturbed(counts: Sequence[Count], limit: int) -> str | None:
    """Why counts below the limit prove nothing."""
    served = [count.served for count in counts]
    if not served or max(served) >= limit or early(counts, limit):
        return None
    listed = ", ".join(map(str, served))
    return f"{listed} requests were served in fresh windows: somebody else uses this bucket; give a persona of its own"


def late(counts: Sequence[Count], limit: int, window_s: float, algorithm: Algorithm) -> str | None:
    """More than the limit is served, in every window: once may be where two windows meet."""
    over = [count for count in counts if count.served > allowed(limit, count.took_s, window_s, algorithm)]
    if len(counts) < WINDOWS_FOR_LATE or len(over) < len(counts):
        return None
    return f"{', '.join(str(count.served) for count in over)} requests were served in a window"


def not_restored(counts: Sequence[Count], limit: int | None) -> str | None:
    """Later windows hold less than the first one did.

    More than the limit may come through where two windows meet, or while a bucket is refilled; where the limit is not
    known, that may be half of the first count.
    """
    if len(counts) < WINDOWS_FOR_EARLY:
        return None
    first, later = counts[0].served, {count.served for count in counts[1:]}
    expected = -(-first // 2) if limit is None else min(first, limit)
    if len(later) > 1 or max(later) >= expected:
        return None
    return f"{first} requests were served in the first window, {max(later)} in each later one"


def leaking(leaked: int, served: int, held_s: float, window_s: float, algorithm: Algorithm) -> bool:
    """Whether more was let through within `held_s` seconds after a refusal than a refilled bucket gives back."""
    given_back = 0 if algorithm in ("fixed", "sliding") else math.ceil(served * held_s / window_s)
    return leaked > given_back


def rising(asked: Sequence[float], cut_off_s: float = 0.0) -> str | None:
    """The wait that is asked for never grows while one waits."""
    for before, after in pairwise(asked):
        if after > before + cut_off_s:
            return f"Retry-After {before:g}, then {after:g}"
    return None


def not_falling(told: Sequence[Told]) -> str | None:
    """What remains falls with each request; a new window, or somebody else's requests, are no excuse to stand still."""
    for before, after in pairwise(told):
        if before.remaining is not None and before.remaining == after.remaining and before.remaining > 0:
            return f"{before.remaining} remaining, and after another request {after.remaining}"
    return None
