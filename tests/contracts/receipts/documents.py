"""Receipts, packets and summaries as they were found in the field, cut down."""

import copy
from collections.abc import Callable
from typing import Any

from conformance.contracts.paths import with_path

Document = dict[str, Any]

CONNECTORS = ("operator_api", "operator_upload", "crown_handshake")
ROTATED = "2025-09-21T12:25:30Z"
EXPIRES = "2025-09-23T12:25:30Z"
WINDOW_ID = "20250921T122530Z-PT48H"


def old_receipt() -> Document:
    """Of an early version: no endpoints, no ledger, no traces."""
    session = {"id": "stage-b-session", "credential_expiry": EXPIRES}
    contexts = [{"name": "stage-b-rehearsal", "status": "accepted"}]
    return {
        "stage": "B",
        "targets": list(CONNECTORS),
        "services": {
            "operator_api": {"session": session, "accepted_contexts": contexts},
            "operator_upload": {"session_reused": True, "notes": "shared"},
            "crown_handshake": {"version": "0.2.5", "module": "/srv/crown.py"},
        },
        "handshake": {
            "authenticated": True,
            "session": session,
            "accepted_contexts": contexts,
            "echo": {"rotation": {"last_rotated": "2025-09-21T12:25:29Z"}},
        },
        "heartbeat": {"payload": {"event": "stage-b-smoke"}, "credential_expiry": EXPIRES},
        "doctrine_ok": True,
        "doctrine_failures": [],
    }


def receipt() -> Document:
    line = {"rotated_at": ROTATED, "window_hours": 48, "traces": {"grpc": {"metadata": {"recorded_at": ROTATED}}}}
    return {
        **old_receipt(),
        "endpoints": {"gateway": "http://localhost:8001"},
        "rotation_ledger": {name: {"connector_id": name, **line} for name in CONNECTORS},
        "trial_traces": {name: {} for name in CONNECTORS},
    }


def request(connector: str) -> Document:
    return {
        "identity": {"connector_id": connector, "version": "0.1.0", "instance": "local"},
        "supported_contexts": [{"name": "stage-b-rehearsal", "channels": ["handshake"], "capabilities": ["register"]}],
        "rotation": {
            "last_rotated": ROTATED, "rotation_window": "PT48H", "supports_hot_swap": True, "token_hint": "operator",
        },
    }  # fmt: skip


def beat() -> Document:
    return {
        "status": "aligned", "chakra": "operator", "cycle_count": 0, "context": "stage-b-rehearsal",
        "credential_expiry": EXPIRES, "emitted_at": ROTATED,
    }  # fmt: skip


def packet() -> Document:
    connectors = {
        name: {
            "connector_id": name,
            "module": f"connectors.{name}",
            "handshake_request": request(name),
            "handshake_response": {"authenticated": True, "accepted_contexts": ["stage-b-rehearsal"]},
            "heartbeat_request": beat(),
            "heartbeat_payload": beat(),
            "doctrine_ok": True,
            "doctrine_failures": [],
        }
        for name in CONNECTORS
    }
    return {"generated_at": ROTATED, "stage": "B", "context": "stage-b-rehearsal", "connectors": connectors}


def summary() -> Document:
    """Of a rotation, as it is written today."""
    window = {"window_id": WINDOW_ID, "started_at": ROTATED, "expires_at": EXPIRES, "duration": "PT48H"}
    return {
        **plain_summary(),
        "metrics": {"stage": "B", "doctrine_ok": True, "doctrine_failures": [], "rotation_window": window},
    }


def plain_summary() -> Document:
    """Of another run, or made by hand."""
    return {
        "status": "success",
        "run_id": "20250921T122530Z-stage_b3_connector_rotation",
        "returncode": 0,
        "started_at": "2025-09-21T12:25:30.412000+00:00",
        "completed_at": "2025-09-21T12:25:31.692000+00:00",
        "duration_seconds": 1.28,
        "summary": "Rotated",
        "stderr_tail": [],
    }


def failed_summary() -> Document:
    return {**plain_summary(), "status": "error", "returncode": 1, "error": "exited with code 1"}


def rehearsal() -> Document:
    """One whose health checks were skipped."""
    return {
        "run_id": "20250921T122529Z",
        "generated_at": "2025-09-21T12:25:29Z",
        "health_checks": {"ok": None, "results": [], "raw": {}, "skipped": True},
        "stage_b_smoke": {"ok": True, "doctrine_ok": True, "result": receipt()},
        "rotation_drills": {"ok": True, "new_entries": [], "total_entries": 11, "missing": [], "expected": []},
        "overall_ok": True,
    }


def gauges(rotated: float | None = None) -> bytes:
    names = ("run_status", "health_status", "stage_b_smoke_success", "stage_b_smoke_doctrine_ok", "rotation_status")
    text = [f"# TYPE stage_b_rehearsal_{name} gauge\nstage_b_rehearsal_{name} 1\n" for name in names]
    text += ["stage_b_rehearsal_rotation_entries_total 11\n", "stage_b_rehearsal_rotation_entries_recorded 3\n"]
    text += [f'stage_b_rehearsal_rotation_entry{{connector_id="{name}"}} 1\n' for name in CONNECTORS]
    if rotated is not None:
        text += [f'stage_b_rehearsal_rotation_timestamp_seconds{{connector_id="operator_api"}} {rotated}\n']
    return "".join(text).encode()


def changed(document: Document, path: str, value: Any) -> Document:
    """A copy with the member at a path set; `...` takes it out."""
    return with_path(copy.deepcopy(document), path, None if value is ... else value)


Make = Callable[[], Document]
