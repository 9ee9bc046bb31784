"""Each rule that is judged from artifacts finds its defect, and no other rule is blamed for it."""

from typing import Any

import msgspec
import pytest

from conformance.contracts.rules import load
from conformance.contracts.upgrade import preflight
from tests.contracts.upgrade.building import (
    ID,
    JUDGES,
    Documents,
    a_failed_preflight,
    a_snapshot_line,
    changed,
    everything,
    red,
    stamp,
    telemetry,
    upgrade_settings,
)  # fmt: skip

ON_FILES = {"upgrade-lock-released", "upgrade-run-complete", "upgrade-milestones-present"}
"""Rules about what is there at all; see test_suite."""

FAILED = changed(everything(), "preflight", a_failed_preflight())
"""The preflight failed, so everything that stands on it is red as well."""

DIFFERING = {"name": "verify", "ok": False, "diff": {"active": {"a": 1}, "canary": {"a": 2}}}


def with_shadow(checks: list[Any], failed: int) -> Documents:
    """A run whose report tells of its shadow checks as it should."""
    told = {"total_checks": len(checks), "passed_checks": len(checks) - failed, "failed_checks": failed}
    run = changed(changed(everything(), "shadow", checks), "report.shadow_validation", told)
    run = changed(run, "report.promotion.ready", failed == 0)
    run = changed(changed(run, "report.status", "warning" if failed else "passed"), "plan.promote_performed", False)
    run = changed(run, "report.promotion.plan.promote_performed", False)
    summary = {**run["shadow-summary"], "diff_count": failed, "diff_path": "shadow.json" if failed else None}
    return changed(run, "shadow-summary", summary)


def lines(**members: Any) -> Documents:
    """Telemetry in which the second minute is different."""
    bodies = [a_snapshot_line(at, **(members if 100 <= at < 230 else {})) for at in range(0, 605, 5)]
    return changed(everything(), "telemetry", bodies)


def provider(name: str, value: Any) -> Documents:
    return changed(everything(), f"telemetry.3.costMetrics.providers.codex.{name}", value)


SLOW = [{**one, "started_at": stamp(300), "completed_at": stamp(310)} for one in everything()["steps"][4:5]]

