"""The audit log: each defect of a line is found, and a live log is followed."""

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.contracts.emcp import audit
from conformance.contracts.emcp.settings import Audit
from conformance.contracts.profiles.loading import load_profile
from tests.contracts.emcp.serving import audited, healthy, served
from tests.detection.conftest import Judge, judge  # noqa: F401  (a fixture)

LINE: dict[str, Any] = {
    "timestamp": "2026-03-03T10:00:00+00:00",
    "request_id": None,
    "trace_id": "t-1",
    "server_handle": "content",
    "method": "tools/call",
    "status": 200,
    "actor_user_id": None,
    "context": "api",
    "duration_ms": 3.5,
    "task_id": None,
    "extra": {"token": "[REDACTED]"},
}
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl"


@pytest.fixture(scope="module")
def settings() -> Audit:
    profile = load_profile("emcp", {})
    assert profile.emcp is not None
    assert profile.emcp.audit is not None
    return profile.emcp.audit


def written(path: Path, *lines: Any) -> Path:
    texts = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    log = path / "audit.log"
    log.write_bytes(b"\n".join(texts) + b"\n")
    return log


def test_a_sound_log_is_not_blamed(tmp_path: Path, settings: Audit) -> None:
    monolog = b"[2026-03-03 10:00:00] production.INFO: emcp.audit " + json.dumps(LINE).encode() + b" []"
    log = written(tmp_path, LINE, monolog, {"message": "emcp.audit", "context": LINE}, b"")

    assert audit.line_problems(audit.lines_of(log, settings), settings) == []
    assert audit.secret_problems(audit.lines_of(log, settings), [TOKEN], settings) == []
    assert len(audit.traced(audit.lines_of(log, settings), "t-1", settings)) == 3


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({**LINE, "trace_id": ""}, "/trace_id"),
        ({**LINE, "status": "200"}, "/status"),
        ({**LINE, "timestamp": "yesterday"}, "/timestamp"),
        ({**LINE, "duration_ms": -1}, "/duration_ms"),
        ({name: value for name, value in LINE.items() if name != "method"}, "method"),
        (b'{"timestamp": "2026-03-03T10:', "holds no JSON object"),
        (b"\xff\xfe\x00", "holds no JSON object"),
        (b"[" * 100_000, "holds no JSON object"),
        (b'{"a":' * 100_000, "holds no JSON object"),
        (b"[1]", "holds no JSON object"),
    ],
)
def test_a_defect_is_found_with_its_line(line: Any, words: str, tmp_path: Path, settings: Audit) -> None:
    problems = audit.line_problems(audit.lines_of(written(tmp_path, LINE, line), settings), settings)

    assert len(problems) == 1
    assert problems[0].startswith("line 2: ")
    assert words in problems[0]


@pytest.mark.parametrize(
    "line",
    [
        {**LINE, "extra": {"note": "planted-secret"}},
        {**LINE, "extra": {"header": f"Bearer {TOKEN}"}},
        {**LINE, "extra": {"deep": [{"Password": "hunter2"}]}},
        f"not JSON {TOKEN}".encode(),
    ],
)
def test_a_secret_is_found_and_not_quoted(line: Any, tmp_path: Path, settings: Audit) -> None:
    log = written(tmp_path, LINE, line)

    problems = audit.secret_problems(audit.lines_of(log, settings), ["planted-secret"], settings)

    assert len(problems) == 1
    assert problems[0].startswith("line 2: ")
    assert not any(secret in problems[0] for secret in ("planted-secret", TOKEN, "hunter2"))


def test_lines_of_other_channels_are_left_out(tmp_path: Path, settings: Audit) -> None:
    marked = Audit(marker="trace_id", masked=settings.masked)
    log = written(tmp_path, b"[2026] production.ERROR: something else", LINE)

    assert audit.line_problems(audit.lines_of(log, marked), marked) == []


WIRE = ("emcp-audit-traced", "emcp-audit-planted")
OFFLINE = ("emcp-audit-lines", "emcp-audit-secrets")
LIVE = [
    ("healthy", lambda request: {}, set()),
    ("no status", lambda request: {"status": None}, {"emcp-audit-lines", "emcp-audit-traced"}),
    ("arguments as they came", lambda request: {"extra": request.params}, {"emcp-audit-planted", "emcp-audit-secrets"}),
]


@pytest.mark.parametrize(("more", "broken"), [row[1:] for row in LIVE], ids=[row[0] for row in LIVE])
def test_a_live_log_is_followed(more: Any, broken: set[str], tmp_path: Path, judge: Judge) -> None:  # noqa: F811
    log = tmp_path / "audit.log"
    log.touch()
    with served(audited(healthy(), log, more)) as url:
        arguments = [f"--requirement={rule}" for rule in (*WIRE, *OFFLINE)]
        suite = ("contracts/test_emcp_audit.py",)
        verdicts = judge(url, "--profile=reference-emcp", f"--evidence=audit={log}", *arguments, suites=suite)

    found = {one.requirement: one.status for one in verdicts}
    assert set(found) == {*WIRE, *OFFLINE}
    assert {id for id, status in found.items() if status != "pass"} == broken


def test_a_stale_log_is_not_judged_on_the_wire(tmp_path: Path, judge: Judge) -> None:  # noqa: F811
    with served(healthy()) as url:
        evidence = f"--evidence=audit={written(tmp_path, LINE)}"
        verdicts = judge(url, "--profile=reference-emcp", evidence, suites=("contracts/test_emcp_audit.py",))

    found = {one.requirement: one.status for one in verdicts}
    assert {found[id] for id in OFFLINE} == {"pass"}
    assert {found[id] for id in WIRE} == {"not testable"}
