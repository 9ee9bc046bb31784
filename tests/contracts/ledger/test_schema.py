"""The schema of a line says what the linter says."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from conformance.contracts.ledger import shape
from conformance.contracts.ledger.entry import entry as entry_of
from conformance.contracts.ledger.rules import utc
from conformance.contracts.ledger.settings import LedgerSettings
from conformance.contracts.times import DURATION, TIMESTAMP, UTC_TIMESTAMP, instant
from conformance.protocol.schemas import schema_root
from tests.contracts.ledger.building import Body, changed, entry, minimal, traced

FORMATS = FormatChecker(formats=())
FORMATS.checks("date-time")(lambda value: not isinstance(value, str) or instant(value) is not None)
SCHEMA: dict[str, Any] = json.loads((schema_root() / "contracts/ledger-entry.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=FORMATS)
LINE = traced()

PATHS = [
    "connector_id", "rotated_at", "window_hours", "rotation_window", "rotation_window.window_id",
    "rotation_window.started_at", "rotation_window.expires_at", "rotation_window.duration", "credential_window",
    "credential_window.issued_at", "credential_window.duration", "credential_window.rotation_window_id",
    "context_status", "context_status.stage-b-rehearsal", "context_status.stage-b-rehearsal.status",
    "context_status.stage-b-rehearsal.evidence_path", "context_status.other", "traces", "traces.rest",
    "traces.rest.checksum", "traces.rest.normalized", "traces.rest.response", "traces.grpc", "traces.grpc.metadata",
    "traces.grpc.metadata.parity_checksum", "traces.grpc.response.handshake_equivalent", "rotation_summary",
    "credential_expiry", "stage_b_run_id", "unknown",
]  # fmt: skip
VALUES: list[Any] = [
    ..., None, True, 0, 48, 48.0, 47.5, "", " ", "x", "PT48H", "P2D", "P", "PT", "P1W", "PT1.5S", "0" * 64, "0" * 63,
    "2025-09-21T12:24:09Z", "2025-09-21T12:24:09+02:00", "2025-09-21T12:24:09", "2025-02-30T12:24:09Z",
    "2025-09-21T12:24:60Z", "2025-09-21T12:24:09." + "1" * 60 + "Z", [], {}, {"status": "accepted"},
]  # fmt: skip


def linter_accepts(body: Body) -> bool:
    problems = [
        *shape.core(body), *utc(entry_of(1, body), LedgerSettings()), *shape.rotation_window(body),
        *shape.credential_window(body), *shape.context_status(body), *shape.traces(body),
        *shape.credential_expiry(body),
    ]  # fmt: skip
    return not problems


@pytest.mark.parametrize("body", [minimal(), entry(), traced()])
def test_forms_from_the_field_are_valid(body: Body) -> None:
    assert VALIDATOR.is_valid(body)
    assert linter_accepts(body)


@pytest.mark.parametrize("path", PATHS)
def test_schema_and_linter_agree(path: str) -> None:
    present = not (path.endswith("other") or path == "unknown")
    bodies = [changed(LINE, path, value) for value in VALUES if value is not ... or present]

    assert [VALIDATOR.is_valid(body) for body in bodies] == [linter_accepts(body) for body in bodies]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(LINE)), st.sampled_from(VALUES[1:])), max_size=3))
def test_schema_and_linter_agree_on_several_changes(changes: list[tuple[str, Any]]) -> None:
    body = LINE
    for path, value in changes:
        body = changed(body, path, value)

    assert VALIDATOR.is_valid(body) == linter_accepts(body)


def test_the_schema_has_the_patterns_of_the_linter() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    definitions = SCHEMA["$defs"]

    assert SCHEMA["properties"]["rotated_at"]["pattern"] == UTC_TIMESTAMP
    assert definitions["time"]["pattern"] == TIMESTAMP
    assert definitions["duration"]["pattern"] == DURATION
    assert set(SCHEMA["properties"]) == LedgerSettings().known_members
