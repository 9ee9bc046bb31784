"""The judges of proofs, backups, records of incidents and answered alerts."""

from pathlib import Path
from typing import Any

import pytest

from conformance.checks.outcomes import NotTestable, Violation
from conformance.contracts.evidence import Evidence
from conformance.contracts.release_evidence import artifacts, backup, dashboard, incidents, proofs
from conformance.contracts.release_evidence.records import record_of
from conformance.contracts.release_evidence.settings import Backup, Incidents, ReleaseEvidence
from tests.contracts.release_evidence.dumps import NOW

PROOFS = ReleaseEvidence(
    install_marker="[demo-verify] PASS:",
    migration_marker="[migration-matrix] PASS for driver={driver}",
    migration_drivers=("sqlite", "mysql"),
    settings={"security.enable_write_tools": (False,)},
    unfit_settings={"auth.mode": ("none",)},
    worker={"identifier": "emcp_dispatch", "active": True},
)
BACKUP = Backup(path_pattern=r"backup-\d{8}-\d{6}", required=("source_bucket", "backup_path"))
INCIDENTS = Incidents(
    id_pattern=r"INC-\d{8}-\d{3}",
    update_every_s={"P0": 900, "P1": 1800, "P2": 7200, "P3": 0},
    statuses=("Investigating", "Resolved"),
    review_fields=("Date", "Duration"),
    review_sections=("Timeline", "Root Cause", "Action Items"),
    respond_within_s={"critical": 900, "warning": 3600},
)

INCIDENT = """\
# Incident

**Incident ID:** INC-20260117-001
**Severity:** P1
**Status:** Resolved
**Started:** 2026-01-17 23:40 UTC

**Updates:**
- 23:55 - We look at it
- 00:20 - Rolled back
"""
REVIEW = """\
**Incident ID:** INC-20260117-001
**Date:** 2026-01-20
**Duration:** 1 hours 10 minutes
**Severity:** P1

## Timeline
- 23:40 - detected

## Root Cause
A limit was too low.

## Action Items
- [ ] Raise the limit (Owner: Ada, Due: 2026-02-01)
"""


def test_proofs_of_a_release() -> None:
    log = "[migration-matrix] PASS for driver=sqlite3\n[migration-matrix] PASS for driver=mysql (8.4)\n"

    assert proofs.not_installed("a\n[demo-verify] PASS: all green\n", PROOFS) == []
    assert proofs.not_installed("[demo-verify] FAIL\n", PROOFS) != []
    assert len(proofs.not_migrated({"log": log}, PROOFS)) == 1
    assert proofs.not_migrated({"log": log, "other": log.replace("sqlite3", "sqlite")}, PROOFS) == []


def test_settings_of_a_release() -> None:
    secure = {"security": {"enable_write_tools": False}, "auth": {"mode": "jwt"}}

    assert proofs.insecure(secure, PROOFS) == []
    assert len(proofs.insecure({**secure, "security": {"enable_write_tools": True}}, PROOFS)) == 1
    assert len(proofs.insecure({**secure, "auth": {"mode": "none"}}, PROOFS)) == 1
    assert proofs.insecure({}, PROOFS) == []
    assert proofs.untold({"auth": {"mode": "jwt"}}, PROOFS) == ["security.enable_write_tools"]


def test_a_worker_is_a_row_with_all_that_is_expected() -> None:
    assert proofs.not_registered([{"identifier": "emcp_dispatch", "active": 1}], PROOFS) == []
    assert proofs.not_registered([{"identifier": "emcp_dispatch", "active": 0}], PROOFS) != []


def metadata(**changed: Any) -> dict[str, Any]:
    return {
        "backup_date": "2026-01-18T02:00:00+01:00",
        "source_bucket": "mcp-artifacts",
        "backup_path": "backup-20260118-010000",
        "status": "completed",
        **changed,
    }


@pytest.mark.parametrize(
    ("latest", "changed", "problems"),
    [
        ("backup-20260118-010000\n", {}, 0),
        ("backup-today\n", {"backup_path": "backup-today"}, 1),
        ("backup-20260118-010000", {"backup_path": "backup-20260117-010000"}, 1),
        ("backup-20260118-010000", {"status": "running"}, 1),
        ("backup-20260118-010000", {"backup_date": "2026-01-16T02:00:00Z"}, 1),
        ("backup-20260118-010000", {"backup_date": "today"}, 1),
        ("backup-20260118-010000", {"source_bucket": None}, 1),
    ],
)
def test_the_record_of_a_backup(latest: str, changed: dict[str, Any], problems: int) -> None:
    assert len(backup.problems(latest, metadata(**changed), BACKUP, NOW)) == problems