DEFECTS = [
    ("upgrade-preflight-valid", changed(everything(), "preflight.logs.0.status", "ok")),
    ("upgrade-preflight-valid", changed(everything(), "preflight.versions.0.satisfies", ...)),
    ("upgrade-preflight-valid", changed(everything(), "preflight.logs.2.timestamp", "yesterday")),
    ("upgrade-preflight-checks-complete", changed(everything(), "preflight.logs.4", ...)),
    ("upgrade-preflight-checks-complete", changed(everything(), "preflight.logs", lambda logs: logs[::-1])),
    ("upgrade-preflight-gates-ordered", changed(everything(), "preflight.gates", lambda gates: gates[::-1])),
    ("upgrade-preflight-gates-ordered", changed(everything(), "preflight.gates.3", ...)),
    ("upgrade-preflight-failure-told", changed(FAILED, "preflight.failedCheck", "disk_space")),
    ("upgrade-preflight-failure-told", changed(FAILED, "preflight.logs.0.status", "failed")),
    ("upgrade-preflight-failure-told", changed(FAILED, "preflight.error", "oops")),
    ("upgrade-preflight-failure-told", changed(FAILED, "preflight.logs", lambda logs: logs[::-1])),
    ("upgrade-preflight-versions-true", changed(everything(), "preflight.versions.1.constraint", ">=12.0.0")),
    ("upgrade-preflight-versions-true", changed(everything(), "preflight.versions.0.detected", "24.9.0")),
    ("upgrade-run-directory-named", changed(everything(), "report.upgrade_id", "2025-10-12T23-54-14-942Z")),
    ("upgrade-gates-repeat-preflight", changed(everything(), "gates.ok", False)),
    ("upgrade-gates-repeat-preflight", changed(everything(), "gates.artifact", "x/2025-10-12T23-54-14-942Z/p.json")),
    ("upgrade-gates-repeat-preflight", changed(everything(), "gates.gates.0.status", "passed")),
    ("upgrade-run-documents-valid", changed(everything(), "plan.steps", "promote")),
    ("upgrade-run-documents-valid", changed(everything(), "steps.0.completed_at", ...)),
    ("upgrade-report-counts-steps", changed(everything(), "report.summary.passed_steps", 6)),
    ("upgrade-report-counts-steps", changed(everything(), "report.summary.total_steps", 8)),
    ("upgrade-report-counts-shadow", changed(everything(), "report.shadow_validation.passed_checks", 7)),
    ("upgrade-report-counts-shadow", changed(everything(), "report.status", "warning")),
    ("upgrade-ready-when-green", changed(with_shadow([*everything()["shadow"][:4], DIFFERING], 1),
                                         "report.promotion.ready", True)),
    ("upgrade-ready-when-green", changed(changed(with_shadow(everything()["shadow"], 0),
                                         "report.gates.test_canary", "pending"), "plan.promote_performed", False)),
    ("upgrade-promoted-when-ready", changed(everything(), "report.promotion.ready", False)),
    ("upgrade-promoted-when-ready", changed(everything(), "report.gates.build_canary", "skipped")),
    ("upgrade-steps-in-order", changed(everything(), "steps.4.started_at", stamp(5))),
    ("upgrade-steps-in-order", changed(everything(), "steps.2.completed_at", stamp(5))),
    ("upgrade-steps-in-order", changed(everything(), "steps.4", SLOW[0])),
    ("upgrade-shadow-covers", with_shadow([{"name": name, "ok": True} for name in ("health", "plan", "verify")], 0)),
    ("upgrade-shadow-stops", with_shadow([DIFFERING, {"name": "plan", "ok": True}], 1)),
    ("upgrade-shadow-compared-rightly", with_shadow([*everything()["shadow"], {**DIFFERING, "ok": True}], 0)),
    ("upgrade-shadow-compared-rightly", with_shadow([{**DIFFERING, "diff": {"active": {"pid": 1}, "canary": {}}}], 1)),
    ("upgrade-shadow-summarised", changed(everything(), "shadow-summary.diff_count", 1)),
    ("upgrade-shadow-summarised", changed(everything(), "shadow-summary.diff_path", "shadow.json")),
    ("upgrade-canary-workspace-apart", changed(everything(), "workers.canary.last_health.workspaceRoot",
                                               "/srv/workspace")),
    ("upgrade-rollback-recorded", changed(everything(), "rollback.decision.reason", ...)),
    ("upgrade-rollback-recorded", changed(everything(), "rollback", {"rollback": {"reason": "RSS", "at": stamp()}})),
    ("upgrade-rollback-evidence-agrees", changed(everything(), "rollback.decision.failureCount", 2)),
    ("upgrade-rollback-evidence-agrees", changed(everything(), "rollback.decision.errorRate", 0.5)),
    ("upgrade-rollback-evidence-agrees", changed(everything(), "rollback.decision.evidence.failurePattern", "healthy")),
    ("upgrade-rollback-evidence-agrees", changed(everything(), "rollback.timestamp", stamp(-1))),
    ("upgrade-rollback-flags-reset", changed(everything(), "flags.DISABLE_NEW", "0")),
    ("upgrade-rollback-flags-reset", changed(everything(), "flags.PROMPT_MODE", "verbose")),
    ("upgrade-failover-drill", changed(everything(), "failover.samples.1.coordinator.type", "claude_code")),
    ("upgrade-failover-drill", changed(everything(), "failover.samples.2.coordinator.available", True)),
    ("upgrade-failover-drill", changed(everything(), "failover.samples.3.killSwitchEngaged", True)),
    ("upgrade-failover-drill", changed(everything(), "failover.summary.rollbackRestoredClaude", False)),
    ("upgrade-failover-drill", changed(everything(), "failover.summary.failoverLatencyMs", -1)),
    ("upgrade-failover-drill", changed(everything(), "failover.samples.2", ...)),
    ("upgrade-recovery-drill", changed(everything(), "recovery.samples.2.checkpointCreated", False)),
    ("upgrade-recovery-drill", changed(everything(), "recovery.samples.3.action.action", "retry")),
    ("upgrade-recovery-drill", changed(everything(), "recovery.safety_window.engaged_state.mode", "stabilize")),
    ("upgrade-recovery-drill", changed(everything(), "recovery.safety_window.final_state.incidents", [])),
    ("upgrade-recovery-drill", changed(
        everything(), "recovery.safety_window.final_state.metadata.observation_window_seconds", 60)),
    ("upgrade-workers-valid", changed(everything(), "workers.recorded_at_ms", 1)),
    ("upgrade-workers-valid", changed(everything(), "workers.event_limit", 0)),
    ("upgrade-workers-status-true", changed(everything(), "workers.status", "degraded")),
    ("upgrade-workers-ready-in-time", changed(everything(), "workers.canary.ready_at", stamp(-79))),
    ("upgrade-workers-status-true", changed(everything(), "workers.active.last_health_at", stamp(-400))),
    ("upgrade-workers-status-true", changed(everything(), "workers.events.0.type", "exit")),
    ("telemetry-lines-valid", changed(everything(), "telemetry.7.mode", ...)),
    ("telemetry-lines-valid", changed(everything(), "telemetry.7.queueLength", "3")),
    ("telemetry-lines-valid", changed(everything(), "telemetry.7.timestamp", "2025-10-22 20:20:00")),
    ("telemetry-values-in-range", changed(everything(), "telemetry.7.avgQuality", 95)),
    ("telemetry-values-in-range", changed(everything(), "telemetry.7.queueLength", -1)),
    ("telemetry-times-in-order", changed(everything(), "telemetry", lambda all_: [all_[1], all_[0], *all_[2:]])),
    ("telemetry-alerts-agree", changed(everything(), "telemetry.3.costMetrics.alerts.1", ...)),
    ("telemetry-pressure-agrees", changed(everything(), "telemetry.3.budgetPressure", "normal")),
    ("telemetry-utilisation-agrees", provider("hourlyUtilizationPercent", 12)),
    ("telemetry-fresh", changed(everything(), "telemetry", [*telemetry()[:30], *telemetry()[100:]])),
    ("telemetry-error-budget", lines(validation={"recentFailureRate": 0.06})),
    ("telemetry-memory", lines(resources={"memoryUsageMb": 600})),
    ("telemetry-summary-agrees", changed(everything(), "metrics-summary.executions.successes", 8)),
    ("telemetry-summary-agrees", changed(everything(), "metrics-summary.executions.tokens.total", 100)),
    ("telemetry-summary-agrees", changed(everything(), "metrics-summary.operations.modes_seen.balance", 9)),
    ("telemetry-summary-agrees", changed(everything(), "metrics-summary.version", 2)),
    ("telemetry-summary-agrees", changed(everything(), "metrics-summary.usage", ...)),
]  # fmt: skip

