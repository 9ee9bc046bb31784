"""What was observed, scraped and asked, against levels at their edges."""

import json
from collections.abc import Sequence
from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.contracts.metrics.exposition import Exposition, read_exposition
from conformance.contracts.metrics.settings import Family, Metrics
from conformance.contracts.service_levels import judges
from conformance.contracts.service_levels.observing import Observation, Row, is_failure
from conformance.contracts.service_levels.settings import Failure, Objective, Query, ServiceLevels
from conformance.wire.exchange import Exchange, HttpRequest

LEVELS = ServiceLevels(
    availability=0.999, error_rate=0.001, p95_s=0.1, error_budget=0.05, error_window_s=120, failures_in_a_row=3
)


def seen(failures: Sequence[int], calls: int = 1000, took: float = 0.05, limited: Sequence[int] = ()) -> Observation:
    rows = [Row(float(n), inf if n in failures else took, n in failures, n in limited) for n in range(calls)]
    return Observation(tuple(rows), float(calls))


@pytest.mark.parametrize(
    ("observation", "availability", "errors"),
    [
        (seen([]), "pass", "pass"),
        (seen([500]), "pass", "fail"),
        (seen([500, 900]), "fail", "fail"),
        (seen([30], calls=60), "not evaluated", "not evaluated"),
        (seen([30, 40], calls=60), "fail", "fail"),
        (seen([], calls=19), "not evaluated", "not evaluated"),
        (seen([], limited=range(0, 1000, 2)), "pass", "pass"),
        (seen([], calls=30, limited=range(11)), "not evaluated", "not evaluated"),
    ],
)
def test_availability_and_errors(observation: Observation, availability: str, errors: str) -> None:
    """An error rate *below* 0.1 % is broken by exactly 0.1 %, an availability of *at least* 99.9 % is kept by it."""
    assert judges.availability(observation, LEVELS).verdict == availability
    assert judges.error_rate(observation, LEVELS).verdict == errors


def test_calls_count_for_what_they_are_meant_for() -> None:
    probes = [Row(float(n), 0.01, False, False, counts=("availability",)) for n in range(100)]
    calls = [Row(float(n), inf, True, False, counts=("errors", "latency")) for n in range(100)]
    observation = Observation((*probes, *calls), 100)

    assert judges.availability(observation, LEVELS).verdict == "pass"
    assert judges.error_rate(observation, LEVELS).verdict == "fail"


@pytest.mark.parametrize(("slow", "verdict"), [(50, "pass"), (51, "fail")])
def test_five_percent_may_be_slow(slow: int, verdict: str) -> None:
    rows = tuple(Row(float(n), 0.1 if n < slow else 0.05, False, False) for n in range(1000))

    assert judges.latency(Observation(rows, 1000), LEVELS).verdict == verdict


def test_a_budget_is_broken_in_a_window_and_a_row_by_three() -> None:
    spread, burst, row = seen(range(0, 1000, 25)), seen(range(300, 320, 2)), seen([500, 501, 502])

    def found(observation: Observation) -> tuple[str, str]:
        budget = judges.error_budget(observation, LEVELS, lambda s: s)
        return budget.verdict, judges.failures_in_a_row(observation, LEVELS).verdict

    assert [found(one) for one in (spread, burst, row)] == [("pass", "pass"), ("fail", "pass"), ("pass", "fail")]


def answer(status: int | None, body: object = None, ending: str = "complete") -> Exchange:
    exchange = Exchange(HttpRequest("POST", "http://a"), status=status, headers=(("content-type", "application/json"),))
    exchange.body.extend(json.dumps(body).encode())
    exchange.ending = ending  # type: ignore[assignment]
    return exchange


RPC = Failure(rpc_error=True)


@pytest.mark.parametrize(
    ("exchange", "failure", "failed"),
    [
        (answer(200), Failure(), False),
        (answer(404), Failure(), False),
        (answer(500), Failure(), True),
        (answer(None, ending="deadline"), Failure(), True),
        (answer(200, ending="reset"), Failure(), True),
        (answer(200, {"error": {"code": -32603}}), Failure(), False),
        (answer(200, {"error": {"code": -32603}}), RPC, True),
        (answer(200, {"result": {"isError": True}}), RPC, True),
        (answer(200, {"result": {}}), RPC, False),
        (answer(200, {"ok": False}), Failure(member="ok", member_is=False), True),
        (answer(200, {"ok": True}), Failure(member="ok", member_is=False), False),
        (answer(401), Failure(status=400), True),
    ],
)
def test_what_counts_as_an_error(exchange: Exchange, failure: Failure, failed: bool) -> None:
    assert is_failure(exchange, failure) is failed


