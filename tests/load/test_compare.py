"""A comparison says what the rounds show, and no more."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.load.gates.compare import compare, holm
from conformance.load.results.model import Difference, Phase, Result
from conformance.load.results.summary import figures
from conformance.target.errors import ConfigError
from tests.load.results import MACHINE, invalid, lognormal, phase, result, rounds, searched


def run(phases: Sequence[Phase], **changes: Any) -> Result:
    return msgspec.structs.replace(result(*phases, **changes), figures=figures(phases))


def told(before: Result, after: Result, operation: str = "total") -> dict[str, Difference]:
    return {one.figure: one for one in compare(before, after) if one.operation == operation}


def test_a_slower_target_is_worse_in_each_percentile() -> None:
    differences = told(run(rounds(2000)), run(rounds(3000)))

    assert {name: one.verdict for name, one in differences.items()} == {
        "throughput": "same", "p50": "worse", "p95": "worse", "p99": "worse", "errors": "same",
    }  # fmt: skip
    median = differences["p50"]
    assert median.ratio == pytest.approx(1.5, rel=0.02)
    assert median.low is not None
    assert median.high is not None
    assert median.low < 1.5 < median.high
    assert median.p_value is not None
    assert median.p_value < 0.01
    assert median.text.startswith("p50 of total 1.99 ms → 2.98 ms: worse; +49")


def test_a_quicker_one_is_better_and_the_same_one_the_same() -> None:
    assert told(run(rounds(3000)), run(rounds(2000)))["p50"].verdict == "better"
    assert told(run(rounds(2000)), run(rounds(2010)))["p50"].verdict == "same"


def test_what_is_told_is_pooled_and_what_is_tested_are_rounds() -> None:
    uneven = run([phase("round 1", [1000] * 3000), phase("round 2", [1000] * 3000), phase("round 3", [9000] * 20_000)])
    difference = told(uneven, uneven)["p50"]

    assert (difference.before, difference.after) == (uneven.figures[0].percentiles["p50"].pooled,) * 2
    assert difference.before > 8000 > uneven.figures[0].percentiles["p50"].median


def test_less_throughput_is_worse_and_more_is_better() -> None:
    slow, quick = (run(rounds(2000, samples=samples)) for samples in (1500, 2000))

    assert told(quick, slow)["throughput"].verdict == "worse"
    assert told(slow, quick)["throughput"].verdict == "better"


@pytest.mark.parametrize(("median", "verdict"), [(2080, "same"), (2200, "worse")])
def test_a_significant_difference_of_less_than_a_twentieth_does_not_matter(median: float, verdict: str) -> None:
    differences = told(run(rounds(2000, noise=0.001, count=8)), run(rounds(median, noise=0.001, count=8)))

    assert differences["p50"].p_value is not None
    assert differences["p50"].p_value < 0.05
    assert differences["p50"].verdict == verdict


def test_noise_shows_nothing_and_says_so() -> None:
    difference = told(run(rounds(2000, noise=0.4)), run(rounds(2400, noise=0.4)))["p50"]

    assert difference.verdict == "unknown"
    assert "cannot be told from noise" in difference.text


def test_one_round_shows_nothing_however_large_the_difference() -> None:
    difference = told(run(rounds(2000)), run(rounds(9000, count=1)))["p50"]

    assert (difference.verdict, difference.low, difference.p_value) == ("unknown", None, None)
    assert difference.ratio == pytest.approx(4.5, rel=0.03)
    assert "two rounds on each side" in difference.text


def failing(count: int) -> Result:
    return run([phase(f"round {number}", [1000] * 2000, {"http": count + number}) for number in range(3)])


def test_more_errors_are_worse_when_they_are_enough_to_matter() -> None:
    none = run([phase(f"round {number}", [1000] * 2000) for number in range(3)])

    assert told(none, failing(100))["errors"].verdict == "worse"
    assert told(failing(100), none)["errors"].verdict == "better"
    rare = run([phase(f"round {number}", [1000] * 2000, {"http": 1}) for number in range(3)])
    assert told(none, rare)["errors"].verdict == "same"


def test_a_round_without_a_good_answer_has_no_ratio() -> None:
    dead = run([phase(f"round {number}", [], {"timeout": 10}) for number in range(3)])

    difference = told(run(rounds(2000)), dead)["throughput"]

    assert (difference.verdict, difference.after) == ("unknown", 0.0)
    assert "a round of nothing has no ratio" in difference.text
    assert "p50" not in told(run(rounds(2000)), dead)


def named(*names: str, median: float = 2000) -> Result:
    phases = [
        phase(f"round {number}", {name: lognormal(median, 1500, seed=number) for name in names}) for number in range(3)
    ]
    return run(phases, plan={"operations": names})


def test_operations_are_compared_that_both_have() -> None:
    before, after = named("a", "b"), named("b", "c")

    assert {one.operation for one in compare(before, after)} == {"total", "b"}
    assert {one.operation for one in compare(named("a"), named("a"))} == {"total"}


def test_the_total_of_another_mix_is_not_comparable() -> None:
    before, after = named("a", "b"), named("b", "c", median=4000)

    assert told(before, after)["p50"].verdict == "unknown"
    assert "another mix of operations" in told(before, after)["p50"].text
    assert told(before, after, "b")["p50"].verdict == "worse"


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ({"scenario": "raw"}, "its scenario is tool-caller and that of this run raw"),
        ({"shape": "soak"}, "its shape is constant and that of this run soak"),
        ({"rate": 200.0}, "its rate is 100.0 and that of this run 200.0"),
        ({"users": 7}, "its users is 50 and that of this run 7"),
        ({"model": "closed"}, "its model is open"),
        ({"arrivals": "constant"}, "its arrivals is poisson"),
        ({"think_s": 1.0}, "its think is 0.0"),
    ],
)
def test_another_plan_is_refused_by_name(plan: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        compare(run(rounds(2000)), run(rounds(2000), plan=plan))


def test_length_rounds_and_seed_may_differ() -> None:
    other = run(rounds(2000, count=4), plan={"rounds": 4, "seed": 9, "duration_s": 60.0, "processes": 2})

    assert told(run(rounds(2000)), other)["p50"].verdict == "same"


def test_another_machine_is_compared_and_named() -> None:
    other = msgspec.structs.replace(run(rounds(3000)), machine=msgspec.structs.replace(MACHINE, cores=64))

    assert told(run(rounds(2000)), other)["p50"].verdict == "worse"
    assert all("on another machine" in one.text for one in compare(run(rounds(2000)), other))
    assert not any("another machine" in one.text for one in compare(run(rounds(2000)), run(rounds(3000))))


def test_a_generator_that_was_the_limit_says_nothing_of_the_target() -> None:
    bound = run(rounds(3000), findings=invalid())
    failed = run(rounds(3000), findings=invalid("errors", "Many failed."))

    assert {one.verdict for one in compare(run(rounds(2000)), bound)} == {"unknown"}
    assert {one.verdict for one in compare(bound, run(rounds(2000)))} == {"unknown"}
    assert told(run(rounds(2000)), failed)["p50"].verdict == "worse"
    assert "the run is invalid: errors" in told(run(rounds(2000)), failed)["p50"].text


def test_a_search_is_compared_by_what_it_found() -> None:
    (difference,) = compare(searched(400.0, 440.0), searched(300.0, 330.0))

    assert (difference.figure, difference.verdict) == ("breaking point", "unknown")
    assert difference.ratio == pytest.approx(0.75)
    assert "400/s → 300/s" in difference.text
    assert compare(searched(None, 50.0), searched(300.0, 330.0)) == ()


def test_many_figures_make_one_difference_by_chance_likelier() -> None:
    """The same rounds of one operation, alone and among many."""
    slower = {"a": 1.16}

    def of(names: Sequence[str], factor: dict[str, float]) -> Result:
        phases = []
        for number, noise in enumerate((0.9, 1.0, 1.1)):
            values = {name: [round(2000 * noise * factor.get(name, 1.0))] * 2000 for name in names}
            phases.append(phase(f"round {number}", values))
        return run(phases, plan={"operations": tuple(names)})

    few, many = ["a", "b"], [f"{letter}" for letter in "abcdefghij"]
    alone = told(of(few, {}), of(few, {"a": 1.5}), "a")["p50"].p_value
    among = told(of(many, {}), of(many, {"a": 1.5}), "a")["p50"].p_value

    assert alone is not None
    assert among is not None
    assert among > alone
    assert told(of(few, {}), of(few, slower), "a")["p50"].verdict == "unknown"


def test_holm_is_what_its_paper_shows() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, None, 0.6]) == [1.0, None, 1.0]
    assert holm([]) == []


@given(st.lists(st.none() | st.floats(0, 1), max_size=12))
def test_a_correction_makes_no_p_value_smaller_and_keeps_their_order(p_values: list[float | None]) -> None:
    adjusted = holm(p_values)

    pairs = sorted(
        (old, new) for old, new in zip(p_values, adjusted, strict=True) if old is not None and new is not None
    )
    assert all(old <= new <= 1 for old, new in pairs)
    assert [new for _, new in pairs] == sorted(new for _, new in pairs)
    assert [one is None for one in p_values] == [one is None for one in adjusted]


def test_errors_of_an_operation_are_its_own() -> None:
    def of(count: int) -> Result:
        phases = [
            phase(f"round {number}", {"a": [1000] * 500, "b": [1000] * 500}, {"http": count + number})
            for number in range(3)
        ]
        return run(phases, plan={"operations": ("a", "b")})

    assert told(of(5), of(200), "a")["errors"].verdict == "worse"
    assert told(of(5), of(200), "b")["errors"].verdict == "same"
