"""The judges of receipts, packets and summaries: forms from the field are right, each defect is told once."""

from typing import Any

import pytest

from conformance.contracts.receipts import gauges, growth, packet, receipt, summary
from conformance.contracts.receipts.reading import as_object
from conformance.contracts.receipts.settings import Receipts
from conformance.contracts.times import instant
from tests.contracts.receipts import documents as made
from tests.contracts.receipts.documents import Document, Make, changed

SETTINGS = Receipts()
NOW = instant(made.ROTATED) or 0.0
RECEIPT = {
    "form": receipt.form, "failures": receipt.failures, "verdict": receipt.verdict, "context": receipt.context,
    "heartbeat": receipt.heartbeat,
}  # fmt: skip
PACKET = {"form": packet.form, "failures": packet.failures, "bodies": packet.bodies}
API = "connectors.operator_api"


def broken(judges: dict[str, Any], document: Document) -> list[str]:
    return [name for name, judge in judges.items() if list(judge(document, SETTINGS))]


@pytest.mark.parametrize("make", [made.receipt, made.old_receipt])
def test_receipts_of_all_versions_are_fine(make: Make) -> None:
    assert broken(RECEIPT, make()) == []


def test_members_that_nobody_knows_are_tolerated() -> None:
    assert broken(RECEIPT, {**made.receipt(), "sandbox_overrides": {}, "repo_root": "/srv"}) == []


@pytest.mark.parametrize("contexts", [["stage-b-rehearsal"], [{"name": "stage-b-rehearsal", "status": "pending"}]])
def test_plain_and_pending_contexts_count(contexts: list[Any]) -> None:
    assert broken(RECEIPT, changed(made.receipt(), "services.operator_api.accepted_contexts", contexts)) == []


@pytest.mark.parametrize(
    ("path", "value", "rules"),
    [
        ("stage", "C", ["form"]),
        ("targets", ["operator_api", "operator_upload"], ["form"]),
        ("targets", ..., ["form"]),
        ("services.operator_api.session", ..., ["form"]),
        ("services.operator_api.session", "stage-b-session", ["form"]),
        ("services.operator_api.session.id", ..., ["form"]),
        ("services.operator_api.session.id", " ", ["form"]),
        ("doctrine_failures", ..., ["form"]),
        ("doctrine_failures", "none", ["form"]),
        ("doctrine_failures", ["index is missing"], ["failures", "verdict"]),
        ("doctrine_ok", False, ["verdict"]),
        ("services.operator_api.accepted_contexts", [], ["context"]),
        ("services.operator_api.accepted_contexts", [{"name": "stage-c-prep"}], ["context"]),
        ("services.operator_api.accepted_contexts", [{"name": "stage-b-rehearsal", "status": "Deny"}], ["context"]),
        ("heartbeat.credential_expiry", "tomorrow", ["form", "heartbeat"]),
        ("heartbeat.credential_expiry", ..., ["heartbeat"]),
        ("heartbeat.credential_expiry", "2025-09-21T12:25:30Z", ["heartbeat"]),
        ("heartbeat.credential_expiry", "2025-09-23T12:31:30Z", ["heartbeat"]),
    ],
)
def test_a_defect_of_a_receipt_is_told(path: str, value: Any, rules: list[str]) -> None:
    assert broken(RECEIPT, changed(made.receipt(), path, value)) == rules


def test_failures_are_failures_whatever_the_verdict_says() -> None:
    found = {**made.receipt(), "doctrine_ok": False, "doctrine_failures": ["one", "two"]}

    assert broken(RECEIPT, found) == ["failures"]


def test_a_packet_is_fine() -> None:
    assert broken(PACKET, made.packet()) == []


@pytest.mark.parametrize(
    ("path", "value", "rules"),
    [
        ("stage", "A", ["form"]),
        ("context", "stage-c-prep", ["form"]),
        ("generated_at", "yesterday", ["form"]),
        ("connectors.crown_handshake", ..., ["form"]),
        ("connectors", [], ["form"]),
        (f"{API}.handshake_response", ..., ["form"]),
        (f"{API}.doctrine_failures", ["late"], ["failures"]),
        (f"{API}.doctrine_ok", False, ["failures"]),
        (f"{API}.handshake_request.rotation.rotation_window", "P1M", ["bodies"]),
        (f"{API}.handshake_request.identity", ..., ["bodies"]),
        (f"{API}.heartbeat_payload.cycle_count", True, ["bodies"]),
        (f"{API}.heartbeat_payload.credential_expiry", "2025-12-01T00:00:00", ["bodies"]),
    ],
)
def test_a_defect_of_a_packet_is_told(path: str, value: Any, rules: list[str]) -> None:
    assert broken(PACKET, changed(made.packet(), path, value)) == rules


@pytest.mark.parametrize("make", [made.summary, made.plain_summary, made.failed_summary])
def test_summaries_of_all_kinds_are_fine(make: Make) -> None:
    assert broken({"form": summary.form, "consistent": summary.consistent}, make()) == []


