"""Looks at the health of a target several times over."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from conformance.contracts.aside import aside
from conformance.contracts.caller import Caller
from conformance.contracts.health.settings import Health, Probe
from conformance.wire.exchange import Exchange

_GRACE = 2.0
"""How much longer than promised an answer is waited for, so that a late one is seen."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look, `at` seconds after the first. Of an endpoint that is not promised there is no exchange."""

    at: float
    live: Exchange | None
    ready: Exchange | None


def probe(caller: Caller, health: Health, one: Probe) -> Exchange:
    """One answer of a health endpoint. A 503 is an answer, and not waited out."""
    return aside(caller).send(
        one.route, method="GET", persona=health.persona, timeout=one.within_s * _GRACE, wait_for_limits=False
    )


def looks(caller: Caller, health: Health, every: float, count: int) -> Iterator[Look]:
    """`count` looks at both endpoints, evenly in time; ends when the consumer stops asking."""
    begun = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, begun + number * every - time.monotonic()))
        at = time.monotonic() - begun
        live = probe(caller, health, health.live) if health.live else None
        ready = probe(caller, health, health.ready) if health.ready else None
        yield Look(at, live, ready)


def is_well(exchange: Exchange | None, promised: Probe | None) -> bool:
    """Whether an answer means well, whenever it came."""
    return exchange is not None and promised is not None and exchange.status in promised.status
