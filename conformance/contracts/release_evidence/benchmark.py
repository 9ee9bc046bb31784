"""Judges of the report of a benchmark: everything in it that follows from the rest is computed again.

A number may be rounded either way, so it is right if it lies within half a unit of its last place.
"""

from collections.abc import Iterator
from hashlib import sha256
from itertools import pairwise
from typing import Any, Final

from conformance.contracts.documents import problems_with
from conformance.contracts.reading import member, objects, quoted
from conformance.contracts.release_evidence import scoring
from conformance.contracts.release_evidence.scoring import PLACES, number
from conformance.contracts.release_evidence.settings import Benchmark

SCHEMA: Final = "benchmark-report"
STAMP: Final = "generated_at_utc"
"""The only member by which two reports on the same input differ."""


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
        if (expected := _score(episode, settings, seed, strategy.get("name"))) is not None
        and not _is(episode.get("score"), expected, 4)
    ]


def wrong_summaries(report: Any, settings: Benchmark) -> list[str]:
    """Summaries that are not those of their episodes."""
    return [
        f"{name} of {quoted(strategy.get('name'))} is {quoted(member(strategy.get('summary'), name))}, "
        f"expected {expected:.{PLACES.get(name, 0)}f}"
        for strategy in objects(member(report, "strategies"))
        for name, expected in scoring.summary(objects(strategy.get("episodes")), settings).items()
        if not _is(member(strategy.get("summary"), name), expected, PLACES.get(name, 0))
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


def _score(episode: dict[str, Any], settings: Benchmark, seed: Any, strategy: Any) -> float | None:
    return scoring.score(episode.get("metrics"), settings, seed, strategy, episode.get("id"))


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
