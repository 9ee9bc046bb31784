"""The suite in a run over a workspace after a promotion."""

import json
import sqlite3
from pathlib import Path
from typing import Any

from tests.contracts.upgrade.building import PROMOTED, a_snapshot_line, stamp
from tests.plugin.runs import Outcome, run

SUITE = Path(__file__).parent.parent.parent.parent / "suites" / "contracts" / "test_promotion.py"
FLAGS = ("PROMPT_MODE", "SANDBOX_MODE", "SELECTIVE_TESTS")
ROLLBACK = {"timestamp": stamp(300, PROMOTED), "decision": "rollback", "reason": "error budget", "failureCount": 9}


def written(path: Path, *documents: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(map(json.dumps, documents)))


def judged(
    root: Path, *, active: int = 42, minutes_apart: float = 1, failing: float = 0, rollbacks: Any = ()
) -> Outcome:
    """A run over a workspace in which a worker of 42 was promoted."""
    promotion = {"previousWorkerPid": 41, "promotedWorkerPid": 42, "switchedAt": stamp(0, PROMOTED)}
    worker = {"pid": active, "role": "active", "status": "ready"}
    snapshot = {"recorded_at": stamp(60, PROMOTED), "status": "healthy", "active": worker}
    lines = [a_snapshot_line(at, validation={"recentFailureRate": failing}) for at in range(0, 605, 5)]
    written(root / "run" / "promotion.json", promotion)
    written(root / "state" / "analytics" / "worker_manager.json", snapshot)
    written(root / "state" / "telemetry" / "operations.jsonl", *lines)
    (root / "records").mkdir()
    for number, record in enumerate(rollbacks):
        written(root / "records" / f"rollback_{number}.json", record)
    with sqlite3.connect(root / "state" / "orchestrator.db") as connection:
        connection.execute("CREATE TABLE settings (key TEXT, updated_at INTEGER)")
        switched = [(name, (PROMOTED.timestamp() + 60 * minutes_apart * at) * 1000) for at, name in enumerate(FLAGS)]
        connection.executemany("INSERT INTO settings VALUES (?, ?)", switched)
    connection.close()
    given = {"workspace": ".", "run-dir": "run", "rollback": "records"}
    evidence = [f"--evidence={name}={path}" for name, path in given.items()]
    return run(root, "--profile=upgrade", "--reports=none", *evidence, str(SUITE))


def statuses(outcome: Outcome) -> dict[str, str]:
    return {one.requirement.removeprefix("promotion-"): one.status for one in outcome.verdicts}


def test_a_promotion_that_went_well(tmp_path: Path) -> None:
    outcome = judged(tmp_path)

    assert statuses(outcome) == {
        "recorded": "pass", "serves": "pass", "flags-in-order": "pass", "rolled-back-when-due": "not applicable",
    }, outcome.shown  # fmt: skip


def test_a_breach_without_a_rollback(tmp_path: Path) -> None:
    outcome = judged(tmp_path, active=41, minutes_apart=0, failing=0.06)

    assert statuses(outcome) == {
        "recorded": "pass", "serves": "fail", "flags-in-order": "fail", "rolled-back-when-due": "fail",
    }, outcome.shown  # fmt: skip


def test_a_breach_and_a_rollback(tmp_path: Path) -> None:
    outcome = judged(tmp_path, active=41, failing=0.06, rollbacks=[ROLLBACK])

    assert statuses(outcome) == {
        "recorded": "pass", "serves": "not applicable", "flags-in-order": "pass", "rolled-back-when-due": "pass",
    }, outcome.shown  # fmt: skip
