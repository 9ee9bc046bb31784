"""Builds the artifacts of a healthy upgrade, as documents and as files, and judges them by every rule at once."""

import copy
import io
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from conformance.contracts.ledger.source import lines
from conformance.contracts.parity.normalising import Normalising
from conformance.contracts.profiles.loading import load_profile
from conformance.contracts.reading import member
from conformance.contracts.telemetry import summary, watch
from conformance.contracts.telemetry.reading import Reading
from conformance.contracts.telemetry.settings import Telemetry
from conformance.contracts.upgrade import drills, preflight, rollback, run
from conformance.contracts.upgrade.settings import Upgrade

Documents = dict[str, Any]

START = datetime(2025, 10, 22, 20, 14, 42, 542000, UTC)
ID = "2025-10-22T20-14-42-542Z"
PROMOTED = START + timedelta(minutes=5)
CHECKS = (
    "upgrade_lock", "git_clean", "node_version", "npm_version", "disk_space", "sandbox_tooling", "sqlite_roundtrip",
)  # fmt: skip
STEPS = (
    "preflight", "build-current", "worktree-stage", "sync-node-modules", "build-canary", "test-canary",
    "shadow-validation",
)  # fmt: skip
SHADOW = ("health", "plan", "report.mo", "dispatch", "verify", "plan_next", "orchestrator_status", "autopilot_status")


@cache
def upgrade_settings(*, strict: bool = False) -> Upgrade:
    found = load_profile("upgrade", {}, strict_profile=strict).upgrade
    assert found is not None
    return found


@cache
def telemetry_settings() -> Telemetry:
    found = load_profile("upgrade", {}).telemetry
    assert found is not None
    return found


