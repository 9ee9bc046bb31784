"""What one line has to be by itself: for each clause lines that break it, and odd ones that do not."""

from datetime import timedelta
from typing import Any

import pytest

from conformance.contracts.ledger.settings import LedgerSettings
from tests.contracts.ledger.building import (
    CONNECTORS,
    NOW,
    START,
    STRICT,
    WINDOW,
    Body,
    changed,
    entry,
    found,
    lint,
    minimal,
    rotation,
    stamp,
    traced,
)  # fmt: skip

PORTABLE = LedgerSettings()
EMPTY_CHECKSUM = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def history(body: Body) -> list[Body]:
    """A ledger in which the line is the second, and not the latest."""
    return [entry(), body, *rotation()[1:]]


@pytest.mark.parametrize(
    ("clause", "path", "value", "said"),
    [
        ("C-ABZU-072", "connector_id", ..., "connector_id is missing"),
        ("C-ABZU-072", "connector_id", 7, "connector_id is 7, expected the name"),
        ("C-ABZU-072", "connector_id", " ", 'connector_id is " "'),
        ("C-ABZU-072", "rotated_at", ..., "rotated_at is missing, expected a timestamp"),
        ("C-ABZU-072", "rotated_at", 1758457449, "rotated_at is 1758457449"),
        ("C-ABZU-072", "window_hours", ..., "window_hours is missing"),
        ("C-ABZU-072", "window_hours", "48", 'window_hours is "48", expected an integer'),
        ("C-ABZU-072", "window_hours", True, "window_hours is true"),
        ("C-ABZU-072", "window_hours", 47.5, "window_hours is 47.5"),
        ("C-ABZU-073", "rotated_at", "2025-09-21T14:24:09+02:00", "expected UTC with a Z: 2025-09-21T12:24:09Z"),
        ("C-ABZU-073", "rotated_at", "2025-09-21T12:24:09", "expected a timestamp such as"),
        ("C-ABZU-073", "rotated_at", "2025-09-21", "expected a timestamp"),
        ("C-ABZU-073", "rotated_at", "2025-02-30T12:24:09Z", "expected a timestamp"),
        ("C-ABZU-073", "rotated_at", "2025-09-21T25:24:09Z", "expected a timestamp"),
        ("C-ABZU-073", "rotated_at", "", "expected a timestamp"),
        ("C-ABZU-074", "window_hours", 24, "window_hours is 24, expected 48"),
        ("C-ABZU-074", "window_hours", 0, "window_hours is 0"),
        ("C-ABZU-079", "rotation_window", None, "rotation_window is null, expected an object"),
        ("C-ABZU-079", "rotation_window.window_id", ..., "rotation_window.window_id is missing"),
        ("C-ABZU-079", "rotation_window.started_at", "soon", 'rotation_window.started_at is "soon"'),
        ("C-ABZU-079", "rotation_window.duration", "2 days", "expected a duration such as PT48H"),
        ("C-ABZU-079", "rotation_window.duration", "PT24H", "expected 48 h, as window_hours says"),
        ("C-ABZU-079", "rotation_window.expires_at", "2025-09-23T12:24:10Z", "expected 2025-09-23T12:24:09Z, 48 h"),
        ("C-ABZU-079", "rotation_window.window_id", "20250921T122409Z-PT24H", 'expected "20250921T122409Z-PT48H"'),
        ("C-ABZU-079", "rotation_window.window_id", "20250921T122408Z-PT48H", 'expected "20250921T122409Z-PT48H"'),
        ("C-ABZU-079", "rotation_window.window_id", "another", 'expected "20250921T122409Z-PT48H"'),
        ("C-ABZU-081", "credential_window", [], "credential_window is array, expected an object"),
        ("C-ABZU-081", "credential_window.expires_at", "2025-09-20T12:24:09Z", "before issued_at"),
        ("C-ABZU-081", "credential_window.duration", "PT24H", "expected 48 h"),
        ("C-ABZU-081", "credential_window.rotation_window_id", "w", 'expected "20250921T122409Z-PT48H"'),
        ("C-ABZU-081", "credential_window.issued_at", "yesterday", "expected a timestamp"),
        ("C-ABZU-083", "traces.rest.checksum", EMPTY_CHECKSUM, "is not the SHA-256"),
        ("C-ABZU-083", "traces.rest.checksum", "short", "expected 64 hexadecimal digits"),
        ("C-ABZU-083", "traces.rest.checksum", ..., "lacks normalized or checksum"),
        ("C-ABZU-083", "traces.rest.normalized", ..., "lacks normalized or checksum"),
        ("C-ABZU-083", "traces.grpc.metadata.parity_checksum", EMPTY_CHECKSUM, "parity_checksum differs"),
        ("C-ABZU-083", "traces.grpc.metadata", ..., "parity_checksum is missing"),
        ("C-ABZU-083", "traces", "none", "traces is string, expected an object"),
        ("C-ABZU-084", "traces.rest.response.session.id", "s-2", "is not the normal form of traces.rest.response"),
        ("C-ABZU-084", "traces.grpc.response.handshake_equivalent", {}, "handshake_equivalent differs"),
        ("C-ABZU-085", "traces.rest.request.rotation.credentials.token", "k3y-of-op", "credentials.token holds a"),
        ("C-ABZU-058", "stage_b_run_id", "Bearer abcdefgh12345678", "stage_b_run_id holds a credential"),
        ("C-ABZU-058", "traces.rest.endpoint", "https://op:pa55w0rd@gw/handshake", "traces.rest.endpoint holds"),
        ("C-ABZU-058", "context_status.stage-b-rehearsal.session_token", "a1b2c3", "session_token holds a credential"),
        ("C-ABZU-086", "context_status", [], "context_status is an array"),
        ("C-ABZU-086", "context_status.stage-b-rehearsal.status", ..., 'context_status["stage-b-rehearsal"].status is'),
        ("C-ABZU-086", "context_status.stage-b-rehearsal.evidence_path", "", 'evidence_path is "", expected a text'),
        ("C-ABZU-086", "context_status.stage-x", {"status": "accepted"}, 'context_status names "stage-x"'),
        ("C-ABZU-089", "operator", "night shift", 'the member "operator" is unknown'),
    ],
)  # fmt: skip
def test_a_broken_line_is_found(clause: str, path: str, value: Any, said: str) -> None:
    findings = lint(history(changed(traced(), path, value)))

    matching = [finding for finding in findings if finding.clause == clause]
    assert [finding.line for finding in matching] == [2]
    assert said in matching[0].message
    assert {finding.clause for finding in findings} <= {clause, *ALSO_TRUE.get(clause, ())}


