"""Each defect of a scrape is found by its judge, and the healthy one by none."""

from collections.abc import Iterable

import pytest

from conformance.contracts.metrics import judges
from conformance.contracts.metrics.exposition import read_exposition
from conformance.contracts.metrics.falling import came_back, falls
from conformance.contracts.metrics.judges import Judge
from tests.contracts.metrics.building import HEALTHY, SETTINGS

JUDGES: tuple[Judge, ...] = (
    judges.present, judges.kinds, judges.histograms, judges.bounds, judges.ranges, judges.shares, judges.capacities,
    judges.label_values, judges.secrets,
)  # fmt: skip


def said(judge: Judge, text: str) -> Iterable[str]:
    return list(judge(read_exposition(text.encode()), SETTINGS))


def test_nothing_is_wrong_with_the_healthy_scrape() -> None:
    assert [problem for judge in JUDGES for problem in said(judge, HEALTHY)] == []


DEFECTS = [
    (judges.present, ("validation_total", "validations_total"), "validation_total is missing (validation)"),
    (judges.kinds, ("validation_total counter", "validation_total gauge"), "declared as gauge"),
    (judges.histograms, ('le="1"} 100', 'le="1"} 97'), "cumulative"),
    (judges.histograms, ("seconds_count 100", "seconds_count 101"), "a count of 101"),
    (judges.histograms, ('le="+Inf"', 'le="10"'), "no bucket +Inf"),
    (judges.histograms, ("seconds_sum 4.2", "seconds_sum -4.2"), "sum of -4.2"),
    (judges.ranges, ("hit_rate 0.85", "hit_rate 85"), "is 85, expected 0 to 1"),
    (judges.ranges, ("used_bytes 5e9", "used_bytes -1"), "at least 0"),
    (judges.shares, ('"required"} 10', '"required"} 101'), "101, more than validation_total"),
    (judges.capacities, ("used_bytes 5e9", "used_bytes 5e10"), "more than artifact_storage_total_bytes"),
    (judges.capacities, ("artifact_storage_total_bytes", "other"), "is missing"),
    (judges.secrets, ('"required"', '"Bearer abcdefghijk"'), "credential in its label error_type"),
]


@pytest.mark.parametrize(("judge", "change", "words"), DEFECTS)
def test_a_defect_is_found_by_its_judge_alone(judge: Judge, change: tuple[str, str], words: str) -> None:
    spoiled = HEALTHY.replace(*change)
    related: dict[Judge, tuple[Judge, ...]] = {
        judges.present: (judges.capacities, judges.shares),
        judges.shares: (judges.present,),
    }

    assert words in " ".join(said(judge, spoiled))
    assert not [
        one for other in JUDGES if other not in (judge, *related.get(judge, ())) for one in said(other, spoiled)
    ]


def test_a_limit_needs_a_bound_near_it() -> None:
    spoiled = HEALTHY.replace('le="0.05"', 'le="0.001"').replace('le="0.1"', 'le="0.5"')

    assert "no bound near 0.1" in " ".join(said(judges.bounds, spoiled))


def test_a_label_with_many_values_is_unbounded() -> None:
    many = "".join(f'jobs_total{{id="{number}"}} 1\n' for number in range(4))

    assert "4 values of id" in " ".join(said(judges.label_values, "# TYPE jobs_total counter\n" + many))


@pytest.mark.parametrize(
    "change",
    [
        ("hit_rate 0.85", "hit_rate NaN"),
        ("# TYPE validation_total counter\n", ""),
        ('"required"} 10', '"required"} 100'),
    ],
)
def test_what_is_unusual_but_right(change: tuple[str, str]) -> None:
    assert [one for judge in JUDGES for one in said(judge, HEALTHY.replace(*change))] == []


BEFORE = read_exposition(HEALTHY.encode())


def test_a_counter_that_falls_is_found() -> None:
    after = read_exposition(HEALTHY.replace('"required"} 10', '"required"} 9').encode())

    found = falls(BEFORE, after)

    assert found.describe() == "validation_errors_total fell from 10 to 9"
    assert (found.steady, found.restarted, found.known) == (True, False, True)


def test_a_gauge_may_fall() -> None:
    assert not falls(BEFORE, read_exposition(HEALTHY.replace("0.85", "0.1").encode())).fell


def test_a_process_that_started_anew_is_told_apart() -> None:
    after = read_exposition(HEALTHY.replace("1.7e9", "1.8e9").replace("90", "1").encode())

    assert falls(BEFORE, after).restarted


def test_replicas_that_answer_in_turn_are_told_apart() -> None:
    after = read_exposition(HEALTHY.replace('"required"} 10', '"required"} 9').encode())

    assert came_back(falls(BEFORE, after), BEFORE)
    assert not came_back(falls(BEFORE, after), after)