def stamp(seconds: float = 0, start: datetime = START) -> str:
    return (start + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def a_preflight() -> Documents:
    logs = [{"name": name, "status": "passed", "timestamp": stamp(number)} for number, name in enumerate(CHECKS)]
    gates = [{"gate": gate, "status": "pending", "timestamp": stamp()} for gate in upgrade_settings().gates]
    versions = [
        {"tool": "node", "rawDetected": "v24.10.0", "detected": "24.10.0", "constraint": "v24.10.0",
         "constraintSource": ".nvmrc", "satisfies": True},
        {"tool": "npm", "rawDetected": "11.6.0", "detected": "11.6.0", "constraint": ">=10.0.0",
         "constraintSource": "package.json (engines.npm)", "satisfies": True},
    ]  # fmt: skip
    return {"ok": True, "logs": logs, "gates": gates, "versions": versions}


def a_failed_preflight() -> Documents:
    whole = a_preflight()
    logs = [whole["logs"][0], {**whole["logs"][1], "status": "failed", "details": "M file"}]
    return {**whole, "ok": False, "error": "upgrade_aborted", "failedCheck": "git_clean", "logs": logs}


def a_run() -> Documents:
    """The documents of a run directory, and those that stand beside it."""
    steps = [
        {"name": name, "status": "ok", "started_at": stamp(20 * number), "completed_at": stamp(20 * number + 15)}
        for number, name in enumerate(STEPS)
    ]
    shadow = [{"name": name, "ok": True} for name in SHADOW]
    plan = {"upgrade_id": ID, "generated_at": stamp(200), "promote_performed": True, "steps": ["1. Switch routing."]}
    counts = {"total_steps": 7, "passed_steps": 7, "failed_steps": 0, "skipped_steps": 0, "warning_steps": 0}
    gates = dict.fromkeys(("preflight", "build_current", "build_canary", "test_canary"), "ok")
    report = {
        "upgrade_id": ID, "generated_at": stamp(201), "status": "passed", "summary": counts,
        "shadow_validation": {"total_checks": 8, "passed_checks": 8, "failed_checks": 0, "details": shadow},
        "gates": {**gates, "shadow_validation": "passed"}, "promotion": {"ready": True, "plan": plan},
        "artifacts": {"preflight_path": "preflight.json", "shadow_path": "shadow.json"},
    }  # fmt: skip
    return {"preflight": a_preflight(), "steps": steps, "shadow": shadow, "plan": plan, "report": report}


def beside() -> Documents:
    found = a_preflight()
    gates = {
        "recorded_at": stamp(10), "ok": True, "artifact": f"experiments/mcp/upgrade/{ID}/preflight.json",
        "gates": found["gates"], "versions": found["versions"], "workspace_dirty": {"count": 620, "sample": [" M a"]},
    }  # fmt: skip
    short = {"upgrade_id": ID, "recorded_at": stamp(190), "diff_count": 0, "diff_path": None}
    return {
        "gates": gates, "shadow-summary": short, "failover": a_failover(), "recovery": a_recovery(),
        "workers": a_snapshot(), "rollback": a_rollback(), "flags": flags_after_rollback(),
        "metrics-summary": a_summary(), "telemetry": telemetry(),
    }  # fmt: skip


def everything() -> Documents:
    return copy.deepcopy({**a_run(), **beside()})


def a_failover() -> Documents:
    def sample(step: str, kind: str, available: bool, switched: bool, **more: Any) -> Documents:
        coordinator = {"type": kind, "available": available}
        return {"step": step, "timestamp": stamp(), "coordinator": coordinator, "killSwitchEngaged": switched, **more}

    return {
        "generated_at": stamp(1), "scenario": "provider_failover_simulation",
        "samples": [
            sample("initial_state", "claude_code", True, False),
            sample("post_failover", "codex", True, False, failoverLatencyMs=0),
            sample("kill_switch_engaged", "codex", False, True, additionalLatencyMs=0, incidentsRecorded=1),
            sample("post_rollback", "claude_code", True, False, incidentCount=2),
        ],
        "summary": {
            "failoverPromotedCodex": True, "killSwitchEngagedDuringIncident": True, "rollbackRestoredClaude": True,
            "failoverLatencyMs": 0, "rollbackIncidentCount": 2,
        },
    }  # fmt: skip


def a_recovery() -> Documents:
    incident = {"id": "incident-1", "timestamp": stamp(2), "severity": "critical", "summary": "Rollback"}
    begun = {"origin": "sim", "observation_started_at": stamp(2)}
    ended = {"observation_window_seconds": 600, "rollback_completed_at": stamp(4)}
    state = {"upgradeLockActive": False, "lastUpdated": stamp(3)}
    return {
        "generated_at": stamp(5), "task_id": "T-error-recovery",
        "samples": [
            {"step": "task_created", "timestamp": stamp()},
            {"step": "generic_failure", "action": {"action": "retry", "delaySeconds": 30}},
            {"step": "context_limit_recovery", "action": {"action": "checkpoint_and_retry"}, "checkpointCreated": True,
             "checkpointSession": "emergency_1"},
            {"step": "second_context_limit", "action": {"action": "fail_task"}},
        ],
        "checkpoint": {"session_id": "emergency_1", "notes": "saved", "snapshot_keys": ["trigger"]},
        "safety_window": {
            "initial_state": {"mode": "stabilize", "killSwitchEngaged": False, "incidents": [], **state},
            "engaged_state": {"mode": "contain", "killSwitchEngaged": True, "incidents": [incident],
                              "metadata": begun, **state},
            "final_state": {"mode": "stabilize", "killSwitchEngaged": False, "incidents": [incident], **state,
                            "metadata": {**begun, **ended}},
        },
    }  # fmt: skip


def a_snapshot() -> Documents:
    def worker(role: str, workspace: str) -> Documents:
        health = {"ok": True, "role": role, "workspaceRoot": workspace}
        return {
            "role": role, "label": role, "status": "ready", "pid": 4100, "spawned_at": stamp(-100),
            "ready_at": stamp(-90),
            "uptime_seconds": 90.0, "last_health": health, "last_health_at": stamp(-1), "last_exit": None,
        }  # fmt: skip

    event = {"timestamp": stamp(-90), "type": "ready", "worker": "active", "message": "active worker ready"}
    return {
        "recorded_at": stamp(), "recorded_at_ms": round(START.timestamp() * 1000), "status": "healthy", "notes": [],
        "active": worker("active", "/srv/workspace"), "canary": worker("canary", "/srv/staging"), "executors": [],
        "events": [event], "event_limit": 50, "persisted_path": "state/analytics/worker_manager.json",
    }  # fmt: skip


def a_rollback() -> Documents:
    checks = [
        {"timestamp": stamp(30 * number), "ok": number < 2, "errorRate": 0.1 if number < 2 else 0.5,
         "failureCount": number, "uptime": 30 * number, "checks": {"health": number < 2, "rpc": True}}
        for number in range(5)
    ]  # fmt: skip
    decision = {
        "timestamp": stamp(120), "decision": "rollback", "reason": "High error rate (34.0%) with 3 failures",
        "errorRate": 0.34, "failureCount": 3, "recommendedAction": "automatic rollback to previous worker",
        "evidence": {"recentChecks": checks, "failurePattern": "consecutive_failures", "threshold": "errorRate>0.2"},
    }  # fmt: skip
    return {"timestamp": stamp(121), "event_type": "rollback", "decision": decision, "result": None}


def flags_after_rollback() -> Documents:
    return {name: flag.default for name, flag in upgrade_settings().flags.items()} | {"DISABLE_NEW": "1"}


def a_snapshot_line(seconds: float, **members: Any) -> Documents:
    """One line of the telemetry, as it is written today."""
    provider = {
        "lastHourUSD": 0.6, "last24hUSD": 0.6, "hourlyLimitUSD": 0.5, "dailyLimitUSD": 1,
        "hourlyUtilizationPercent": 120, "dailyUtilizationPercent": 60,
        "alertThresholdPercent": 0.5, "status": "critical",
    }  # fmt: skip
    alert = {"provider": "codex", "utilizationPercent": 120, "limitUSD": 0.5, "actualUSD": 0.6}
    alerts = [
        {**alert, "severity": "critical", "period": "hourly"}, {**alert, "severity": "warning", "period": "daily"},
    ]  # fmt: skip
    return {
        "timestamp": stamp(seconds, PROMOTED), "type": "operations_snapshot", "mode": "balance", "avgQuality": 1,
        "failureRate": 0, "queueLength": 3, "codexUsagePercent": 0, "claudeUsagePercent": 0.5, "blockedTasks": 0,
        "totalTasks": 1, "rateLimitCodex": 0, "rateLimitClaude": 0, "coordinatorType": "claude_code",
        "coordinatorAvailable": True, "coordinatorReason": "primary", "queueBatches": [],
        "validation": {"totalFailures": 0, "failuresLastHour": 0, "recentFailureRate": 0.01, "mode": "shadow"},
        "costMetrics": {"lastHourUSD": 0.6, "providers": {"codex": provider}, "alerts": alerts},
        "budgetPressure": "critical", "resources": {"memoryUsageMb": 300},
    } | members  # fmt: skip


def telemetry(every_s: float = 5, until_s: float = 605) -> list[Documents]:
    """The ten minutes after a promotion."""
    return [a_snapshot_line(second) for second in range(0, int(until_s), int(every_s))]


def a_summary() -> Documents:
    return {
        "version": 1, "generated_at": stamp().replace("Z", "+00:00"), "sources": {"telemetry_dir": "state/telemetry"},
        "executions": {
            "total_runs": 10, "successes": 9, "failures": 1, "success_rate": 0.9,
            "by_agent_type": {"codex": 6, "claude_code": 4}, "by_final_status": {"done": 10}, "recent_runs": [],
            "tokens": {"prompt": 100, "completion": 20, "total": 120},
        },
        "operations": {"total_snapshots": 12, "modes_seen": {"balance": 10, "stabilize": 2}},
        "usage": {"total_records": 4, "statuses": {"success": 4}},
    }  # fmt: skip


def changed(documents: Documents, path: str, value: Any) -> Documents:
    """A copy with the member at `path`, as in `report.summary.total_steps` or `steps.0.status`; `...` removes it."""
    documents = copy.deepcopy(documents)
    *parents, name = path.split(".")
    inner: Any = documents
    for parent in parents:
        inner = inner[int(parent) if isinstance(inner, list) else parent]
    key: Any = int(name) if isinstance(inner, list) else name
    if value is ...:
        del inner[key]
    else:
        inner[key] = value(inner[key]) if callable(value) else value
    return documents


def read_lines(bodies: list[Documents] | bytes, settings: Telemetry | None = None, *, watched: bool = True) -> Reading:
    data = bodies if isinstance(bodies, bytes) else b"".join(json.dumps(body).encode() + b"\n" for body in bodies)
    settings = settings or telemetry_settings()
    reading = Reading(settings, PROMOTED.timestamp() if watched else None)
    for line in lines(io.BytesIO(data), settings.max_line_bytes):
        reading.see(line)
    return reading


Judge = Callable[[Documents, Upgrade], list[str]]


def _lines(rule: str) -> Judge:
    return lambda d, u: [str(one) for one in d["reading"].found(rule).first]


def _of_watch(judge: Callable[[Reading, Telemetry], list[str]]) -> Judge:
    return lambda d, u: judge(d["reading"], telemetry_settings())


def _budget(reading: Reading, settings: Telemetry) -> list[str]:
    return ["over"] if watch.error_budget(reading.watch, settings).verdict == "fail" else []


def _memory(reading: Reading, settings: Telemetry) -> list[str]:
    outcome = watch.memory_kept(reading.watch, msgspec.structs.replace(settings, rss_limit_mb=512))
    return ["over"] if outcome is not None and outcome.verdict == "fail" else []


def _flags(flags: Any, settings: Upgrade) -> list[str]:
    return rollback.flags_reset(flags, settings) if isinstance(flags, dict) else ["no flags"]


JUDGES: Mapping[str, Judge] = {
    "upgrade-preflight-valid": lambda d, u: preflight.valid(d["preflight"], u),
    "upgrade-preflight-passed": lambda d, u: preflight.passed(d["preflight"]),
    "upgrade-preflight-checks-complete": lambda d, u: preflight.complete(d["preflight"], u),
    "upgrade-preflight-gates-ordered": lambda d, u: preflight.gates_in_order(d["preflight"], u),
    "upgrade-preflight-failure-told": lambda d, u: preflight.failure_told(d["preflight"], u),
    "upgrade-preflight-versions-counted": lambda d, u: preflight.versions_counted(d["preflight"], u),
    "upgrade-preflight-versions-true": lambda d, u: preflight.versions_judged(d["preflight"]),
    "upgrade-preflight-clean-tree": lambda d, u: preflight.clean(d["preflight"], u),
    "upgrade-run-directory-named": lambda d, u: preflight.directory_named(ID, member(d["report"], "upgrade_id")),
    "upgrade-gates-repeat-preflight": lambda d, u: preflight.gates_repeat(d["gates"], d["preflight"], ID),
    "upgrade-run-documents-valid": lambda d, u: run.valid({n: d[n] for n in ("shadow", "plan", "steps", "report")}),
    "upgrade-report-counts-steps": lambda d, u: run.steps_counted(d["report"], d["steps"]),
    "upgrade-report-counts-shadow": lambda d, u: run.shadow_counted(d["report"], d["shadow"]),
    "upgrade-ready-when-green": lambda d, u: run.ready_when_green(d["report"], d["shadow"]),
    "upgrade-promoted-when-ready": lambda d, u: run.promoted_when_ready(d["report"], d["plan"]),
    "upgrade-steps-in-order": lambda d, u: run.in_order(d["steps"], u),
    "upgrade-skipped-not-promotable": lambda d, u: run.skipped_not_ready(d["report"], d["steps"], d["preflight"], u),
    "upgrade-shadow-covers": lambda d, u: run.covered(d["shadow"], u),
    "upgrade-shadow-stops": lambda d, u: run.stopped(d["shadow"]),
    "upgrade-shadow-compared-rightly": lambda d, u: run.compared_rightly(d["shadow"], Normalising()),
    "upgrade-shadow-summarised": lambda d, u: run.summarised(d["shadow-summary"], d["shadow"]),
    "upgrade-failure-not-passed": lambda d, u: run.failed_honestly(d["report"], d["steps"], d["preflight"], u),
    "upgrade-canary-workspace-apart": lambda d, u: run.workspaces_apart(d["shadow"], d["workers"]),
    "upgrade-rollback-recorded": lambda d, u: rollback.recorded(d["rollback"]),
    "upgrade-rollback-evidence-agrees": lambda d, u: rollback.consistent(d["rollback"]),
    "upgrade-rollback-flags-reset": lambda d, u: _flags(d["flags"], u),
    "upgrade-failover-drill": lambda d, u: drills.failover(d["failover"], u),
    "upgrade-recovery-drill": lambda d, u: drills.recovery(d["recovery"], u),
    "upgrade-workers-valid": lambda d, u: drills.snapshot_valid(d["workers"]),
    "upgrade-workers-status-true": lambda d, u: drills.status_true(d["workers"], u),
    "upgrade-workers-ready-in-time": lambda d, u: drills.ready_in_time(d["workers"], u),
    "telemetry-lines-valid": _lines("valid"),
    "telemetry-values-in-range": _lines("ranges"),
    "telemetry-times-in-order": _lines("order"),
    "telemetry-alerts-agree": _lines("alerts"),
    "telemetry-pressure-agrees": _lines("pressure"),
    "telemetry-utilisation-agrees": _lines("utilisation"),
    "telemetry-fresh": _of_watch(lambda r, s: watch.covered(r, s, START.timestamp() + 1e6)),
    "telemetry-error-budget": _of_watch(_budget),
    "telemetry-memory": _of_watch(_memory),
    "telemetry-monitor": _of_watch(lambda r, s: watch.monitor_trips(r.watch, s)),
    "telemetry-coordinator": _of_watch(lambda r, s: watch.coordinator_kept(r.watch, s)),
    "telemetry-summary-agrees": lambda d, u: summary.consistent(d["metrics-summary"]),
}
"""Every rule that is judged from documents alone."""


def red(documents: Documents, settings: Upgrade | None = None) -> dict[str, list[str]]:
    """The rules that the documents break, with what is said."""
    settings = settings or upgrade_settings()
    documents = {**documents, "reading": read_lines(documents["telemetry"])}
    found = {rule: judge(documents, settings) for rule, judge in JUDGES.items()}
    return {rule: problems for rule, problems in found.items() if problems}


def write(root: Path, documents: Documents | None = None) -> Path:
    """A workspace with all artifacts of an upgrade."""
    documents = everything() if documents is None else documents
    directory = root / "experiments/mcp/upgrade" / ID
    places = {
        **{name: directory / file for name, file in upgrade_settings().run_files.items()},
        **{name: root / file for name, file in upgrade_settings().workspace_files.items()},
        "rollback": root / "state/analytics/rollback_1.json", "flags": root / "flags.json",
    }  # fmt: skip
    for name, document in documents.items():
        places[name].parent.mkdir(parents=True, exist_ok=True)
        if name == "telemetry":
            places[name].write_text("".join(json.dumps(body) + "\n" for body in document))
        else:
            places[name].write_text(json.dumps(document))
    return root