FAMILIES = Metrics(families={"errors": Family(names=("errors_total",)), "latency": Family(names=("d_seconds",))})


def scrape(errors: float, total: float, used: float = 5, slow: float = 0) -> Exposition:
    text = (
        f"# TYPE errors_total counter\nerrors_total {errors}\n# TYPE total counter\ntotal {total}\n"
        f"used {used}\nsize 10\n# TYPE d_seconds histogram\n"
        f'd_seconds_bucket{{le="0.1"}} {total - slow}\nd_seconds_bucket{{le="1"}} {total}\n'
        f'd_seconds_bucket{{le="+Inf"}} {total}\n'
    )
    return read_exposition(text.encode())


def verdict(before: Exposition, after: Exposition, **objective: Any) -> str:
    one = Objective(title="x", **objective)
    return next(judges.objectives([one], FAMILIES, before, after)).outcome.verdict


@pytest.mark.parametrize(
    ("before", "after", "objective", "expected"),
    [
        (scrape(0, 100), scrape(5, 200), {"of": ("errors", "total"), "limit": 0.05}, "pass"),
        (scrape(0, 100), scrape(6, 200), {"of": ("errors", "total"), "limit": 0.05}, "fail"),
        (scrape(90, 100), scrape(90, 200), {"of": ("errors", "total"), "limit": 0.05}, "pass"),
        (scrape(0, 100), scrape(5, 119), {"of": ("errors", "total"), "limit": 0.05}, "not evaluated"),
        (scrape(0, 100), scrape(0, 100), {"of": ("errors", "total"), "limit": 0.05}, "not evaluated"),
        (scrape(900, 1000), scrape(1, 100), {"of": ("errors", "total"), "limit": 0.05}, "pass"),
        (scrape(0, 1), scrape(0, 2), {"of": ("nothing", "total"), "limit": 0.05}, "not evaluated"),
        (scrape(0, 1), scrape(0, 2, 9), {"kind": "value", "of": ("used", "size"), "limit": 0.9}, "pass"),
        (scrape(0, 1), scrape(0, 2, 9.3), {"kind": "value", "of": ("used", "size"), "limit": 0.9}, "fail"),
        (scrape(0, 1), scrape(0, 2, 3), {"kind": "value", "of": ("used",), "op": "<", "limit": 4}, "fail"),
        (scrape(3, 1), scrape(3, 2), {"kind": "growth", "of": ("errors",)}, "pass"),
        (scrape(3, 1), scrape(4, 2), {"kind": "growth", "of": ("errors",)}, "fail"),
        (scrape(0, 0), scrape(0, 100, slow=4), {"kind": "quantile", "of": ("latency",), "limit": 0.1}, "pass"),
        (scrape(0, 0), scrape(0, 100, slow=6), {"kind": "quantile", "of": ("latency",), "limit": 0.1}, "fail"),
    ],
)
def test_objectives_over_two_scrapes(
    before: Exposition, after: Exposition, objective: dict[str, Any], expected: str
) -> None:
    assert verdict(before, after, **objective) == expected


QUERY = Query(title="up", query="up", op="<", limit=1, window_s=900, step_s=15, for_s=300)


def matrix(*series: Sequence[object]) -> object:
    rows = [[[15.0 * n, value] for n, value in enumerate(values)] for values in series]
    return {
        "status": "success",
        "data": {"resultType": "matrix", "result": [{"metric": {}, "values": v} for v in rows]},
    }


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (matrix(["1"] * 60), "pass"),
        (matrix(["1"] * 30 + ["0"] * 20 + ["1"] * 10), "pass"),
        (matrix(["1"] * 30 + ["0"] * 21 + ["1"] * 9), "fail"),
        (matrix(["1"] * 60, ["0"] * 60), "fail"),
        (matrix(["NaN"] * 60), "not evaluated"),
        (matrix(), "not evaluated"),
        ({"status": "error", "error": "bad query"}, "not evaluated"),
        (None, "not evaluated"),
    ],
)
def test_queries(body: object, expected: str) -> None:
    assert judges.query_answer(QUERY, body).outcome.verdict == expected


@given(st.lists(st.one_of(st.none(), st.lists(st.one_of(st.text(max_size=4), st.floats(), st.integers())))))
def test_an_answer_of_any_form_is_read(values: list[object]) -> None:
    body = {"data": {"result": [{"values": values}, {"values": 3}, None]}}

    assert judges.query_answer(QUERY, body).outcome.verdict in ("pass", "fail", "not evaluated")
