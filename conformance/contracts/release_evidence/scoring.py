"""How a benchmark on recorded episodes is reckoned, for what makes its report and for what judges it."""

from collections.abc import Mapping, Sequence
from hashlib import sha1
from math import fsum
from types import MappingProxyType
from typing import Any, Final

from conformance.contracts.reading import member
from conformance.contracts.release_evidence.settings import Benchmark

PLACES: Final[Mapping[str, int]] = MappingProxyType(
    {"score": 4, "avg_score": 4, "success_rate_percent": 2, "avg_latency_ms": 0}
)
"""Decimal places of each number of a report that is rounded."""
_LARGEST: Final = 1e15


def number(value: Any) -> float | None:
    """A number of the document; None if it is none, or too large to reckon with."""
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _LARGEST:
        return None
    return float(value)


def score(metrics: Any, settings: Benchmark, *drawn_from: Any) -> float | None:
    """What the metrics of an episode give, not rounded; None where one of them is no number. `drawn_from` are seed,
    strategy and id of the episode, on which the jitter depends."""
    values = [number(member(metrics, name)) for name in settings.weights]
    known = [one for one in values if one is not None]
    if not values or len(known) < len(values):
        return None
    points = fsum(value * weight for value, weight in zip(known, settings.weights.values(), strict=True))
    return points + settings.jitter * _step(drawn_from)


def summary(episodes: Sequence[Mapping[str, Any]], settings: Benchmark) -> dict[str, float]:
    """What the summary has to say, as far as the episodes tell it; not rounded."""
    metrics = [episode.get("metrics") for episode in episodes]
    found = _numbers([member(one, settings.success_metric) for one in metrics])
    waited = _numbers([member(one, settings.latency_metric) for one in metrics])
    reached = _numbers([episode.get("score") for episode in episodes])
    told: dict[str, float] = {"episodes": len(episodes)}
    if found:
        succeeded = sum(one > 0 for one in found)
        told |= {"success_count": succeeded, "success_rate_percent": 100 * succeeded / len(found)}
    if waited:
        told["avg_latency_ms"] = fsum(waited) / len(waited)
    if reached:
        told["avg_score"] = fsum(reached) / len(reached)
    return told


def _step(parts: Sequence[Any]) -> int:
    """A step of -2 to 2 that depends on the parts only."""
    return sha1("|".join(map(str, parts)).encode(), usedforsecurity=False).digest()[0] % 5 - 2


def _numbers(values: Sequence[Any]) -> list[float]:
    """All of them as numbers; none if one of them is no number."""
    found = [one for one in map(number, values) if one is not None]
    return found if len(found) == len(values) else []
