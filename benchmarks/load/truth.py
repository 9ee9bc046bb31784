"""What a client must have seen that starts work at a constant rate: response times from the intended starts.

Two accounts are independent of the generator. `by_trace` takes when the server sent each answer, `by_plan` what it was
told to do: the latencies that it draws, and the stall. Both lack what the network takes, and the first the lag of the
client whose request came soonest. Nanoseconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.load.targets.stalls import Stall
from benchmarks.load.targets.trace import Answered

NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Schedule:
    """Starts at `begin`, and then evenly; `begin` is of the monotonic clock."""

    begin: int
    rate: float

    def start(self, number: int) -> int:
        return self.begin + int(number * NS / self.rate)


def fitted(answered: Sequence[Answered], rate: float) -> Schedule:
    """The latest schedule at which no request arrived before its intended start."""
    return Schedule(min(one.arrived - int(number * NS / rate) for number, one in enumerate(answered)), rate)


def by_trace(answered: Sequence[Answered], rate: float) -> list[int]:
    """What wrk2 would tell: from the intended start to the moment when the answer was really sent."""
    schedule = fitted(answered, rate)
    return [one.sent - schedule.start(number) for number, one in enumerate(answered)]


def by_plan(answered: Sequence[Answered], rate: float, stall: Stall) -> list[int]:
    """As if each request had arrived when it had to, and had been answered when it was due."""
    schedule = fitted(answered, rate)
    starts = map(schedule.start, range(len(answered)))
    return [stall.answered(start, one.work) - start for start, one in zip(starts, answered, strict=True)]


def percentile(values: Sequence[int], share: float) -> int:
    """The value at the rank that HdrHistogram takes; `share` is 0 to 100."""
    ordered = sorted(values)
    return ordered[max(1, int(share / 100 * len(ordered) + 0.5)) - 1]