def test_the_directory_of_a_backup_holds_what_it_names(tmp_path: Path) -> None:
    (tmp_path / "latest.txt").write_text("backup-20260118-010000\n")
    evidence = Evidence({"backup": tmp_path})
    with pytest.raises(Violation, match="nothing at"):
        backup.of_evidence(evidence, BACKUP)

    (tmp_path / "backup-20260118-010000").mkdir()
    (tmp_path / "backup-20260118-010000" / "metadata.json").write_text('{"status": "completed"}')

    assert backup.of_evidence(evidence, BACKUP) == ("backup-20260118-010000\n", {"status": "completed"})


def test_records_are_read_from_markdown_and_from_json() -> None:
    told = {"incident_id": "INC-20260117-001", "severity": "P1", "updates": [{"time": "23:55", "text": "We look"}]}

    assert record_of(INCIDENT).field("Incident ID") == record_of(str(told).replace("'", '"')).field("incident id")
    assert record_of(INCIDENT).section("updates") == ("- 23:55 - We look at it", "- 00:20 - Rolled back")
    assert record_of(str(told).replace("'", '"')).section("updates") == ("- time: 23:55, text: We look",)


@pytest.mark.parametrize(
    ("old", "new", "problems"),
    [
        ("", "", 0),
        ("INC-20260117-001", "INC-YYYYMMDD-NNN", 1),
        ("P1", "high", 1),
        ("Resolved", "Done", 1),
        ("00:20", "00:27", 1),
        ("P1", "P2", 0),
        ("P1", "P3", 0),
    ],
)
def test_a_record_is_kept_up_to_date(old: str, new: str, problems: int) -> None:
    assert len(incidents.record_problems(record_of(INCIDENT.replace(old, new)), INCIDENTS)) == problems


@pytest.mark.parametrize(
    ("old", "new", "problems"),
    [
        ("", "", 0),
        ("2026-01-20", "2026-01-21", 1),
        ("**Duration:** 1 hours 10 minutes\n", "", 1),
        ("A limit was too low.\n", "", 1),
        ("Owner: Ada, ", "", 1),
    ],
)
def test_a_review_is_whole_and_in_time(old: str, new: str, problems: int) -> None:
    assert len(incidents.review_problems(record_of(REVIEW.replace(old, new)), INCIDENTS)) == problems


PANELS = {"error rate": ("error rate",), "latency": ("latency", "response time"), "active alerts": ("ALERTS{",)}


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_dashboard_shows_what_is_promised(wrapped: bool) -> None:
    inner = {"title": "Firing", "targets": [{"expr": 'count(ALERTS{alertstate="firing"})'}]}
    rows: list[Any] = [{"title": "Error Rate (%)"}, {"title": "Response Time"}, {"title": "Row", "panels": [inner]}]
    fewer = {"panels": [rows[0], 3, {"targets": None}]}

    assert dashboard.missing_panels({"dashboard": {"panels": rows}} if wrapped else {"panels": rows}, PANELS) == []
    assert dashboard.missing_panels(fewer, PANELS) == ["no panel for the latency", "no panel for the active alerts"]


def alert(severity: str, **times: str) -> dict[str, Any]:
    return {"labels": {"alertname": "Slow", "severity": severity}, **times}


@pytest.mark.parametrize(
    ("one", "problems"),
    [
        (alert("critical", fired_at="2026-01-18T00:00:00Z", acknowledged_at="2026-01-18T00:15:00Z"), 0),
        (alert("critical", fired_at="2026-01-18T00:00:00Z", acknowledged_at="2026-01-18T00:15:01Z"), 1),
        (alert("warning", startsAt="2026-01-18T00:40:00Z"), 0),
        (alert("warning", startsAt="2026-01-18T00:00:00Z"), 1),
        (alert("info", startsAt="2026-01-18T00:00:00Z"), 0),
        (alert("critical"), 0),
        ({"severity": "critical", "labels": 3, "fired_at": "2026-01-18T00:00:00Z"}, 1),
    ],
)
def test_alerts_are_answered_in_time(one: dict[str, Any], problems: int) -> None:
    assert len(incidents.unanswered([one], INCIDENTS, NOW)) == problems


def test_artifacts_may_be_missing_broken_or_lines(tmp_path: Path) -> None:
    (tmp_path / "broken").write_bytes(b'{"a": \xff')
    (tmp_path / "lines").write_text('{"a": 1}\n\n{"a": 2}\n')
    names = ("broken", "lines", "absent")
    evidence = Evidence({name: tmp_path / name for name in names})

    assert artifacts.documents(evidence, "lines") == [{"a": 1}, {"a": 2}]
    for name in ("broken", "absent", "not-given"):
        with pytest.raises(NotTestable):
            artifacts.document(evidence, name)
    with pytest.raises(NotTestable, match="neither JSON nor one document a line"):
        artifacts.documents(evidence, "broken")
    assert artifacts.texts(Evidence({"all": tmp_path}), "all").keys() == {"broken", "lines"}
