"""Judges of the report of a benchmark: everything in it that follows from the rest is computed again.

A number may be rounded either way, so it is right if it lies within half a unit of its last place.
"""

from collections.abc import Iterator, Mapping
from hashlib import sha1, sha256
from itertools import pairwise
from math import fsum
from typing import Any, Final

from conformance.contracts.documents import problems_with
from conformance.contracts.reading import member, objects, quoted
from conformance.contracts.release_evidence.settings import Benchmark

SCHEMA: Final = "benchmark-report"
STAMP: Final = "generated_at_utc"
"""The only member by which two reports on the same input differ."""
_LARGEST: Final = 1e15
_LAST_PLACE: Final = {"score": 4, "avg_score": 4, "success_rate_percent": 2, "avg_latency_ms": 0}


def misshapen(report: Any, settings: Benchmark) -> list[str]:
    """What the report lacks, or has of another type."""
    problems = problems_with(report, SCHEMA)
    suite = member(report, "suite")
    if settings.suite and suite != settings.suite:
        problems.append(f"suite is {quoted(suite)}, expected {settings.suite}")
    names = [member(strategy, "name") for strategy in objects(member(report, "strategies"))]
    missing = [name for name in (settings.candidate, settings.baseline) if name not in names]
    return [*problems, *(f"there is no strategy {name}" for name in missing)]


def wrong_scores(report: Any, settings: Benchmark) -> list[str]:
    """Scores that are not those of their metrics."""
    seed = member(report, "seed")
    return [
        f"the score of {quoted(episode.get('id'))} under {quoted(strategy.get('name'))} is "
        f"{quoted(episode.get('score'))}, expected {expected:.4f}"
        for strategy in objects(member(report, "strategies"))
        for episode in objects(strategy.get("episodes"))
        if (expected := _score(episode, strategy.get("name"), seed, settings)) is not None
        and not _is(episode.get("score"), expected, 4)
    ]


def wrong_summaries(report: Any, settings: Benchmark) -> list[str]:
    """Summaries that are not those of their episodes."""
    return [
        f"{name} of {quoted(strategy.get('name'))} is {quoted(member(strategy.get('summary'), name))}, "
        f"expected {expected:.{_LAST_PLACE.get(name, 0)}f}"
        for strategy in objects(member(report, "strategies"))
        for name, expected in _summary(objects(strategy.get("episodes")), settings).items()
        if not _is(member(strategy.get("summary"), name), expected, _LAST_PLACE.get(name, 0))
    ]


def wrong_ranking(report: Any) -> list[str]:
    """Where the leaderboard does not rank every strategy once, by average score, best first."""
    board = objects(member(report, "leaderboard"))
    problems = [
        f"place {place} of the leaderboard has the rank {quoted(row.get('rank'))}"
        for place, row in enumerate(board, start=1)
        if row.get("rank") != place or isinstance(row.get("rank"), bool)
    ]
    for better, worse in pairwise(board):
        high, low = number(better.get("avg_score")), number(worse.get("avg_score"))
        if high is not None and low is not None and high < low:
            problems.append(f"{quoted(better.get('strategy'))} is ranked before {quoted(worse.get('strategy'))}, "
                            f"with {quoted(high)} against {quoted(low)}")  # fmt: skip
    return [*problems, *_unlike_summaries(board, report)]


def wrong_comparison(report: Any, settings: Benchmark) -> list[str]:
    """A comparison that is not the difference of both averages, or a verdict that is not that of the threshold."""
    averages = {name: number(member(summary, "avg_score")) for name, summary in _summaries_of(report).items()}
    high, low = averages.get(settings.candidate), averages.get(settings.baseline)
    told = member(report, "comparison")
    said, passed = number(member(told, settings.difference)), member(told, "pass")
    threshold = number(member(member(report, "thresholds"), settings.threshold))
    problems = []
    if high is not None and low is not None and not _is(said, high - low, 4):
        problems.append(f"{settings.difference} is {quoted(said)}, expected {high - low:.4f}")
    if said is not None and threshold is not None and passed is not (said >= threshold):
        problems.append(f"pass is {quoted(passed)} at {quoted(said)}, with a threshold of {quoted(threshold)}")
    return problems


