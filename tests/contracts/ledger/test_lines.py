"""What stands on a line: C-ABZU-071."""

import json

import pytest

from conformance.contracts.ledger.settings import LedgerSettings
from tests.contracts.ledger.building import CONNECTORS, START, entry, found, lint, minimal, rotation, text

CLEAN = text(rotation())
FIRST, SECOND, THIRD = CLEAN.splitlines(keepends=True)
CLAUSE = "C-ABZU-071"


def test_a_clean_ledger_has_no_findings() -> None:
    assert lint(CLEAN) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (SECOND[:60] + b"\n", "is cut off: its end is missing"),
        (b'{"connector_id": "operator_up\n', "is cut off: its end is missing"),
        (b"\0" * 40 + SECOND, "holds NUL bytes"),
        (SECOND.replace(b"operator_upload", b"operator_\xff\xfeload"), "is not UTF-8: byte 28 of the line"),
        (SECOND.rstrip(b"\n") + b" " + SECOND, "holds 2 JSON values: a line break was lost"),
        (SECOND.replace(b"}\n", b"},\n"), "has text after a JSON object, at column"),
        (b"[" + SECOND.rstrip(b"\n") + b"]\n", "is array, expected a JSON object"),
        (b'"operator_upload"\n', "is string, expected a JSON object"),
        (SECOND.replace(b"48,", b"NaN,"), "is not JSON: it holds NaN"),
        (SECOND.replace(b'"', b"'"), "is not JSON: Expecting property name"),
        (b"# rotated by hand\n", "is not JSON: Expecting value at column 1"),
    ],
)
def test_a_line_that_is_no_object_is_found(line: bytes, said: str) -> None:
    findings = [finding for finding in lint(FIRST + line + SECOND + THIRD) if finding.clause == CLAUSE]

    assert [finding[:3] for finding in findings] == [(CLAUSE, "must", 2)]
    assert findings[0].message.startswith(said)


def test_half_a_line_at_the_end_is_found() -> None:
    findings = lint(CLEAN + FIRST[:50])

    assert [finding[:3] for finding in findings] == [(CLAUSE, "must", 4)]
    assert "the file ends within it" in findings[0].message


def test_both_objects_of_a_merged_line_count() -> None:
    assert found(FIRST.rstrip(b"\n") + SECOND + THIRD) == [(CLAUSE, "must", 1)]


def test_utf_16_is_named() -> None:
    messages = {finding.message for finding in lint(CLEAN.decode().encode("utf-16")) if finding.clause == CLAUSE}

    assert any("UTF-16" in message for message in messages)


@pytest.mark.parametrize(
    "ledger",
    [
        pytest.param(CLEAN.replace(b"\n", b"\r\n"), id="CRLF"),
        pytest.param(CLEAN.rstrip(b"\n"), id="no line break at the end"),
        pytest.param(b"\n" + CLEAN.replace(b"\n", b"\n \t\n\n"), id="blank lines"),
        pytest.param(b"".join(b"  " + line for line in CLEAN.splitlines(True)), id="indented"),
        pytest.param(CLEAN.replace(b"48,", b"48.0,").replace(b": ", b":"), id="another notation"),
        pytest.param(text([minimal("köln\u2028\ud800"), *rotation()]), id="escapes of any kind"),
        pytest.param(CLEAN + json.dumps(minimal("über\u2028"), ensure_ascii=False).encode(), id="raw UTF-8"),
    ],
)
def test_legal_notations_are_no_findings(ledger: bytes) -> None:
    assert lint(ledger, LedgerSettings()) == []


def test_a_byte_order_mark_is_a_should() -> None:
    assert found(b"\xef\xbb\xbf" + CLEAN) == [(CLAUSE, "should", 1)]


def test_a_long_line_is_skipped_and_said() -> None:
    long = json.dumps({**entry(), "rotation_summary": "x" * 5000}).encode() + b"\n"
    settings = LedgerSettings(max_line_bytes=2000)

    assert found(FIRST + long + SECOND, settings) == [(CLAUSE, "should", 2)]


def test_what_cannot_be_read_is_not_called_broken() -> None:
    deep = FIRST.replace(b"48", b"[" * 100_000 + b"]" * 100_000, 1)
    number = FIRST.replace(b"48", b"9" * 5000, 1)

    assert found(deep + number + CLEAN) == [(CLAUSE, "should", 1), (CLAUSE, "should", 2)]


def test_an_empty_ledger_is_broken() -> None:
    assert found(b"") == found(b"\n \n") == [(CLAUSE, "must", None)]


def test_a_ledger_without_a_readable_line_has_no_other_findings() -> None:
    assert {clause for clause, _, _ in found(b"nothing\nof use\n")} == {CLAUSE}


def test_line_numbers_count_all_lines() -> None:
    ledger = FIRST + b"\n\n" + text([{**minimal(CONNECTORS[1], START), "window_hours": "48"}]) + SECOND

    assert ("C-ABZU-072", "must", 4) in found(ledger)
