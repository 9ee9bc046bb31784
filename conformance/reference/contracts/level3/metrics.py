"""The metrics of a busy system: what passes time counts, and what the API was asked to do."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Final

from conformance.reference.contracts.level3.behaviour import Level3Behaviour

_FAST: Final = ((0.01, 0.3), (0.05, 0.9), (0.1, 0.99), (0.5, 1.0), (1, 1.0), (5, 1.0), (10, 1.0))
_PROMOTIONS: Final = ((60, 0.5), (300, 0.99), (600, 1.0), (1800, 1.0), (3600, 1.0))
_CAPACITY: Final = 1e12


@dataclass
class Counts:
    """What was counted beside the traffic."""

    behaviour: Level3Behaviour
    started: float = field(default_factory=time.time)
    extra: dict[str, int] = field(default_factory=dict)
    stored_bytes: int = 0

    def add(self, name: str, more: int = 1) -> None:
        if name not in self.behaviour.uncounted:
            self.extra[name] = self.extra.get(name, 0) + more

    def exposition(self) -> str:
        """The text of a scrape."""
        traffic = self.behaviour.traffic
        passed = (time.time() - self.started) / self.behaviour.scale
        done = 1000 + int(passed * traffic.per_s)
        if self.behaviour.counters_fall:
            done = 10_000_000 - done
        lines = [
            *_counter("validation_total", self._total("validation_total", done), {"type": "schema"}),
            *_counter("validation_errors_total", self._total("validation_errors_total", done * traffic.errors)),
            *_histogram(
                "validation_duration_seconds", _slower(_FAST, traffic.slow), self._total("validation_total", done)
            ),
            *_gauge("validation_cache_hit_rate", traffic.cache_hits),
            *self._promotions(done),
            *_counter("artifact_uploads_total", self._total("artifact_uploads_total", done)),
            *_counter("artifact_downloads_total", self._total("artifact_downloads_total", done)),
            *_gauge("artifact_storage_used_bytes", traffic.storage_used * _CAPACITY + self.stored_bytes),
            *_gauge("artifact_storage_total_bytes", _CAPACITY),
            *_histogram("artifact_lookup_duration_seconds", _slower(_FAST, traffic.slow), done),
            *_gauge("process_start_time_seconds", self.started),
        ]
        return "\n".join(lines) + "\n"

    def _promotions(self, done: int) -> Iterator[str]:
        traffic = self.behaviour.traffic
        failed = int(done * traffic.promotion_failures)
        rolled_back = failed if traffic.rollbacks else 0
        yield from _counter("promotion_total", self._total("promotion_total", done))
        yield from _counter("promotion_success_total", self._total("promotion_success_total", done - failed))
        yield from _counter("promotion_failures_total", self._total("promotion_failures_total", failed))
        yield from _counter("promotion_rollbacks_total", self._total("promotion_rollbacks_total", rolled_back))
        slower = _slower(_PROMOTIONS, traffic.slow_promotions)
        yield from _histogram("promotion_duration_seconds", slower, done)

    def _total(self, name: str, passed: float) -> int:
        return int(passed) + self.extra.get(name, 0)


def _slower(shares: tuple[tuple[float, float], ...], slow: float) -> list[tuple[float, float]]:
    """A share of the observations is in the last bucket but +Inf."""
    last = shares[-1][0]
    return [(bound, share if bound == last else share * (1 - slow)) for bound, share in shares]


def _counter(name: str, value: float, labels: Mapping[str, str] = {}) -> Iterator[str]:
    yield f"# TYPE {name} counter"
    shown = ",".join(f'{label}="{one}"' for label, one in labels.items())
    yield f"{name}{{{shown}}} {value:.0f}" if shown else f"{name} {value:.0f}"


def _gauge(name: str, value: float) -> Iterator[str]:
    yield f"# TYPE {name} gauge"
    yield f"{name} {value!r}"


def _histogram(name: str, shares: list[tuple[float, float]], count: int) -> Iterator[str]:
    yield f"# TYPE {name} histogram"
    lower = total = 0.0
    counted = 0
    for bound, share in (*shares, (inf, 1.0)):
        upto = int(count * share)
        total += (upto - counted) * (lower if bound == inf else (lower + bound) / 2)
        counted, lower = upto, bound
        yield f'{name}_bucket{{le="{"+Inf" if bound == inf else format(bound, "g")}"}} {upto}'
    yield f"{name}_sum {total!r}"
    yield f"{name}_count {count}"