ALSO_TRUE = {
    # The line repeats the first one, as the sample does; the odd one out does not.
    **dict.fromkeys((f"C-ABZU-{number:03}" for number in (58, 74, 79, 81, 83, 84, 85, 86, 89)), ("C-ABZU-088",)),
    "C-ABZU-072": ("C-ABZU-088",),
    "C-ABZU-079": ("C-ABZU-088", "C-ABZU-090"),
    "C-ABZU-073": ("C-ABZU-087", "C-ABZU-088"),
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("rotated_at", "2025-09-21T12:24:09+00:00"),
        ("rotated_at", "2025-09-21T12:24:09.250000Z"),
        ("rotated_at", "2025-09-21t12:24:09z"),
        ("window_hours", 48.0),
        ("rotation_window.duration", "P2D"),
        ("rotation_window.duration", "P1DT24H"),
        ("rotation_window.started_at", "2025-09-21T14:24:09+02:00"),
        ("rotation_window.window_id", "20250921T122409Z-P2D"),
        ("rotation_window.note", "moved"),
        ("rotation_window", ...),
        ("connector_id", "neo_apsu_connector_template"),
        ("operator", {"shift": "night"}),
        ("credential_window.rotation_window_id", None),
        ("credential_window.rotation_window_id", ...),
        ("credential_window.duration", ...),
        ("credential_window.expires_at", "2025-09-23T14:24:09.5+02:00"),
        ("credential_window", ...),
        ("traces.rest.request.rotation.credentials.token", ""),
        ("traces.rest.request.rotation.credentials.token", "***"),
        ("traces.rest.request.rotation.credentials.token", "op…f7"),
        ("traces.rest.request.rotation.credentials.token", "${MCP_CONNECTOR_TOKEN}"),
        ("traces.rest.request.rotation.credentials.token", None),
        ("traces.rest.request.rotation.token_hint", "operator-upload-2025"),
        ("rotation_summary", "Bearer token of the gateway was renewed; basic operations went on"),
        ("context_status.stage-b-rehearsal.accepted_via", "stage-c4-operator-mcp-drill"),
        ("traces.grpc", ...),
        ("traces", {}),
    ],
)  # fmt: skip
def test_an_odd_line_is_no_finding(path: str, value: Any) -> None:
    assert lint(history(changed(traced(), path, value)), PORTABLE) == []


