"""The judges of a benchmark report: each finds its defect, and only that."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.contracts.release_evidence import benchmark, leaderboard
from tests.contracts.release_evidence.reports import FIXTURES, LEADERBOARD, SETTINGS, report, with_defect

JUDGES: dict[str, Callable[[Any], list[str]]] = {
    "shape": lambda document: benchmark.misshapen(document, SETTINGS),
    "scores": lambda document: benchmark.wrong_scores(document, SETTINGS),
    "summaries": lambda document: benchmark.wrong_summaries(document, SETTINGS),
    "ranking": benchmark.wrong_ranking,
    "comparison": lambda document: benchmark.wrong_comparison(document, SETTINGS),
    "fixtures": lambda document: benchmark.other_fixtures(document, FIXTURES),
    "table": lambda document: leaderboard.unlike(LEADERBOARD, document),
}


def red(document: Any) -> set[str]:
    return {name for name, judge in JUDGES.items() if judge(document)}


def test_a_true_report_is_fine() -> None:
    assert {name: judge(report()) for name, judge in JUDGES.items()} == {name: [] for name in JUDGES}


@pytest.mark.parametrize(
    ("path", "value", "found_by"),
    [
        ("suite", "another-suite", {"shape"}),
        ("generated_at_utc", "2026-03-03T12:00:00+01:00", {"shape"}),
        ("strategies.0.name", "plan", {"shape", "scores", "ranking"}),
        ("strategies.0.episodes.1.score", 58.8001, {"scores"}),
        ("strategies.1.episodes.0.metrics.retries", 2, {"scores"}),
        ("seed", 1, {"scores"}),
        ("strategies.0.summary.success_rate_percent", 80, {"summaries", "ranking"}),
        ("strategies.0.summary.episodes", 4, {"summaries"}),
        ("leaderboard.1.rank", 3, {"ranking", "table"}),
        ("leaderboard.0.avg_latency_ms", 1603, {"ranking", "table"}),
        ("comparison.planner_minus_baseline", 106.4, {"comparison"}),
        ("comparison.pass", False, {"comparison", "table"}),
        ("thresholds.planner_minus_baseline_min", 106.4, {"comparison"}),
        ("fixtures_hash", "0" * 64, {"fixtures"}),
    ],
)
def test_a_defect_is_found_by_its_judges(path: str, value: Any, found_by: set[str]) -> None:
    assert red(with_defect(path, value)) == found_by


def test_a_reversed_ranking_is_found() -> None:
    turned = report()
    turned["leaderboard"] = [{**row, "rank": 2 - at} for at, row in enumerate(turned["leaderboard"])][::-1]

    assert any("is ranked before" in problem for problem in benchmark.wrong_ranking(turned))


@pytest.mark.parametrize(("told", "problems"), [(1, 0), (2, 0), (3, 1)])
def test_a_number_may_be_rounded_either_way(told: int, problems: int) -> None:
    """1.5 ms is 1 to one writer and 2 to another."""
    episodes = [{"metrics": {"latency_ms": waited}} for waited in (1, 2)]
    document = {"strategies": [{"episodes": episodes, "summary": {"episodes": 2, "avg_latency_ms": told}}]}

    assert len(benchmark.wrong_summaries(document, SETTINGS)) == problems


def test_two_runs_differ_in_their_time_stamps_only() -> None:
    later = {**report(), "generated_at_utc": "2026-03-04T12:00:00Z"}

    assert benchmark.unequal(report(), later) == []
    assert benchmark.unequal(report(), {**later, "seed": 2}) == ["seed differs"]
    assert benchmark.unequal(report(), []) != []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("| 1 | planner |", "| 1 | baseline |"),
        ("63.1600", "63.16"),
        ("| 2178 |", "| 2180 |"),
        ("PASS", "FAIL"),
        ("| 2 | baseline | -43.1400 | 60.00 | 2178 |\n", ""),
    ],
)
def test_a_table_that_differs_is_found(old: str, new: str) -> None:
    assert leaderboard.unlike(LEADERBOARD.replace(old, new), report()) != []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(report())), inner, max_size=3),
    max_leaves=10,
)


@given(JSON)
def test_any_document_gets_an_answer(document: Any) -> None:
    for judge in JUDGES.values():
        assert all(isinstance(problem, str) for problem in judge(document))


@given(st.sampled_from(sorted(report())), JSON)
def test_any_member_may_be_of_another_kind(name: str, value: Any) -> None:
    for judge in JUDGES.values():
        assert all(isinstance(problem, str) for problem in judge({**report(), name: value}))


def test_numbers_beyond_reckoning_get_an_answer() -> None:
    text = json.dumps(with_defect("strategies.0.episodes.0.metrics.latency_ms", 10**400))

    assert benchmark.wrong_scores(json.loads(text), SETTINGS) == []
