"""Directories as an operator has them on release day, for the reference systems: sources, logs, reports, receipts."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.contracts.emcp.test_audit import LINE
from tests.contracts.ledger.building import rotation, stamp, text
from tests.contracts.receipts.documents import CONNECTORS, packet, receipt, rehearsal
from tests.contracts.release_evidence.dumps import deployment, job, listed, pod
from tests.contracts.release_evidence.test_records import REVIEW, metadata
from tests.contracts.release_evidence.test_suite import given
from tests.contracts.upgrade.building import ID, PROMOTED
from tests.contracts.upgrade.building import stamp as moment
from tests.contracts.upgrade.building import write as healthy


def executable(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def emcp(root: Path) -> dict[str, str]:
    """The repository of an eMCP release; what has to be given for its variables."""
    files = given()
    for name, data in {
        "demo/clean-install.log": files["clean-install"],
        "build/migrations": files["migrations"],
        "build/settings.json": files["settings"],
        "build/benchmarks/simulation-report.json": files["benchmark"],
        "build/benchmarks/leaderboard.md": files["leaderboard"],
        "audit.jsonl": f"{json.dumps(LINE)}\n".encode(),
        "Makefile": b"test:\n\t@echo 12 tests passed\n",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    executable(root / "bin/composer", 'test "$1" = run && echo "$2: no problems"')
    return {
        "repository": str(root),
        "released_at": "2026-01-31T12:00:00Z",
        "audit": str(root / "audit.jsonl"),
    }


def path_with(root: Path) -> str:
    return f"{root / 'bin'}{os.pathsep}{os.environ['PATH']}"


def operator(root: Path) -> dict[str, str]:
    """What Stage B leaves behind, freshly."""
    ledger = root / "logs/stage_b_rotation_drills.jsonl"
    receipts = root / "logs/stage_b/20260131T120000Z"
    receipts.mkdir(parents=True)
    ledger.write_bytes(text(rotation(datetime.now(UTC) - timedelta(hours=1))))
    for name in CONNECTORS:
        _write(receipts / f"{name}_smoke.json", receipt())
    _write(root / "logs/stage_b_rehearsal_packet.json", packet())
    _write(root / "rehearsal_summary.json", rehearsal())
    executable(root / "bin/python", f'exec {sys.executable} "$@"')
    (root / "incident.md").write_text(f"# Gateway drill\n\nThe ledger has a gap from {stamp(_minutes_ago(30))} on.\n")
    return {
        "repository": str(root),
        "receipts": str(receipts),
        "rehearsal": str(root / "rehearsal_summary.json"),
        "incident": str(root / "incident.md"),
    }


def upgrade(root: Path) -> dict[str, str]:
    """The workspace of an upgrade that was promoted, in a git work tree with nothing uncommitted."""
    healthy(root)
    for name in ("operations.jsonl", "orchestrator.db"):
        (root / "state" / name).parent.mkdir(parents=True, exist_ok=True)
    promoted(root)
    gates = "state/quality/upgrade_gates.json"
    (root / ".gitignore").write_text("*\n")
    for command in (["init", "-q"], ["add", "-f", ".gitignore"], [*AUTHOR, "commit", "-q", "-m", "Begin"]):
        subprocess.run(["git", *command], cwd=root, check=True)
    return {"workspace": str(root), "preflight": f"touch {gates}"}


AUTHOR = ("-c", "user.name=a", "-c", "user.email=a@example.com")


def promoted(root: Path) -> None:
    """What a promotion leaves behind: a record, another worker, and flags that were switched one by one."""
    promotion = {"previousWorkerPid": 41, "promotedWorkerPid": 42, "switchedAt": moment(0, PROMOTED)}
    worker = {"pid": 42, "role": "active", "status": "ready"}
    _write(root / "experiments/mcp/upgrade" / ID / "promotion.json", promotion)
    _write(
        root / "state/analytics/worker_manager.json",
        {"recorded_at": moment(60, PROMOTED), "status": "healthy", "active": worker},
    )
    (root / "state/analytics/rollback_1.json").unlink()
    with closing(sqlite3.connect(root / "state/orchestrator.db")) as connection, connection:
        connection.execute("CREATE TABLE settings (key TEXT, updated_at INTEGER)")
        flags = ("PROMPT_MODE", "SANDBOX_MODE", "SELECTIVE_TESTS")
        rows = [(name, (PROMOTED.timestamp() + 60 * at) * 1000) for at, name in enumerate(flags)]
        connection.executemany("INSERT INTO settings VALUES (?, ?)", rows)


def level3(root: Path) -> dict[str, str]:
    """Dumps of a deployment after a rolling update, with a backup of this morning."""
    then = _minutes_ago(60)
    name = f"backup-{then:%Y%m%d-%H%M%S}"
    done = job("mcp-backup-1", stamp(then), done="Complete", ended=stamp(then))
    _write(root / "dumps/pods.json", listed(pod("semantic-1"), pod("semantic-2")))
    _write(root / "dumps/deployments.json", listed(deployment()))
    _write(root / "dumps/jobs.json", listed(done))
    told = {"backup_date": stamp(then), "backup_path": name, "backup_bucket": "mcp-backups", "backup_type": "full"}
    _write(root / "backup" / name / "metadata.json", metadata(**told))
    (root / "backup/latest.txt").write_text(f"{name}\n")
    more = "".join(f"\n## {title}\nTold.\n" for title in ("Impact", "Resolution", "Lessons Learned"))
    (root / "review.md").write_text(REVIEW + more)
    return {
        "dumps": str(root / "dumps"),
        "backup": str(root / "backup"),
        "incident_review": str(root / "review.md"),
    }


def _minutes_ago(minutes: float) -> datetime:
    return datetime.now(UTC) - timedelta(minutes=minutes)


def _write(path: Path, document: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))


def answers(path: Path, *names: str) -> Path:
    """All questions answered, just now."""
    at = stamp(datetime.now(UTC))
    path.write_text(
        "".join(f'[answers.{one}]\ndone = true\nby = "Ada"\nat = {at}\nevidence = "ticket OPS-1"\n' for one in names)
    )
    return path
