"""What is masked in a record, and how the wire keeps its pace."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from conformance.wire.exchange import HttpRequest, curl
from conformance.wire.pacing import BudgetExhausted, Pace, RetryBudget, retry_after_seconds
from conformance.wire.redact import MASK, Redactor

SECRET = 's3cret "quoted"/\u00fc'


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        's3cret \\"quoted\\"/\u00fc',
        's3cret \\"quoted\\"/\\u00fc',
        "s3cret%20%22quoted%22%2F%C3%BC",
        "s3cret+%22quoted%22%2F%C3%BC",
        "s3cret%20%22quoted%22%2f%c3%bc",
        "czNjcmV0ICJxdW90ZWQiL8O8",
    ],
)
def test_known_secret_is_masked_in_each_of_its_forms(form: str) -> None:
    assert Redactor([SECRET]).text(f"before {form} after") == f"before {MASK} after"


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("before", range(4))
@pytest.mark.parametrize("after", range(4))
def test_a_secret_inside_of_what_is_encoded_is_masked(
    encode: Callable[[bytes], bytes], before: int, after: int
) -> None:
    secret = b"c4n4ry??>>-Zq8_vX2~~"

    masked = Redactor([secret.decode()]).text(encode(b"x" * before + secret + b"y" * after).decode())

    kept = masked.replace(MASK, "")
    assert MASK in masked
    assert len(kept) <= 4 + 8, "no more than the groups in which it begins and ends"


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer abcdef123456",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl",
        "https://example.com/?access_token=abcdef123456",
        '{"access_token": "abcdef123456"}',
        '{"client_secret":"abc\\"def123456"}',
    ],
)
def test_what_looks_like_a_credential_is_masked_unasked(text: str) -> None:
    masked = Redactor().text(text)

    assert MASK in masked
    assert "def123456" not in masked
    assert "c2lnbmF0dXJl" not in masked


def test_curl_line_shows_no_secret_header() -> None:
    request = HttpRequest("POST", "http://h/mcp", (("Authorization", "Basic eHg6eXk="), ("X-Api-Key", "k")), b"{}")

    line = curl(request, Redactor())

    assert "eHg6eXk" not in line
    assert f"X-Api-Key: {MASK}" in line


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("3", 3.0),
        (" 3 ", 3.0),
        ("-3", None),
        ("1.5", None),
        ("soon", None),
        ("Fri, 31 Dec 1999 23:59:59 GMT", 29.0),
        ("Fri, 31 Dec 1999 23:59:00 GMT", 0.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(value, datetime(1999, 12, 31, 23, 59, 30, tzinfo=UTC)) == seconds


def test_pace_spaces_requests_evenly() -> None:
    waits: list[float] = []
    pace = Pace(max_rps=10, sleep=waits.append)

    for _ in range(3):
        pace.take()

    assert waits == [pytest.approx(0.1, abs=0.05), pytest.approx(0.2, abs=0.05)]


def test_pace_ends_with_the_budget() -> None:
    pace = Pace(budget=1)
    pace.take()

    with pytest.raises(BudgetExhausted):
        pace.take()


def test_waits_beyond_the_retry_budget_are_refused() -> None:
    slept: list[float] = []
    retries = RetryBudget(2.0, slept.append)

    assert [retries.wait(1.5), retries.wait(1.0), retries.wait(0.5)] == [True, False, True]
    assert slept == [1.5, 0.5]
