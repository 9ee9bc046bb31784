"""What alerts compare is read from their expressions; what is no expression is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.contracts.alerts.promql import read_expression, seconds_of


@pytest.mark.parametrize(
    ("text", "metrics", "comparisons"),
    [
        ("rate(validation_errors_total[5m]) > 0.1", {"validation_errors_total"}, [(">", 0.1)]),
        (
            'sum by (type) (rate(a_total{type="x > 5"}[5m])) / on(pod) group_left(team) b_total * 100 >= bool 5',
            {"a_total", "b_total"},
            [(">=", 5)],
        ),
        ("histogram_quantile(0.95, sum(rate(d_bucket[5m])) by (le)) > 0.2", {"d_bucket"}, [(">", 0.2)]),
        ("0.9 < used / total", {"used", "total"}, [(">", 0.9)]),
        ("time() - backup_timestamp > 24 * 3600", {"backup_timestamp"}, []),
        ('up{job=~"mcp.*"} == 0 and on() vector(1) offset 5m', {"up"}, [("==", 0)]),
        ("temperature < -5e-1", {"temperature"}, [("<", -0.5)]),
        ("a > 1 and b < 2", {"a", "b"}, [(">", 1), ("<", 2)]),
        ("job:errors:rate5m > 0.1 # a recording rule", {"job:errors:rate5m"}, [(">", 0.1)]),
    ],
)
def test_metrics_and_limits_are_found(text: str, metrics: set[str], comparisons: list[tuple[str, float]]) -> None:
    found = read_expression(text)

    assert (found.problem, set(found.metrics), list(found.comparisons)) == ("", metrics, comparisons)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "empty"),
        ("rate(a[5m] > 1", "( is not closed"),
        ("rate(a[5m)) > 1", ") closes nothing"),
        ("a > ", "nothing follows >"),
        ("> 1", "nothing stands before >"),
        ("a / * b", "/ is followed by *"),
        ('a{b="c} > 1', "is no PromQL"),
        ("a ; b", "is no PromQL"),
        ("a" * 30_000, "longer than"),
    ],
)
def test_what_is_no_expression_is_told(text: str, problem: str) -> None:
    assert problem in read_expression(text).problem


@given(st.text('ab_:{}[]()<>=!~"\\ 0123.5m+-*/,by \n', max_size=80))
def test_reading_never_ends_in_an_error(text: str) -> None:
    read_expression(text)


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [("5m", 300), ("1h30m", 5400), ("500ms", 0.5), (300, 300), ("0", 0), ("5 min", None), (None, None)],
)
def test_durations(duration: object, seconds: float | None) -> None:
    assert seconds_of(duration) == seconds
