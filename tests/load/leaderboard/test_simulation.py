"""The simulation gives the published values, and what it writes passes the judges of a release."""

import json
from typing import Any

import pytest

from conformance.contracts.release_evidence import benchmark, leaderboard
from conformance.load.leaderboard.fixtures import BadFixtures
from conformance.load.leaderboard.simulation import markdown, simulated, simulation_settings
from tests.contracts.release_evidence.reports import EPISODES, LEADERBOARD, SETTINGS, SUMMARIES

METRICS = ("success", "policy_violations", "latency_ms", "retries")
NOW = "2026-03-03T12:00:00Z"


def fixtures() -> list[dict[str, Any]]:
    """Recorded episodes that give the published scores under the published seed."""
    return [
        {
            "id": id,
            "scenario": id.replace("-", " "),
            "metrics": {name: dict(zip(METRICS, told, strict=False)) for name, told in strategies.items()},
        }
        for id, strategies in EPISODES.items()
    ]


def report(episodes: Any = None, **changes: Any) -> dict[str, Any]:
    data = json.dumps(fixtures() if episodes is None else episodes).encode()
    return simulated(data, SETTINGS, now=NOW, **changes)


def test_it_gives_the_published_values() -> None:
    made = report()

    scores = {one["name"]: [episode["score"] for episode in one["episodes"]] for one in made["strategies"]}
    assert scores == {"baseline": [4.4, 13.9, -113.9, 33.1, -153.2], "planner": [75.2, 58.8, 55.7, 72.8, 53.3]}
    summaries = {one["name"]: one["summary"] for one in made["strategies"]}
    assert summaries == {name: {"episodes": 5, **told} for name, told in SUMMARIES.items()}
    assert made["comparison"] == {"planner_minus_baseline": 106.3, "pass": True}
    assert [row["strategy"] for row in made["leaderboard"]] == ["planner", "baseline"]


def test_the_profile_holds_the_weights() -> None:
    ours = simulation_settings()

    assert (ours.suite, ours.weights, ours.jitter) == (SETTINGS.suite, SETTINGS.weights, SETTINGS.jitter)


def test_its_report_passes_the_judges_of_a_release() -> None:
    data = json.dumps(fixtures()).encode()
    made = json.loads(json.dumps(report()))

    assert benchmark.misshapen(made, SETTINGS) == []
    assert benchmark.wrong_scores(made, SETTINGS) == []
    assert benchmark.wrong_summaries(made, SETTINGS) == []
    assert benchmark.wrong_ranking(made) == []
    assert benchmark.wrong_comparison(made, SETTINGS) == []
    assert benchmark.other_fixtures(made, data) == []
    assert leaderboard.unlike(markdown(made, SETTINGS), made) == []


def test_its_page_has_the_published_rows() -> None:
    assert leaderboard.rows(markdown(report(), SETTINGS)) == leaderboard.rows(LEADERBOARD)


def test_the_seed_moves_a_score_by_the_jitter_only() -> None:
    first, second = report(seed=1), report(seed=2)

    moved = [
        abs(one["score"] - other["score"])
        for left, right in zip(first["strategies"], second["strategies"], strict=True)
        for one, other in zip(left["episodes"], right["episodes"], strict=True)
    ]
    assert max(moved) > 0
    assert max(moved) <= 1.2 + 1e-9
    assert benchmark.wrong_scores(first, SETTINGS) == []


def test_a_difference_below_the_threshold_fails() -> None:
    made = report(least=106.4)

    assert made["comparison"]["pass"] is False
    assert "FAIL" in markdown(made, SETTINGS)
    assert benchmark.wrong_comparison(made, SETTINGS) == []


def test_half_a_millisecond_is_rounded_up() -> None:
    two = fixtures()[:2]
    two[0]["metrics"]["planner"]["latency_ms"], two[1]["metrics"]["planner"]["latency_ms"] = 100, 101

    summary = next(one["summary"] for one in report(two)["strategies"] if one["name"] == "planner")
    assert summary["avg_latency_ms"] == 101


def _without(*path: Any) -> list[dict[str, Any]]:
    changed: Any = fixtures()
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return list(changed)


@pytest.mark.parametrize(
    ("episodes", "said"),
    [
        ([], "has no episodes"),
        ({"episodes": []}, "is no array of episodes"),
        (_without(1, "metrics", "planner"), "has no strategy 'planner'"),
        (
            _without(0, "metrics", "planner", "retries"),
            "retries of .planner. in episode .*001. is missing",
        ),
        (_without(0, "scenario"), "missing required field `scenario`"),
        ([*fixtures(), fixtures()[0]], "has two episodes 'episode-incident-001'"),
        ([{**fixtures()[0], "metrics": {**fixtures()[0]["metrics"], "a | b": {}}}], "cannot be called 'a | b'"),
        ([{**fixtures()[0], "id": ""}], "has no id"),
    ],
)
def test_fixtures_that_cannot_be_scored_are_refused(episodes: Any, said: str) -> None:
    with pytest.raises(BadFixtures, match="(?i)" + said.replace("|", r"\|")):
        report(episodes)


@pytest.mark.parametrize(("name", "value"), [("success", 2), ("retries", -1), ("latency_ms", 10**13)])
def test_metrics_out_of_range_are_refused(name: str, value: int) -> None:
    odd = fixtures()
    odd[0]["metrics"]["planner"][name] = value

    with pytest.raises(BadFixtures, match=f"{name} of 'planner'"):
        report(odd)


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(BadFixtures, match="is not JSON"):
        simulated(b"[", SETTINGS, now=NOW)
