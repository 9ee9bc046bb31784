"""Judges of the two drills that stand before an upgrade: failover of the coordinator, and recovery of a task."""

from collections.abc import Iterator
from typing import Any, Final

from conformance.contracts.documents import problems_with
from conformance.contracts.reading import member, objects, quoted
from conformance.contracts.times import instant
from conformance.contracts.upgrade.settings import Upgrade

FAILOVER: Final = ["initial_state", "post_failover", "kill_switch_engaged", "post_rollback"]
RECOVERY: Final = {
    "task_created": None,
    "generic_failure": "retry",
    "context_limit_recovery": "checkpoint_and_retry",
    "second_context_limit": "fail_task",
}
"""The samples in their order -> the action that is taken."""
SAFETY: Final = {
    "initial_state": (False, None),
    "engaged_state": (True, "contain"),
    "final_state": (False, "stabilize"),
}
"""The states of the safety window -> whether the kill switch is on, and the mode."""


def failover(document: Any, settings: Upgrade) -> list[str]:
    """The backup takes over, nobody is available behind the kill switch, the primary comes back."""
    if found := problems_with(document, "failover-test"):
        return found
    samples = document["samples"]
    if (names := [sample["step"] for sample in samples]) != FAILOVER:
        return [f"the samples are {', '.join(map(quoted, names))}, expected {', '.join(FAILOVER)}"]
    return [*_coordinators(samples, settings), *_in_time(samples), *_summary(document["summary"], samples)]


def _coordinators(samples: list[dict[str, Any]], settings: Upgrade) -> Iterator[str]:
    expected = [
        (settings.primary, True, False), (settings.backup, True, False), (None, False, True),
        (settings.primary, True, False),
    ]  # fmt: skip
    for sample, (coordinator, available, switched) in zip(samples, expected, strict=True):
        seen = sample["coordinator"]
        if coordinator is not None and seen["type"] != coordinator:
            yield f"{sample['step']}: the coordinator is {quoted(seen['type'])}, expected {quoted(coordinator)}"
        if seen["available"] is not available:
            yield f"{sample['step']}: available is {quoted(seen['available'])}, expected {quoted(available)}"
        if sample["killSwitchEngaged"] is not switched:
            yield f"{sample['step']}: killSwitchEngaged is {quoted(not switched)}, expected {quoted(switched)}"


def _in_time(samples: list[dict[str, Any]]) -> Iterator[str]:
    times = [time for sample in samples if (time := instant(sample.get("timestamp"))) is not None]
    if times != sorted(times):
        yield "the times of the samples go back"


def _summary(summary: dict[str, Any], samples: list[dict[str, Any]]) -> Iterator[str]:
    for name, value in summary.items():
        if isinstance(value, bool) and not value:
            yield f"summary.{name} is false"
    latencies = [one.get(name) for one in samples for name in ("failoverLatencyMs", "additionalLatencyMs")]
    for latency in [summary.get("failoverLatencyMs"), *latencies]:
        if isinstance(latency, int | float) and latency < 0:
            yield f"a latency is {latency} ms, expected 0 or more"
    incidents, counted = summary.get("rollbackIncidentCount"), samples[-1].get("incidentCount")
    if incidents is not None and counted is not None and incidents != counted:
        yield f"summary.rollbackIncidentCount is {incidents}, expected {counted} as in the last sample"


def recovery(document: Any, settings: Upgrade) -> list[str]:
    """A retry, a retry from a checkpoint, then giving up; and a kill switch that goes on and off again."""
    if found := problems_with(document, "error-recovery"):
        return found
    samples = document["samples"]
    if (names := [sample["step"] for sample in samples]) != list(RECOVERY):
        return [f"the samples are {', '.join(map(quoted, names))}, expected {', '.join(RECOVERY)}"]
    return [
        *_actions(samples), *_checkpoint(document, samples[2]), *_safety(document["safety_window"], settings),
    ]  # fmt: skip


def _actions(samples: list[dict[str, Any]]) -> Iterator[str]:
    for sample, expected in zip(samples, RECOVERY.values(), strict=True):
        action = member(sample.get("action"), "action")
        if expected is not None and action != expected:
            yield f"{sample['step']}: the action is {quoted(action)}, expected {quoted(expected)}"


def _checkpoint(document: dict[str, Any], sample: dict[str, Any]) -> Iterator[str]:
    session = member(document["checkpoint"], "session_id")
    if sample.get("checkpointCreated") is not True or not session:
        yield "no checkpoint was made before the second try"
    elif sample.get("checkpointSession", session) != session:
        yield f"the checkpoint is {quoted(session)}, that of the sample {quoted(sample['checkpointSession'])}"