TOGETHER = {
    "upgrade-preflight-valid": {"upgrade-preflight-checks-complete"},
    "upgrade-preflight-gates-ordered": {"upgrade-gates-repeat-preflight"},
    "upgrade-preflight-failure-told": {"upgrade-preflight-passed", "upgrade-failure-not-passed",
                                       "upgrade-gates-repeat-preflight"},
    "upgrade-run-documents-valid": {"upgrade-steps-in-order"},
}  # fmt: skip
"""What is red for a defect because it follows from it."""


def test_a_healthy_upgrade_is_clean() -> None:
    assert red(everything()) == {}


@pytest.mark.parametrize(("rule", "documents"), DEFECTS, ids=[f"{n}-{rule}" for n, (rule, _) in enumerate(DEFECTS)])
def test_a_defect_is_found_by_its_rule_alone(rule: str, documents: Documents) -> None:
    found = red(documents)

    assert rule in found
    assert found.keys() - {rule} <= TOGETHER.get(rule, set()), found


def test_what_follows_from_a_failed_preflight() -> None:
    assert set(red(FAILED)) == {
        "upgrade-preflight-passed", "upgrade-failure-not-passed", "upgrade-gates-repeat-preflight",
    }  # fmt: skip


def test_a_version_that_does_not_satisfy_fails_its_check() -> None:
    waved = changed(everything(), "preflight.versions.1", lambda one: {**one, "detected": "9.0.0", "satisfies": False})

    assert "upgrade-preflight-versions-counted" in red(waved)


def test_a_rate_over_the_second_threshold_trips_both() -> None:
    found = red(lines(validation={"recentFailureRate": 0.4}))

    assert set(found) == {"telemetry-error-budget", "telemetry-monitor"}


def test_a_backup_that_stays_is_no_failover() -> None:
    bodies = [a_snapshot_line(at, coordinatorType="codex" if at > 200 else "claude_code") for at in range(0, 605, 5)]

    assert set(red(changed(everything(), "telemetry", bodies))) == {"telemetry-coordinator"}


@pytest.mark.parametrize(("name", "named"), [(ID, True), ("canary-7", True), ("latest", False)])
def test_a_run_is_called_like_its_upgrade_or_by_its_time(name: str, named: bool) -> None:
    assert (not preflight.directory_named(name, "canary-7")) is named


@pytest.mark.parametrize(
    ("documents", "rule"),
    [
        (everything() | {"report": [everything()["report"]]}, "upgrade-run-documents-valid"),
        (changed(everything(), "report.status", "PASSED"), "upgrade-run-documents-valid"),
        (changed(everything(), "report.summary", None), "upgrade-run-documents-valid"),
        (changed(everything(), "preflight.ok", "true"), "upgrade-preflight-valid"),
    ],
)
def test_a_wrong_shape_is_not_told_by_the_counters_as_well(documents: Documents, rule: str) -> None:
    found = red(documents)

    assert rule in found
    assert not {one for one in found if "counts" in one or "failure-told" in one}


def test_a_run_that_skipped_its_tests_is_not_ready() -> None:
    run = changed(changed(everything(), "steps.5.status", "skipped"), "report.gates.test_canary", "skipped")
    run = changed(changed(run, "report.summary.passed_steps", 6), "report.summary.skipped_steps", 1)

    assert set(red(run)) == {"upgrade-skipped-not-promotable", "upgrade-promoted-when-ready"}


@pytest.mark.parametrize(("setting", "rule"), [
    ({"divergence": "abort"}, "upgrade-failure-not-passed"),
    ({"dirty_policy": "fail"}, "upgrade-preflight-clean-tree"),
])  # fmt: skip
def test_what_a_profile_can_forbid(setting: dict[str, str], rule: str) -> None:
    differing = with_shadow([*everything()["shadow"][:4], DIFFERING], 1)
    documents = changed(differing, "preflight.workspaceDirty", {"count": 3, "entries": [" M a"]})

    assert rule in red(documents, msgspec.structs.replace(upgrade_settings(), **setting))
    assert red(documents) == {}


def test_every_offline_rule_is_tested() -> None:
    offline = {
        rule.id
        for rule in load().values()
        if rule.contract in ("upgrade", "telemetry") and rule.safety == "offline" and rule.id not in ON_FILES
    }

    assert offline == JUDGES.keys()
