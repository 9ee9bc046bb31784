"""The suite in runs that have evidence and no target."""

import json
from pathlib import Path
from typing import Any

from tests.contracts.release_evidence.reports import FIXTURES, LEADERBOARD, report
from tests.plugin.runs import Outcome, run

SUITE = Path(__file__).parent.parent.parent.parent / "suites" / "contracts" / "test_release_evidence.py"

Files = dict[str, bytes]


def given(**changed: Any) -> Files:
    """Everything that a release of eMCP has to show, by the name of the evidence."""
    files: dict[str, Any] = {
        "benchmark": report(),
        "benchmark-again": {**report(), "generated_at_utc": "2026-03-04T12:00:00Z"},
        "benchmark-fixtures": FIXTURES,
        "leaderboard": LEADERBOARD.encode(),
        "clean-install": b"[clean-install] start\n[demo-verify] PASS: demo is running and MCP checks are green.\n",
        "migrations": b"".join(
            f"[migration-matrix] PASS for driver={driver}\n".encode() for driver in ("sqlite", "mysql", "pgsql")
        ),
        "settings": {
            "security": {"enable_write_tools": False},
            "auth": {"mode": "sapi_jwt", "require_scopes": True},
        },
        "workers": [
            {
                "identifier": "emcp_dispatch",
                "scope": "eMCP",
                "class": "EvolutionCMS\\eMCP\\sTask\\McpDispatchWorker",
                "active": 1,
            }
        ],
    }
    files |= {name.replace("_", "-"): value for name, value in changed.items()}
    return {name: value if isinstance(value, bytes) else json.dumps(value).encode() for name, value in files.items()}


def judged(directory: Path, files: Files) -> Outcome:
    arguments = ["--profile=emcp", "--strict-profile", "--strict", "--reports=none"]
    for name, content in files.items():
        (directory / name).write_bytes(content)
        arguments.append(f"--evidence={name}={name}")
    return run(directory, *arguments, str(SUITE))


def test_a_release_that_shows_everything_passes(tmp_path: Path) -> None:
    outcome = judged(tmp_path, given())

    assert {one.status for one in outcome.verdicts} == {"pass"}, outcome.shown
    assert len(outcome.verdicts) == 13


def test_defects_turn_exactly_their_rules_red(tmp_path: Path) -> None:
    files = given(
        clean_install=b"[demo-verify] FAIL\n",
        migrations=b"[migration-matrix] PASS for driver=sqlite\n",
        settings={"security": {"enable_write_tools": True}},
        workers=[],
        benchmark_again={**report(), "seed": 1},
        benchmark_fixtures=b"[]",
        leaderboard=b"\xff",
    )
    outcome = judged(tmp_path, files)

    assert {one.requirement for one in outcome.verdicts if one.red} == {
        "release-clean-install",
        "release-migrations",
        "release-settings-secure",
        "release-worker-registered",
        "release-benchmark-repeats",
        "release-benchmark-fixtures",
        "release-benchmark-artifacts",
        "release-leaderboard-table",
    }, outcome.shown