def _safety(window: dict[str, Any], settings: Upgrade) -> Iterator[str]:
    for name, (switched, mode) in SAFETY.items():
        state = window[name]
        if state["killSwitchEngaged"] is not switched:
            yield f"safety_window.{name}: killSwitchEngaged is {quoted(not switched)}, expected {quoted(switched)}"
        if mode is not None and state["mode"] != mode:
            yield f"safety_window.{name}: mode is {quoted(state['mode'])}, expected {mode}"
    final = window["final_state"]
    seconds = member(final.get("metadata"), "observation_window_seconds")
    if seconds != settings.observation_window_s:
        yield f"observation_window_seconds is {quoted(seconds)}, expected {settings.observation_window_s:g}"
    yield from _kept(window["engaged_state"], final)


def _kept(engaged: dict[str, Any], final: dict[str, Any]) -> Iterator[str]:
    kept = {quoted(incident.get("id")) for incident in objects(final.get("incidents"))}
    recorded = [quoted(incident.get("id")) for incident in objects(engaged.get("incidents"))]
    if not recorded:
        yield "no incident was recorded while the kill switch was on"
    yield from (f"the incident {id} is gone in the final state" for id in recorded if id not in kept)
    metadata = final.get("metadata")
    began = instant(member(metadata, "observation_started_at"))
    ended = instant(member(metadata, "rollback_completed_at"))
    if began is not None and ended is not None and ended < began:
        yield "rollback_completed_at is earlier than observation_started_at"


def snapshot_valid(document: Any) -> list[str]:
    found = problems_with(document, "worker-manager")
    recorded, stamp = instant(member(document, "recorded_at")), member(document, "recorded_at_ms")
    if recorded is not None and isinstance(stamp, int) and abs(recorded - stamp / 1000) > 1:
        found.append("recorded_at and recorded_at_ms are different times")
    limit, events = member(document, "event_limit"), objects(member(document, "events"))
    if isinstance(limit, int) and len(events) > limit:
        found.append(f"{len(events)} events, expected at most {limit}")
    return found


def status_true(document: Any, settings: Upgrade) -> list[str]:
    """The workers are called degraded exactly when one of the known reasons is there."""
    reasons = list(_reasons(document, settings))
    status = member(document, "status")
    if reasons and status == "healthy":
        return [f"status is healthy, yet {reason}" for reason in reasons]
    if not reasons and status == "degraded" and settings.executors == 0 and not objects(document["executors"]):
        return ["status is degraded, yet nothing in the snapshot calls for it"]
    return []


def _reasons(document: Any, settings: Upgrade) -> Iterator[str]:
    now = instant(member(document, "recorded_at"))
    active = member(document, "active")
    if not isinstance(active, dict):
        yield "there is no active worker"
    else:
        if active.get("status") != "ready":
            yield f"the active worker is {quoted(active.get('status'))}"
        if member(active.get("last_health"), "ok") is not True:
            yield "the active worker has no good health check"
        checked = instant(active.get("last_health_at"))
        if now is not None and checked is not None and now - checked > settings.health_age_s:
            yield "the last health check of the active worker is too old"
    exits = [instant(event.get("timestamp")) for event in objects(member(document, "events")) if _is_exit(event)]
    if now is not None and any(at is not None and now - at <= settings.exit_memory_s for at in exits):
        yield "a worker exited a short time ago"
    executors = objects(member(document, "executors"))
    if len(executors) < settings.executors:
        yield f"{len(executors)} of {settings.executors} executors are there"
    if any(executor.get("status") != "ready" for executor in executors):
        yield "an executor is not ready"


def _is_exit(event: dict[str, Any]) -> bool:
    return event.get("type") == "exit"


def ready_in_time(document: Any, settings: Upgrade) -> list[str]:
    """Every worker was ready soon after it was started."""
    found = []
    for worker in [member(document, "active"), member(document, "canary"), *objects(member(document, "executors"))]:
        began, ready = instant(member(worker, "spawned_at")), instant(member(worker, "ready_at"))
        now = instant(member(document, "recorded_at"))
        waited = ready is None and member(worker, "status") == "starting"
        ended = now if waited else ready
        if began is not None and ended is not None and ended - began > settings.ready_within_s:
            found.append(f"{quoted(member(worker, 'label'))} was not ready {ended - began:.1f} s after its start")
    return found


def snapshot_fresh(document: Any, settings: Upgrade, now: float) -> list[str]:
    """A live snapshot was just taken. `now` in seconds since 1970."""
    recorded = instant(member(document, "recorded_at"))
    if recorded is None or now - recorded <= settings.worker_snapshot_age_s:
        return []
    return [f"the snapshot is {now - recorded:.0f} s old, expected at most {settings.worker_snapshot_age_s:g} s"]