@pytest.mark.parametrize(
    ("path", "value", "rules"),
    [
        ("status", ..., ["form"]),
        ("run_id", "", ["form"]),
        ("returncode", ..., ["form"]),
        ("started_at", "2025-09-21", ["form"]),
        ("returncode", "0", ["form", "consistent"]),
        ("returncode", 1, ["consistent"]),
        ("status", "error", ["consistent"]),
        ("duration_seconds", 3.5, ["consistent"]),
        ("completed_at", "2025-09-21T12:25:29+00:00", ["consistent"]),
    ],
)
def test_a_defect_of_a_summary_is_told(path: str, value: Any, rules: list[str]) -> None:
    found = changed(made.summary(), path, value)

    assert broken({"form": summary.form, "consistent": summary.consistent}, found) == rules


def test_a_rotation_has_to_be_recorded() -> None:
    assert list(summary.rotation(made.summary(), SETTINGS, {made.WINDOW_ID})) == []
    assert len(list(summary.rotation(made.summary(), SETTINGS, {"20250921T122531Z-PT48H"}))) == 1
    assert (
        len(list(summary.rotation(changed(made.summary(), "metrics.doctrine_ok", False), SETTINGS, {made.WINDOW_ID})))
        == 1
    )


@pytest.mark.parametrize(
    ("path", "value"),
    [("overall_ok", False), ("stage_b_smoke.doctrine_ok", False), ("rotation_drills.missing", ["operator_api"])],
)
def test_a_rehearsal_that_went_wrong_is_told(path: str, value: Any) -> None:
    assert broken({"form": summary.rehearsal_form, "ok": summary.rehearsal}, made.rehearsal()) == []
    assert broken(
        {"form": summary.rehearsal_form, "ok": summary.rehearsal}, changed(made.rehearsal(), path, value)
    ) == ["ok"]


@pytest.mark.parametrize("rotated", [None, NOW - 3600, NOW + 60])
def test_gauges_are_fine_with_and_without_times(rotated: float | None) -> None:
    assert list(gauges.gauges(made.gauges(rotated), SETTINGS, NOW)) == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (made.gauges().replace(b"run_status 1", b"run_status 2"), "run_status is 2"),
        (made.gauges().replace(b"stage_b_rehearsal_rotation_status 1\n", b""), "rotation_status is missing"),
        (made.gauges().replace(b"entries_total 11", b"entries_total NaN"), "entries_total is nan"),
        (made.gauges(NOW - 49 * 3600), "is 49 h old"),
        (made.gauges(NOW + 3600), "in the future"),
        (made.gauges() + b"{{{ ", "no text of Prometheus"),
        (b"\xff\xfe", "no text of Prometheus"),
    ],
)
def test_a_defect_of_gauges_is_told(data: bytes, said: str) -> None:
    problems = list(gauges.gauges(data, SETTINGS, NOW))

    assert len(problems) == 1
    assert said in problems[0]


@pytest.mark.parametrize(
    ("added", "grown", "whole"),
    [
        (["operator_api", "operator_upload", "crown_handshake"], True, True),
        (["crown_handshake", "operator_api", "operator_upload", "crown_handshake"], True, True),
        (["operator_upload", "operator_api"], True, False),
        (["operator_api"], False, False),
        ([], False, False),
    ],
)
def test_growth_of_a_ledger(added: list[str], grown: bool, whole: bool) -> None:
    assert (not list(growth.grown(added, SETTINGS))) == grown
    assert (not list(growth.whole_rotation(added, SETTINGS))) == whole


@pytest.mark.parametrize(
    ("record", "began"),
    [
        (b'{"outage": {"started_at": "2025-09-21T10:00:00Z"}, "at": "2025-01-01T00:00:00Z"}', "2025-09-21T10:00:00Z"),
        (b"Gap from 2025-09-21T10:00:00Z to 2025-09-21T11:00:00Z.", "2025-09-21T10:00:00Z"),
        (b"Nobody wrote down when.", None),
        (b"\xff\xfe\x00", None),
    ],
)
def test_begin_of_an_outage(record: bytes, began: str | None) -> None:
    assert growth.outage_began(record, SETTINGS) == instant(began)


def test_a_rotation_after_the_outage_restores() -> None:
    rotations: list[Document] = [{"rotated_at": made.ROTATED}, {"rotated_at": 7}, {}]

    assert list(growth.restored(NOW - 60, rotations)) == []
    assert len(list(growth.restored(NOW + 60, rotations))) == 1
    assert len(list(growth.restored(NOW, []))) == 1
    assert len(list(growth.restored(None, rotations))) == 1


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{", b'{"a": NaN}', b"\xff\xfe{}", b"[" * 100_000, b"smoke went well", b'{"a": 1} {"b": 2}'],
)
def test_what_is_no_object_is_told(data: bytes) -> None:
    found, problem = as_object(data)

    assert found is None
    assert problem


def test_an_object_after_a_line_of_text_is_found() -> None:
    assert as_object(b'Stage B smoke finished\n{\n  "stage": "B"\n}\n') == ({"stage": "B"}, "")
