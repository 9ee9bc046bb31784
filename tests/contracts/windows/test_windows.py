"""The evaluator against a slow one that follows the definition to the letter, and the limits at their edges."""

import math
import operator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.contracts.windows import Limit, evaluate, percentile, samples, weighted_samples

OPS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}

rows = st.lists(
    st.tuples(st.integers(0, 60).map(lambda tenth: tenth / 4), st.sampled_from([0, 0, 0.25, 0.5, 1])),
    min_size=1, max_size=40,
)  # fmt: skip
limits = st.builds(
    Limit,
    op=st.sampled_from([">", ">=", "<", "<="]),
    limit=st.sampled_from([0, 0.25, 0.5, 1]),
    statistic=st.sampled_from(["ratio", "percentile", "last", "sum"]),
    percentile=st.sampled_from([0.1, 50, 95, 99.9, 100]),
    window_s=st.sampled_from([None, 0.5, 2, 5]),
    step_s=st.sampled_from([0.25, 1, 1.5]),
    for_s=st.sampled_from([0, 1, 3]),
    min_events=st.sampled_from([1, 2, 4]),
)


def naive(data: list[tuple[float, float]], limit: Limit) -> str:
    begin, end = min(at for at, _ in data), max(at for at, _ in data)
    ordered = sorted(data, key=lambda row: row[0])
    if limit.window_s is None:
        ends, window = [end], end - begin + 1
    else:
        count = math.floor((end - begin) / limit.step_s)
        ends = [begin + step * limit.step_s for step in range(count + 1)]
        window = limit.window_s
        ends = [at for at in ends if at - begin >= window]
    verdict, since = "not evaluated", None
    for at in ends:
        values = [value for when, value in ordered if at - window < when <= at or when == at - window == begin]
        if len(values) < limit.min_events:
            since = None
            continue
        verdict = "pass" if verdict == "not evaluated" else verdict
        found = {
            "ratio": sum(values) / len(values), "sum": sum(values), "last": values[-1],
            "percentile": percentile(values, limit.percentile),
        }[limit.statistic]  # fmt: skip
        if not OPS[limit.op](found, limit.limit):
            since = None
            continue
        since = at if since is None else since
        if at - since >= limit.for_s:
            verdict = "fail"
    return verdict


@settings(max_examples=300, deadline=None)
@given(rows, limits)
def test_it_says_what_the_definition_says(data: list[tuple[float, float]], limit: Limit) -> None:
    assert evaluate(samples(data), limit).verdict == naive(data, limit)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=60), st.sampled_from([1, 50, 90, 95, 99, 99.9, 100]))
def test_a_percentile_is_the_smallest_value_that_covers_its_share(values: list[int], percent: float) -> None:
    found = percentile(values, percent)

    assert sum(value <= found for value in values) * 100 >= percent * len(values)
    assert sum(value < found for value in values) * 100 < percent * len(values)


ERROR_BUDGET = Limit(op=">", limit=0.05, window_s=120)


@pytest.mark.parametrize(("errors", "verdict"), [(5, "pass"), (6, "fail")])
def test_exactly_five_percent_does_not_exceed_five_percent(errors: int, verdict: str) -> None:
    data = [(second * 1.2, int(second < errors)) for second in range(101)]

    outcome = evaluate(samples(data), ERROR_BUDGET)

    assert outcome.verdict == verdict


def test_errors_that_are_spread_over_more_than_the_window_keep_the_budget() -> None:
    spread = [(second, int(second % 25 == 0)) for second in range(600)]
    bunched = [(second, int(300 <= second < 324)) for second in range(600)]

    assert evaluate(samples(spread), ERROR_BUDGET).verdict == "pass"
    assert evaluate(samples(bunched), ERROR_BUDGET).verdict == "fail"


def test_the_worst_window_is_told() -> None:
    data = [(second, int(300 <= second < 330)) for second in range(600)]

    outcome = evaluate(samples(data), ERROR_BUDGET)

    assert outcome.value == 30 / 120
    assert 329 <= (outcome.at or 0) < 420


@pytest.mark.parametrize(("longest", "verdict"), [(2, "pass"), (3, "fail")])
def test_failures_in_a_row(longest: int, verdict: str) -> None:
    healthy = [0] * longest + [1] + [1] * 5 + [0] * (longest - 1) + [1]
    limit = Limit(op="<", limit=1, in_a_row=3, min_events=1)

    outcome = evaluate(samples(enumerate(healthy)), limit)

    assert (outcome.verdict, outcome.value) == (verdict, longest)


@pytest.mark.parametrize(("until", "verdict"), [(285, "pass"), (300, "fail")])
def test_an_alert_fires_when_the_condition_held_at_each_step_for_five_minutes(until: int, verdict: str) -> None:
    data = [(second, 1 if second <= until else 0) for second in range(0, 615, 15)]
    limit = Limit(op=">", limit=0.9, statistic="last", window_s=15, step_s=15, for_s=300, min_events=1)

    outcome = evaluate(samples(data, begin=-15), limit)

    assert outcome.verdict == verdict


def test_a_gap_ends_what_has_held() -> None:
    data = [(second, 1) for second in range(0, 615, 15) if not 200 < second < 320]
    limit = Limit(op=">", limit=0.9, statistic="last", window_s=15, step_s=15, for_s=300, min_events=1)

    assert evaluate(samples(data), limit).verdict == "pass"


def test_ratio_of_counted_intervals() -> None:
    intervals = [(15.0 * i, 12.0, 100.0) for i in range(1, 30)]

    outcome = evaluate(weighted_samples(intervals, begin=0), Limit(op=">", limit=0.1, window_s=300, step_s=15))

    assert (outcome.verdict, outcome.value, outcome.events) == ("fail", 0.12, 2000)


def test_too_little_is_not_evaluated_and_says_why() -> None:
    short = evaluate(samples((second, 1) for second in range(60)), ERROR_BUDGET)
    few = evaluate(samples((second, 1) for second in range(0, 600, 60)), ERROR_BUDGET)
    nothing = evaluate(samples([]), ERROR_BUDGET)

    assert {short.verdict, few.verdict, nothing.verdict} == {"not evaluated"}
    assert "59 s were observed" in short.reason
    assert "20" in few.reason


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="nan"):
        samples([(0, math.nan)])
    with pytest.raises(ValueError, match="finite"):
        evaluate(samples([(0, math.inf)]), Limit(op=">", limit=1))


def test_a_timeout_is_infinitely_slow() -> None:
    data = [(second, math.inf if second % 10 == 0 else 0.01) for second in range(100)]

    outcome = evaluate(samples(data), Limit(op=">", limit=0.1, statistic="percentile"))

    assert (outcome.verdict, outcome.value) == ("fail", math.inf)