@pytest.mark.parametrize("body", [minimal(), entry(), traced(), changed(entry(), "credential_window", ...)])
def test_every_form_that_was_ever_written_is_understood(body: Body) -> None:
    later = START + timedelta(minutes=30)

    assert lint([body, *rotation(later)], STRICT) == []


@pytest.mark.parametrize("clause", ["C-ABZU-074", "C-ABZU-079"])
def test_the_latest_line_is_judged_harder(clause: str) -> None:
    latest = rotation()[-1]
    broken = changed(changed(latest, "window_hours", 24), "rotation_window.window_id", "w")
    severities = {line: severity for found_, severity, line in found([broken, *rotation(), broken]) if found_ == clause}

    assert severities == {1: "should", 5: "must"}


def test_the_latest_line_needs_a_rotation_window() -> None:
    *others, latest = rotation()
    bare = changed(latest, "rotation_window", ...)

    assert ("C-ABZU-080", "must", 3) in found([*others, bare])
    assert found([*others, bare], PORTABLE) == []
    assert found([minimal(), *rotation(START + timedelta(minutes=5))]) == []


def test_a_wrong_window_is_one_finding() -> None:
    """The window that belongs to the wrong hours agrees with them."""
    ends = stamp(START + timedelta(hours=24))
    window = {**entry()["rotation_window"], "window_id": "20250921T122409Z-P1D", "expires_at": ends, "duration": "P1D"}
    line = changed(changed(minimal(CONNECTORS[2]), "window_hours", 24), "rotation_window", window)

    assert found([*rotation()[:2], line], PORTABLE) == [("C-ABZU-074", "must", 3)]
    day = LedgerSettings(window_hours=24, required_connectors=(CONNECTORS[2],))
    assert found([line], day) == []


def test_the_strict_profile_wants_the_z() -> None:
    odd = changed(entry(), "rotated_at", "2025-09-21T12:24:09+00:00")

    assert ("C-ABZU-073", "must", 1) in found([odd, *rotation()])
    assert found([odd, *rotation()], PORTABLE) == []


def test_clauses_of_source_code_need_the_strict_profile() -> None:
    for path, value in [("credential_window.duration", "PT1H"), ("traces.rest.checksum", "x"), ("context_status", 7)]:
        assert found(history(changed(traced(), path, value)), PORTABLE) == []


def test_a_credential_in_the_trace_is_found_without_the_strict_profile_too() -> None:
    leaked = changed(traced(), "traces.rest.request.rotation.credentials.token", "k3y-of-operator")

    assert found(history(leaked), PORTABLE) == [("C-ABZU-058", "must", 2)]


@pytest.mark.parametrize(
    ("note", "leaks"),
    [
        ("rotated with token=ghp_0123456789abcdefghijABCDEFGHIJ", True),
        ("pushed by github_pat_11ABCDEFG0123456789_abcdefghij", True),
        ("key AKIAIOSFODNN7EXAMPLE of the bucket", True),
        ('{"api_key": "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5"}', True),
        ("password: hunter2hunter2hunter2hunter2", True),
        ("token=operator_api", False),
        ("the secret: rotated-2025-11-21-by-the-night-shift", False),
        ("api_key=************************", False),
        ("ask-the-team-1234567890abcdef", False),
        ("token: none", False),
    ],
)
def test_a_credential_in_a_sentence_is_found(note: str, leaks: bool) -> None:
    assert bool(found(history({**entry(), "note": note}), PORTABLE)) is leaks


def test_an_expired_credential_of_the_latest_lines() -> None:
    expired = {"credential_expiry": stamp(NOW - timedelta(minutes=1))}
    ledger = [{**entry(), **expired}, *rotation()[:2], {**rotation()[2], **expired}]

    assert found(ledger, PORTABLE) == [("C-ABZU-082", "should", 4)]
    assert found([{**entry(), "credential_expiry": "soon"}, *rotation()[1:]], PORTABLE) == [("C-ABZU-082", "should", 1)]
    assert WINDOW > NOW - START


SECRETS = ["sk-live-0a1b2c3d4e5f", "ghp_ABCDEFGHIJKLMNOP1234567890abcdef", "eyJhbGciOiJI.eyJzdWIiOiIx.c2ln", "9f" * 24]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("path", ["rotated_at", "connector_id", "rotation_window.window_id", "window_hours"])
def test_no_finding_quotes_what_looks_like_a_secret(secret: str, path: str) -> None:
    later = changed(entry(rotated=START - timedelta(days=1)), "connector_id", secret)
    findings = lint([changed(entry(), path, secret), later, {**entry(), secret: {"token": secret}}, entry()])

    assert len(findings) >= 2
    assert not [finding for finding in findings if secret in finding.message]
