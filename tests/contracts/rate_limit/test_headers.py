"""Retry-After and X-RateLimit-*: what is understood, and what is wrong."""

import time
from email.utils import formatdate

import pytest

from conformance.contracts.rate_limit.headers import problems, read
from conformance.contracts.rate_limit.retry_after import asked_s, form_of, problem
from conformance.contracts.rate_limit.settings import LimitHeaders
from conformance.wire.exchange import Exchange, HttpRequest

NAMES = LimitHeaders()


def answer(**headers: str) -> Exchange:
    fields = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Exchange(HttpRequest("POST", "http://127.0.0.1/"), status=429, headers=fields, head_at=0.0)


@pytest.mark.parametrize("value", ["0", "1", "00012", "3600", "9" * 30])
def test_digits_are_seconds(value: str) -> None:
    assert form_of(value) == "seconds"


@pytest.mark.parametrize(
    "value",
    ["", "soon", "-1", "+5", "1.5", "5s", "1,2", "٣", "2030-01-01T00:00:00Z", "Fri, 31 Dec 1999 23:59:59",
     "Fri, 31 Dec 1999 23:59:59 +0000", "Fri, 32 Dec 1999 23:59:59 GMT", "Friday, 31-Dec-99 23:59:59 GMT"],
)  # fmt: skip
def test_anything_else_is_neither(value: str) -> None:
    assert form_of(value) is None
    assert problem(value, ("seconds", "date")) == f"{value!r} is neither a number of seconds nor an HTTP date"


def test_a_date_is_refused_where_seconds_are_promised() -> None:
    value = "Fri, 31 Dec 1999 23:59:59 GMT"

    assert problem(value, ("seconds",)) == f"{value!r} is a date"
    assert problem(value, ("seconds", "date")) is None


def test_a_date_is_compared_with_the_clock_of_the_server() -> None:
    served = answer(Retry_After="Fri, 31 Dec 1999 23:59:59 GMT", Date="Fri, 31 Dec 1999 23:59:12 GMT")

    assert asked_s(served) == 47


def test_without_that_clock_a_date_is_compared_with_ours() -> None:
    asked = asked_s(answer(Retry_After=formatdate(time.time() + 30, usegmt=True)))

    assert asked is not None
    assert 28 < asked <= 30


@pytest.mark.parametrize("value", ["soon", "", "-1"])
def test_what_cannot_be_read_asks_for_nothing(value: str) -> None:
    assert asked_s(answer(Retry_After=value)) is None


def limits(limit: str, remaining: str, reset: str) -> Exchange:
    return answer(X_RateLimit_Limit=limit, X_RateLimit_Remaining=remaining, X_RateLimit_Reset=reset)


def in_s(seconds: float) -> str:
    return str(int(time.time() + seconds))


@pytest.mark.parametrize("limit", ["100", " 100 ", "100, 100;w=60", "100;w=60"])
def test_true_headers_are_right(limit: str) -> None:
    assert list(problems(limits(limit, "99", in_s(30)), NAMES, 60)) == []


@pytest.mark.parametrize(
    ("served", "wrong"),
    [
        (answer(), "no X-RateLimit-Limit"),
        (limits("100", "101", in_s(30)), "more than the limit"),
        (limits("100", "-1", in_s(30)), "X-RateLimit-Remaining: -1 is no whole number"),
        (limits("many", "1", in_s(30)), "X-RateLimit-Limit: many is no whole number"),
        (limits("100", "1", in_s(-60)), "from now"),
        (limits("100", "1", in_s(3600)), "from now"),
        (limits("100", "1", str(int(time.time() * 1000))), "from now"),
        (limits("100", "1", "9" * 200), "is no whole number"),
    ],
)
def test_wrong_headers_are_told(served: Exchange, wrong: str) -> None:
    assert any(wrong in one for one in problems(served, NAMES, 60))


def test_a_reset_may_be_a_number_of_seconds() -> None:
    names = LimitHeaders(reset_form="delta")

    assert read(limits("100", "1", "30"), names).reset_s == 30
    assert list(problems(limits("100", "1", "30"), names, 60)) == []
