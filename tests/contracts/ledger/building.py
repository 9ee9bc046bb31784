"""Builds ledgers and lints them."""

import copy
import io
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from conformance.contracts.ledger.findings import Finding
from conformance.contracts.ledger.lint import Linter
from conformance.contracts.ledger.settings import LedgerSettings
from conformance.contracts.ledger.source import lines
from conformance.contracts.ledger.traces import checksum

Body = dict[str, Any]

START = datetime(2025, 9, 21, 12, 24, 9, tzinfo=UTC)
WINDOW = timedelta(hours=48)
NOW = START + timedelta(hours=1)
CONNECTORS = ("operator_api", "operator_upload", "crown_handshake")
STRICT = LedgerSettings(strict_profile=True)


def stamp(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%SZ}"


def minimal(connector: str = CONNECTORS[0], rotated: datetime = START) -> Body:
    return {"connector_id": connector, "rotated_at": stamp(rotated), "window_hours": 48}


def entry(connector: str = CONNECTORS[0], rotated: datetime = START) -> Body:
    """As lines are written today."""
    window_id = f"{rotated:%Y%m%dT%H%M%SZ}-PT48H"
    begins, ends = stamp(rotated), stamp(rotated + WINDOW)
    return {
        **minimal(connector, rotated),
        "rotation_window": {"window_id": window_id, "started_at": begins, "expires_at": ends, "duration": "PT48H"},
        "credential_window": {
            "issued_at": begins, "expires_at": ends, "duration": "P2D", "rotation_window_id": window_id,
        },
    }  # fmt: skip


def traced(connector: str = CONNECTORS[0], rotated: datetime = START) -> Body:
    """With everything that a line was ever seen to hold."""
    contexts = [{"name": "stage-c-prep", "accepted_via": "drill"}, "stage-b-rehearsal"]
    rotation = {"connector_id": connector, "last_rotated": stamp(rotated), "rotation_window": "PT48H"}
    session = {"id": "s-1", "credential_expiry": stamp(rotated + WINDOW)}
    normalized = {
        "authenticated": True,
        "session": session,
        "accepted_contexts": [{"name": "stage-b-rehearsal", "status": "accepted"}, {"name": "stage-c-prep"}],
        "rotation": rotation,
        "echo": {"rotation": rotation},
    }
    response = {
        "authenticated": True, "session": {**session, "region": "eu"}, "accepted_contexts": contexts,
        "rotation": {**rotation, "window_id": None}, "echo": {"rotation": rotation, "identity": {}},
    }  # fmt: skip
    request = {
        "identity": {"connector_id": connector},
        "rotation": {"token_hint": "operator", "credentials": {"type": "bearer", "token": "<redacted>"}},
    }
    return {
        **entry(connector, rotated),
        "context_status": {"stage-b-rehearsal": {"status": "accepted", "evidence_path": "/srv/evidence.json"}},
        "traces": {
            "rest": {
                "method": "POST", "endpoint": "http://localhost:8001/handshake", "request": request,
                "response": response, "normalized": normalized, "checksum": checksum(normalized),
            },
            "grpc": {
                "response": {"handshake_equivalent": normalized},
                "metadata": {"parity_checksum": checksum(normalized), "mode": "trial"},
            },
        },
        "stage_b_run_id": f"{rotated:%Y%m%dT%H%M%SZ}-rotation",
        "rotation_summary": "Rotated operator_api (doctrine ok)",
        "credential_expiry": stamp(rotated + WINDOW),
    }  # fmt: skip


def rotation(rotated: datetime = START) -> list[Body]:
    """One line of each connector."""
    return [entry(connector, rotated) for connector in CONNECTORS]


def changed(body: Body, path: str, value: Any) -> Body:
    """A copy with the member at `path`, as in `traces.rest.checksum`, set; `...` removes it."""
    body = copy.deepcopy(body)
    *parents, name = path.split(".")
    inner = body
    for parent in parents:
        inner = inner[parent]
    if value is ...:
        del inner[name]
    else:
        inner[name] = value
    return body


def text(bodies: Iterable[Body]) -> bytes:
    return b"".join(json.dumps(body).encode() + b"\n" for body in bodies)


def lint(
    ledger: bytes | Iterable[Body],
    settings: LedgerSettings = STRICT,
    now: datetime = NOW,
    before: bytes | None = None,
) -> list[Finding]:
    data = ledger if isinstance(ledger, bytes) else text(ledger)
    earlier = None if before is None else lines(io.BytesIO(before), settings.max_line_bytes)
    linter = Linter(settings, now.timestamp(), earlier)
    return list(linter.judge(lines(io.BytesIO(data), settings.max_line_bytes)))


def found(*arguments: Any, **named: Any) -> list[tuple[str, str, int | None]]:
    """Clause, severity and line of each finding."""
    return [finding[:3] for finding in lint(*arguments, **named)]
