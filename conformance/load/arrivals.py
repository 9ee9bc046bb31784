"""When work has to start: the schedule of an open loop, fixed before anything is sent."""

import random
from collections.abc import Iterator
from itertools import count
from math import log, sqrt

from conformance.load.plan import PhasePlan, Share

NS = 1_000_000_000


def starts(plan: PhasePlan, share: Share) -> Iterator[int]:
    """Nanoseconds from the begin of the phase at which this process starts work, in order, until the phase ends.

    Constant arrivals are spaced evenly; those of all shares together are as well. Poisson arrivals are independent, and
    so are the shares of them.
    """
    if plan.rate is None:
        raise ValueError("a closed loop has no schedule")
    seconds = plan.seconds if plan.seconds is not None else float("inf")
    for mass in _random(plan, share) if plan.poisson else _even(share):
        at = _when(mass, plan.rate, plan.rate if plan.rate_end is None else plan.rate_end, seconds)
        if at is None or at >= seconds:
            return
        yield int(at * NS)


def _even(share: Share) -> Iterator[float]:
    return (number + 0.5 for number in count(share.index, share.count))


def _random(plan: PhasePlan, share: Share) -> Iterator[float]:
    source = random.Random(f"{plan.seed} {plan.name} {share.index}")
    mass = 0.0
    while True:
        mass -= log(1.0 - source.random()) * share.count
        yield mass


def _when(mass: float, begin: float, end: float, seconds: float) -> float | None:
    """When `mass` arrivals are due at a rate that goes evenly from `begin` to `end` within `seconds`."""
    slope = (end - begin) / seconds
    if not slope:
        return mass / begin
    inside = begin * begin + 2 * slope * mass
    return None if inside < 0 else (sqrt(inside) - begin) / slope
