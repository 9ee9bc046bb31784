"""Judges of the directory of an upgrade run: its five documents, and how they agree."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from conformance.contracts.documents import problems_with
from conformance.contracts.parity.normalising import Normalising, differences
from conformance.contracts.reading import member, objects, quoted
from conformance.contracts.times import instant
from conformance.contracts.upgrade.settings import Upgrade
from conformance.contracts.upgrade.words import is_number, word

SCHEMAS: Final = {
    "preflight": "preflight",
    "shadow": "shadow",
    "plan": "promotion-plan",
    "steps": "steps",
    "report": "upgrade-report",
}
GREEN: Final = frozenset({"ok", "passed"})
REPORT_STATUSES: Final = frozenset({"passed", "warning"})
BLOCKING: Final = frozenset({"failed", "pending"})
STEP_COUNTS: Final = {
    "passed_steps": "ok",
    "failed_steps": "failed",
    "skipped_steps": "skipped",
    "warning_steps": "warning",
}


def valid(documents: Mapping[str, Any]) -> list[str]:
    """Each document has the shape of its kind."""
    return [
        f"{name}: {problem}"
        for name, document in documents.items()
        for problem in problems_with(document, SCHEMAS[name])
    ]


def steps_counted(report: Any, steps: Any) -> list[str]:
    """The counters of the report are those of the steps."""
    summary = member(report, "summary")
    statuses = Counter(word(step, "status") for step in objects(steps))
    expected = {name: statuses[status] for name, status in STEP_COUNTS.items()}
    expected["total_steps"] = len(objects(steps))
    return [
        f"summary.{name} is {quoted(member(summary, name))}, expected {count} as in the steps"
        for name, count in sorted(expected.items())
        if _is_other(member(summary, name), count)
    ]


def shadow_counted(report: Any, shadow: Any) -> list[str]:
    """The counters and the status of the report are those of the shadow checks."""
    told, checks = member(report, "shadow_validation"), objects(shadow)
    failed = sum(not _ok(check) for check in checks)
    expected = {"total_checks": len(checks), "passed_checks": len(checks) - failed, "failed_checks": failed}
    found = [
        f"shadow_validation.{name} is {quoted(member(told, name))}, expected {count} as in the shadow checks"
        for name, count in expected.items()
        if _is_other(member(told, name), count)
    ]
    status = "warning" if failed else "passed"
    if member(report, "status") in REPORT_STATUSES and member(report, "status") != status:
        found.append(f"status is {quoted(member(report, 'status'))} with {failed} differing checks, expected {status}")
    return found


def _is_other(told: Any, count: int) -> bool:
    """Whether another number is told; what is no number is told by the shape of the document."""
    return is_number(told) and told != count


def ready_when_green(report: Any, shadow: Any) -> list[str]:
    """Nothing is called ready while a shadow check differs, or a gate failed or is still to come."""
    if member(member(report, "promotion"), "ready") is not True:
        return []
    return [f"promotion.ready is true, yet {why}" for why in _against(report, shadow)]


def promoted_when_ready(report: Any, plan: Any) -> list[str]:
    """What was promoted was ready, and all its gates were green."""
    promotion = member(report, "promotion")
    told = member(plan, "promote_performed"), member(member(promotion, "plan"), "promote_performed")
    if True not in told:
        return []
    found = [] if member(promotion, "ready") is True else ["promotion.ready is not true"]
    found += [f"the gate {name} is {quoted(value)}" for name, value in _gates(report) if value not in GREEN]
    return [f"the canary was promoted, yet {why}" for why in found]


def _against(report: Any, shadow: Any) -> Iterator[str]:
    failed = member(member(report, "shadow_validation"), "failed_checks")
    if any(not _ok(check) for check in objects(shadow)) or (isinstance(failed, int) and failed > 0):
        yield "a shadow check differs"
    yield from (f"the gate {name} is {quoted(value)}" for name, value in _gates(report) if value in BLOCKING)


def _gates(report: Any) -> list[tuple[str, str]]:
    gates = member(report, "gates")
    return [(name, word(gates, name)) for name in gates] if isinstance(gates, dict) else []


def skipped_not_ready(report: Any, steps: Any, preflight: Any, settings: Upgrade) -> list[str]:
    """A run that left out a build, a test or the preflight, or began with changes, is not called promotable."""
    if member(member(report, "promotion"), "ready") is not True:
        return []
    skipped = [word(step, "name") for step in objects(steps) if step.get("status") == "skipped"]
    found = [f"{name} was skipped" for name in skipped if name in settings.required_steps]
    dirty = member(member(preflight, "workspaceDirty"), "count")
    if settings.dirty_policy == "fail" and isinstance(dirty, int) and dirty > 0:
        found.append(f"the work tree had {dirty} changed files")
    return [f"promotion.ready is true, yet {why}" for why in found]


def in_order(steps: Any, settings: Upgrade) -> list[str]:
    """Each step ends after it began, and each phase begins after the one before it ended."""
    found = []
    before: tuple[str, float | None] | None = None
    by_name = {word(step, "name"): step for step in objects(steps)}
    for step in objects(steps):
        began, ended = instant(step.get("started_at")), instant(step.get("completed_at"))
        if began is not None and ended is not None and ended < began:
            found.append(f"{quoted(step.get('name'))} was completed before it started")
    for name in settings.phases:
        if name not in by_name:
            continue
        began, ended = instant(by_name[name].get("started_at")), instant(by_name[name].get("completed_at"))
        if before is not None and None not in (before[1], began) and began < before[1]:  # type: ignore[operator]
            found.append(f"{name} started before {before[0]} was completed")
        before = name, ended
    return found


def covered(shadow: Any, settings: Upgrade) -> list[str]:
    """Every part of the cycle was compared, unless a difference ended it."""
    checks = objects(shadow)
    if any(not _ok(check) for check in checks):
        return []
    names = {word(check, "name") for check in checks}
    return [
        f"{part} is not compared (by none of {', '.join(accepted)})"
        for part, accepted in settings.shadow_checks.items()
        if not names & set(accepted)
    ]


def stopped(shadow: Any) -> list[str]:
    """After the first difference nothing more is compared."""
    checks = objects(shadow)
    first = next((number for number, check in enumerate(checks) if not _ok(check)), len(checks))
    later = checks[first + 1 :]
    return [f"{len(later)} checks follow {quoted(checks[first].get('name'))}, which differs"] if later else []


def compared_rightly(shadow: Any, settings: Normalising) -> list[str]:
    """A check is called equal exactly when its two sides are, where both sides are kept."""
    found = []
    for check in objects(shadow):
        diff = member(check, "diff")
        if not isinstance(diff, dict) or "active" not in diff or "canary" not in diff or diff.get("error"):
            continue
        seen = differences(diff["active"], diff["canary"], settings)
        if _ok(check) and seen:
            found.append(f"{quoted(check.get('name'))} is called equal, yet {seen[0]}")
        elif not _ok(check) and not seen:
            found.append(f"{quoted(check.get('name'))} is called different, yet both sides are equal")
    return found


def summarised(summary: Any, shadow: Any) -> list[str]:
    """The short form has the number of differences, and their place exactly if there are any."""
    found = problems_with(summary, "upgrade-shadow")
    if found:
        return found
    failed = sum(not _ok(check) for check in objects(shadow))
    count, path = summary["diff_count"], summary["diff_path"]
    if shadow is not None and count != failed:
        found.append(f"diff_count is {count}, expected {failed} as in the shadow checks")
    if (path is None) != (count == 0):
        found.append(f"diff_path is {quoted(path)} with diff_count {count}")
    return found


def failed_honestly(report: Any, steps: Any, preflight: Any, settings: Upgrade) -> list[str]:
    """A run with a failed step or preflight, or a difference that ends it, has no report that calls it passed."""
    if member(report, "status") not in ("passed", "warning"):
        return []
    failed = [step.get("name") for step in objects(steps) if step.get("status") == "failed"]
    found = [f"the report says {report['status']}, yet {quoted(name)} failed" for name in failed]
    if member(preflight, "ok") is False:
        found.append(f"the report says {report['status']}, yet the preflight failed")
    if settings.divergence == "abort" and report["status"] == "warning":
        found.append("the report says warning, yet a difference ends a run")
    return found


def workspaces_apart(shadow: Any, workers: Any) -> list[str]:
    """The canary works in a place of its own."""
    return [
        f"{place}: active and canary share the workspace"
        for place, active, canary in _sides(shadow, workers)
        if member(active, "workspaceRoot") and member(active, "workspaceRoot") == member(canary, "workspaceRoot")
    ]


def knows_workspaces(shadow: Any, workers: Any) -> bool:
    """Whether anything tells where both of them work."""
    return any(
        member(active, "workspaceRoot") and member(canary, "workspaceRoot")
        for _, active, canary in _sides(shadow, workers)
    )


def _sides(shadow: Any, workers: Any) -> Iterator[tuple[str, Any, Any]]:
    """What is known of both: where it is told, and what the active and the canary say of themselves."""
    for check in objects(shadow):
        diff = member(check, "diff")
        yield f"shadow check {check.get('name')}", member(diff, "active"), member(diff, "canary")
    active, canary = (member(member(workers, role), "last_health") for role in ("active", "canary"))
    yield "worker snapshot", active, canary


def _ok(check: Mapping[str, Any]) -> bool:
    return check.get("ok") is True
