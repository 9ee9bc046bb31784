"""A benchmark report and its leaderboard, as the benchmark of the eMCP release makes them."""

import copy
import hashlib
import json
from typing import Any

from conformance.contracts.release_evidence.settings import Benchmark

SETTINGS = Benchmark(
    suite="emcp-simulation-v1",
    weights={"success": 100, "policy_violations": -25, "retries": -8, "latency_ms": -0.02},
    jitter=0.3,
)
SEED = 20260303

# success, policy violations, latency in ms, retries, and the score that the seed gives
EPISODES: dict[str, dict[str, tuple[int, int, int, int, float]]] = {
    "episode-incident-001": {"baseline": (1, 2, 1850, 1, 4.4), "planner": (1, 0, 1210, 0, 75.2)},
    "episode-regulatory-002": {"baseline": (1, 1, 2240, 2, 13.9), "planner": (1, 0, 1660, 1, 58.8)},
    "episode-capacity-003": {"baseline": (0, 2, 2410, 2, -113.9), "planner": (1, 0, 1830, 1, 55.7)},
    "episode-risk-zone-004": {"baseline": (1, 1, 1710, 1, 33.1), "planner": (1, 0, 1390, 0, 72.8)},
    "episode-drift-005": {"baseline": (0, 3, 2680, 3, -153.2), "planner": (1, 0, 1920, 1, 53.3)},
}
SUMMARIES = {
    "planner": {"success_count": 5, "success_rate_percent": 100, "avg_latency_ms": 1602, "avg_score": 63.16},
    "baseline": {"success_count": 3, "success_rate_percent": 60.0, "avg_latency_ms": 2178, "avg_score": -43.14},
}
FIXTURES = json.dumps(EPISODES).encode()

LEADERBOARD = """\
# eMCP Simulation Leaderboard

- Suite: `emcp-simulation-v1`
- Seed: `20260303`
- Generated (UTC): `2026-03-03T12:00:00Z`

| Rank | Strategy | Avg Score | Success % | Avg Latency (ms) |
| --- | --- | ---: | ---: | ---: |
| 1 | planner | 63.1600 | 100.00 | 1602 |
| 2 | baseline | -43.1400 | 60.00 | 2178 |

## Comparison

- Planner - Baseline: `106.3000`
- Status: `PASS`
"""


def report() -> dict[str, Any]:
    """One that keeps every rule."""
    return {
        "suite": "emcp-simulation-v1",
        "generated_at_utc": "2026-03-03T12:00:00Z",
        "seed": SEED,
        "thresholds": {"planner_minus_baseline_min": 5},
        "strategies": [_strategy(name) for name in SUMMARIES],
        "leaderboard": [
            {"rank": rank, "strategy": name, **_ranked(name)} for rank, name in enumerate(SUMMARIES, start=1)
        ],
        "comparison": {"planner_minus_baseline": 106.3, "pass": True},
        "fixtures_hash": hashlib.sha256(FIXTURES).hexdigest(),
    }


def with_defect(path: str, value: Any) -> dict[str, Any]:
    """The report with one value changed; `path` is dotted, with numbers for places in arrays."""
    changed = copy.deepcopy(report())
    *way, last = path.split(".")
    inner: Any = changed
    for step in way:
        inner = inner[int(step)] if isinstance(inner, list) else inner[step]
    inner[int(last) if isinstance(inner, list) else last] = value
    return changed


def _strategy(name: str) -> dict[str, Any]:
    episodes = [_episode(id, *told[name]) for id, told in EPISODES.items()]
    return {"name": name, "episodes": episodes, "summary": {"episodes": 5, **SUMMARIES[name]}}


def _episode(id: str, success: int, violations: int, latency: int, retries: int, score: float) -> dict[str, Any]:
    metrics = {"success": success, "policy_violations": violations, "latency_ms": latency, "retries": retries}
    return {"id": id, "scenario": id.replace("-", " "), "metrics": metrics, "score": score}


def _ranked(name: str) -> dict[str, Any]:
    return {key: SUMMARIES[name][key] for key in ("avg_score", "success_rate_percent", "avg_latency_ms")}