def other_fixtures(report: Any, fixtures: bytes) -> list[str]:
    """A hash that is not that of the fixtures."""
    said, expected = member(report, "fixtures_hash"), sha256(fixtures).hexdigest()
    return [] if said == expected else [f"fixtures_hash is {quoted(said)}, the file has {expected}"]


def unequal(first: Any, second: Any) -> list[str]:
    """Members that differ between two reports on the same input, besides the time stamp."""
    if not isinstance(first, dict) or not isinstance(second, dict):
        return ["a report is no JSON object"]
    names = sorted((first.keys() | second.keys()) - {STAMP})
    return [f"{name} differs" for name in names if first.get(name) != second.get(name)]


def number(value: Any) -> float | None:
    """A number of the document; None if it is none, or too large to reckon with."""
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _LARGEST:
        return None
    return float(value)


def _score(episode: Mapping[str, Any], strategy: Any, seed: Any, settings: Benchmark) -> float | None:
    """The score that the metrics give; None where one of them is no number."""
    metrics = [number(member(episode.get("metrics"), name)) for name in settings.weights]
    known = [one for one in metrics if one is not None]
    if not metrics or len(known) < len(metrics):
        return None
    points = fsum(value * weight for value, weight in zip(known, settings.weights.values(), strict=True))
    return points + settings.jitter * _step(seed, strategy, episode.get("id"))


def _step(*parts: Any) -> int:
    """A step of -2 to 2 that depends on the parts only."""
    return sha1("|".join(map(str, parts)).encode(), usedforsecurity=False).digest()[0] % 5 - 2


def _summary(episodes: list[dict[str, Any]], settings: Benchmark) -> dict[str, float]:
    """What the summary has to say, as far as the episodes tell it."""
    metrics = [episode.get("metrics") for episode in episodes]
    found = _numbers([member(one, settings.success_metric) for one in metrics])
    waited = _numbers([member(one, settings.latency_metric) for one in metrics])
    reached = _numbers([episode.get("score") for episode in episodes])
    summary: dict[str, float] = {"episodes": len(episodes)}
    if found:
        succeeded = sum(one > 0 for one in found)
        summary |= {"success_count": succeeded, "success_rate_percent": 100 * succeeded / len(found)}
    if waited:
        summary["avg_latency_ms"] = fsum(waited) / len(waited)
    if reached:
        summary["avg_score"] = fsum(reached) / len(reached)
    return summary


def _numbers(values: list[Any]) -> list[float]:
    """All of them as numbers; none if one of them is no number."""
    found = [one for one in map(number, values) if one is not None]
    return found if len(found) == len(values) else []


def _summaries_of(report: Any) -> dict[str, Any]:
    return {str(one.get("name")): one.get("summary") for one in objects(member(report, "strategies"))}


def _unlike_summaries(board: list[dict[str, Any]], report: Any) -> Iterator[str]:
    """Rows that do not repeat the summary of their strategy."""
    summaries = _summaries_of(report)
    ranked = [str(row.get("strategy")) for row in board]
    for name in summaries:
        if ranked.count(name) != 1:
            yield f"{quoted(name)} is {ranked.count(name)} times on the leaderboard"
    for row in board:
        summary = summaries.get(str(row.get("strategy")))
        for name in ("avg_score", "success_rate_percent", "avg_latency_ms"):
            if row.get(name) != member(summary, name):
                yield f"{name} of {quoted(row.get('strategy'))} differs between leaderboard and summary"


def _is(said: Any, exact: float, places: int) -> bool:
    told = number(said)
    return told is not None and abs(told - exact) <= 0.5 * 10**-places + 1e-9 * max(1.0, abs(exact))
