"""The scoring `emcp-simulation`: strategies on recorded episodes, as the benchmark of the eMCP release ranks them.

No request is sent: it scores what the fixtures hold. The report is the one that `release-benchmark-*` judge.
"""

from collections.abc import Sequence
from hashlib import sha256
from math import floor
from typing import Any, Final

from conformance.contracts.release_evidence import scoring
from conformance.contracts.release_evidence.settings import Benchmark
from conformance.load.leaderboard.fixtures import Episode, read_episodes

SEED: Final = 20260303
LEAST_DIFFERENCE: Final = 5.0
_SHOWN: Final = ("avg_score", "success_rate_percent", "avg_latency_ms")


def simulation_settings() -> Benchmark:
    """The weights of the profile `emcp`, which the judges use as well."""
    from conformance.contracts.profiles.loading import load_profile

    evidence = load_profile("emcp", {}).release_evidence
    assert evidence is not None
    assert evidence.benchmark is not None
    return evidence.benchmark


def simulated(
    fixtures: bytes, settings: Benchmark, *, now: str, seed: int = SEED, least: float = LEAST_DIFFERENCE
) -> dict[str, Any]:
    """The report. `least` is the difference of both averages that passes. Raises `BadFixtures`."""
    episodes = read_episodes(fixtures, settings)
    strategies = [_strategy(name, episodes, seed, settings) for name in episodes[0].metrics]
    averages = {one["name"]: one["summary"]["avg_score"] for one in strategies}
    difference = round(averages[settings.candidate] - averages[settings.baseline], 4)
    return {
        "suite": settings.suite,
        "generated_at_utc": now,
        "seed": seed,
        "thresholds": {settings.threshold: least},
        "strategies": strategies,
        "leaderboard": _ranked(strategies),
        "comparison": {settings.difference: difference, "pass": difference >= least},
        "fixtures_hash": sha256(fixtures).hexdigest(),
    }


def markdown(report: dict[str, Any], settings: Benchmark) -> str:
    """The leaderboard as a page: the table of the report, the comparison, PASS or FAIL."""
    rows = [
        f"| {row['rank']} | {row['strategy']} | {row['avg_score']:.4f} | {row['success_rate_percent']:.2f} "
        f"| {row['avg_latency_ms']} |"
        for row in report["leaderboard"]
    ]
    told = report["comparison"]
    return "\n".join(
        [
            "# eMCP Simulation Leaderboard",
            "",
            f"- Suite: `{report['suite']}`",
            f"- Seed: `{report['seed']}`",
            f"- Generated (UTC): `{report['generated_at_utc']}`",
            "",
            "| Rank | Strategy | Avg Score | Success % | Avg Latency (ms) |",
            "| ---: | --- | ---: | ---: | ---: |",
            *rows,
            "",
            "## Comparison",
            "",
            f"- {settings.candidate.title()} - {settings.baseline.title()}: `{told[settings.difference]:.4f}`",
            f"- Status: `{'PASS' if told['pass'] else 'FAIL'}`",
            "",
        ]
    )


def _strategy(name: str, episodes: Sequence[Episode], seed: int, settings: Benchmark) -> dict[str, Any]:
    scored = [_scored(one, name, seed, settings) for one in episodes]
    exact = scoring.summary(scored, settings)
    return {"name": name, "episodes": scored, "summary": {key: _rounded(key, value) for key, value in exact.items()}}


def _scored(episode: Episode, strategy: str, seed: int, settings: Benchmark) -> dict[str, Any]:
    metrics = {name: episode.metrics[strategy][name] for name in settings.weights}
    points = scoring.score(metrics, settings, seed, strategy, episode.id)
    assert points is not None
    return {
        "id": episode.id, "scenario": episode.scenario, "metrics": metrics,
        "score": round(points, scoring.PLACES["score"]),
    }  # fmt: skip


def _rounded(name: str, value: float) -> float | int:
    """Counts and milliseconds are integers, of which a half is rounded up."""
    places = scoring.PLACES.get(name, 0)
    return round(value, places) if places else floor(value + 0.5)


def _ranked(strategies: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    order = sorted(strategies, key=lambda one: (-one["summary"]["avg_score"], one["name"]))
    return [
        {"rank": rank, "strategy": one["name"], **{name: one["summary"][name] for name in _SHOWN}}
        for rank, one in enumerate(order, start=1)
    ]
