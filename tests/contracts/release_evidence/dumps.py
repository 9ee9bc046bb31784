"""Dumps of a cluster, as kubectl prints them."""

from typing import Any

NOW = 1_768_700_000.0
"""2026-01-18T01:33:20Z."""


def listed(*items: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "List", "items": list(items)}


def pod(
    name: str = "semantic-1", *, phase: str = "Running", ready: str = "True", image: str = "mcp/semantic:v3.0.0",
    restarts: int = 0, owner: str = "ReplicaSet",
) -> dict[str, Any]:  # fmt: skip
    return {
        "kind": "Pod",
        "metadata": {"name": name, "ownerReferences": [{"kind": owner, "name": "owner"}]},
        "spec": {"containers": [{"name": "semantic", "image": image}]},
        "status": {
            "phase": phase,
            "conditions": [{"type": "Ready", "status": ready}],
            "containerStatuses": [{"name": "semantic", "restartCount": restarts}],
        },
    }


def deployment(**status: int) -> dict[str, Any]:
    counted = {"observedGeneration": 2, "replicas": 3, "updatedReplicas": 3, "availableReplicas": 3, **status}
    return {
        "kind": "Deployment",
        "metadata": {"name": "semantic", "generation": 2},
        "spec": {"replicas": 3, "template": {"spec": template()}},
        "status": counted,
    }


def template() -> dict[str, Any]:
    variables = [{"name": "CACHE_SIZE", "value": "10000"}, {"name": "SECRET", "valueFrom": {}}]
    return {
        "securityContext": {"runAsNonRoot": True},
        "containers": [{"name": "semantic", "image": "mcp/semantic:v3.0.0", "env": variables}],
    }


def job(name: str, started: str, *, done: str | None, ended: str | None = None, active: int = 0) -> dict[str, Any]:
    conditions = [{"type": done, "status": "True"}] if done else []
    times = {"startTime": started, **({"completionTime": ended} if ended else {})}
    return {
        "kind": "Job",
        "metadata": {"name": name},
        "status": {**times, "conditions": conditions, **({"active": active} if active else {})},
    }
