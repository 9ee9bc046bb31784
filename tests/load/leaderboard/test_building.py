"""Which runs are compared, which are not, and why."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from conformance.load.leaderboard.building import leaderboard_of
from conformance.load.leaderboard.runs import read_runs
from conformance.load.results.model import Conformance, Finding, Gate
from conformance.target.errors import ConfigError
from tests.load.leaderboard.boards import CLOSED, NOW, at, board_of, busy, only_workload, ranks, written
from tests.load.results import MACHINE, invalid, lognormal, phase, result, rounds, searched


def test_each_plan_is_a_workload_of_its_own(tmp_path: Path) -> None:
    board = board_of(
        tmp_path, at("a", 1000), at("a", 1000, plan={"rate": 200.0}), at("a", 1000, plan={"scenario": "discovery"}),
        busy("a", [100, 100, 100]), at("a", 1000, plan={"duration_s": 60.0}),
    )  # fmt: skip

    assert len(board.workloads) == 5
    assert len({workload.id for workload in board.workloads}) == 5
    assert all(ranks(workload) == {"a": 1} for workload in board.workloads)


def test_what_the_generator_chose_for_itself_does_not_part_runs(tmp_path: Path) -> None:
    workload = only_workload(
        tmp_path,
        at("a", 1000),
        at("b", 2000, plan={"seed": 9, "processes": 2, "users": 200, "operations": ("tools/call x",)}),
    )

    assert ranks(workload) == {"a": 1, "b": 2}
    assert any("different operations" in note for note in workload.notes)


def test_an_open_loop_is_ranked_by_waiting(tmp_path: Path) -> None:
    workload = only_workload(tmp_path, at("slow", 5000), at("fast", 1000), at("middle", 2000))

    assert (workload.ranked_by, workload.order) == ("p99", "lowest first")
    assert [row.server for row in workload.leaderboard] == ["fast", "middle", "slow"]
    assert ranks(workload) == {"fast": 1, "middle": 2, "slow": 3}
    against = workload.leaderboard[1].against_best
    assert against is not None
    assert against.ratio == pytest.approx(2, rel=0.01)
    assert workload.leaderboard[0].against_best is None


def test_a_percentile_that_one_run_lacks_ranks_nobody(tmp_path: Path) -> None:
    few = at("few", 1000, of_rounds={"samples": 200})

    workload = only_workload(tmp_path, few, at("many", 2000))

    assert workload.ranked_by == "p95"
    assert "Too few samples stand behind p99" in workload.why


def test_a_closed_loop_is_ranked_by_what_gets_done(tmp_path: Path) -> None:
    workload = only_workload(tmp_path, busy("slow", [800, 810, 790]), busy("fast", [2000, 2010, 1990]))

    assert (workload.ranked_by, workload.order) == ("throughput", "highest first")
    assert ranks(workload) == {"fast": 1, "slow": 2}


def test_a_breaking_point_is_ranked_by_rate_at_the_step_that_held(tmp_path: Path) -> None:
    workload = only_workload(
        tmp_path,
        searched(400.0, 420.0, server="a"),
        searched(410.0, 430.0, server="b"),
        searched(200.0, 210.0, server="c"),
    )

    assert workload.ranked_by == "rate"
    assert ranks(workload) == {"b": 1, "a": 1, "c": 3}
    best = workload.leaderboard[0]
    assert best.throughput is not None
    assert best.throughput.median == pytest.approx(410)
    assert best.rounds == 1


def test_where_a_search_began_does_not_matter(tmp_path: Path) -> None:
    first, second = searched(400.0, 420.0), searched(200.0, 210.0, server="b")

    workload = only_workload(tmp_path, first, replace(second, plan=replace(second.plan, rate=50.0, to_rate=900.0)))

    assert ranks(workload) == {"alpha": 1, "b": 2}
    assert workload.id == "tool-caller-breaking-point"


def test_searches_with_other_service_levels_are_not_compared(tmp_path: Path) -> None:
    gate = Gate(
        threshold="p95<50ms", operation="total", source="option", verdict="pass", measured=1.0, limit=50000.0,
        unit="us", text="",
    )  # fmt: skip
    board = board_of(tmp_path, searched(400.0, 420.0), searched(300.0, 310.0, server="b", gates=(gate,)))

    assert [workload.service_level for workload in board.workloads] == [(), ("p95<50ms",)]


def test_stretches_of_a_ramp_are_no_rounds(tmp_path: Path) -> None:
    def climb(server: str, median: float) -> Any:
        steps = [phase(f"{at}", lognormal(median + at, 500), role="ramp", rate=float(at)) for at in (100, 200, 300)]
        return result(*steps, server=server, plan={"shape": "ramp", "rate": 100.0, "to_rate": 300.0})

    workload = only_workload(tmp_path, climb("a", 1000), climb("b", 1150))

    assert [row.rounds for row in workload.leaderboard] == [1, 1]
    assert ranks(workload) == {"a": 1, "b": 1}
    assert workload.title == "tool-caller: ramp of 100/s to 300/s, Poisson arrivals, 3 rounds of 10 s"


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"findings": invalid()}, "invalid", "generator-bound: the generator used 98 % of its core"),
        (
            {"findings": invalid("rate-limited", "429s") + invalid("rate-not-sustained", "90/s")},
            "invalid",
            "rate-limited",
        ),
        ({"findings": invalid("rate-not-sustained", "90 of 100/s")}, "not sustained", "90 of 100/s"),
    ],
)
def test_runs_that_cannot_be_ranked_are_listed_with_the_reason(
    tmp_path: Path, changes: dict[str, Any], status: str, reason: str
) -> None:
    workload = only_workload(tmp_path, at("good", 2000), at("bad", 1000, **changes))

    assert ranks(workload) == {"good": 1}
    (row,) = workload.unranked
    assert (row.server, row.status, row.rank) == ("bad", status, None)
    assert reason in row.reason


def test_a_note_that_does_not_invalidate_keeps_the_rank_unless_the_server_fell_behind(tmp_path: Path) -> None:
    note = Finding(code="unstable", invalidates=False, text="rounds differ by 20 %")
    behind = Finding(code="rate-not-sustained", invalidates=False, text="80 of 100/s")

    workload = only_workload(tmp_path, at("noisy", 1000, findings=(note,)), at("behind", 900, findings=(note, behind)))

    assert ranks(workload) == {"noisy": 1}
    assert workload.leaderboard[0].findings == ("unstable: rounds differ by 20 %",)
    assert [row.status for row in workload.unranked] == ["not sustained"]


def test_a_search_that_held_nowhere_has_no_rank(tmp_path: Path) -> None:
    workload = only_workload(tmp_path, searched(None, 10.0))

    assert [(row.status, row.reason) for row in workload.unranked] == [
        ("not sustained", "kept the service level at no rate")
    ]


def test_a_run_without_good_answers_is_invalid(tmp_path: Path) -> None:
    workload = only_workload(tmp_path, result(phase("round 1", [], {"http": 10})))

    assert [(row.status, row.reason) for row in workload.unranked] == [
        ("invalid", "too few good answers for any figure")
    ]


def test_the_newest_run_of_a_server_counts_be_it_better_or_worse(tmp_path: Path) -> None:
    workload = only_workload(
        tmp_path,
        at("a", 1000, started_at="2026-03-01T12:00:00Z"),
        at("a", 3000, started_at="2026-03-02T12:00:00Z"),
        at("a", 500, started_at="2026-03-03T12:00:00Z", findings=invalid()),
    )

    assert [row.date for row in workload.leaderboard] == ["2026-03-02T12:00:00Z"]
    assert {row.status: row.reason[:30] for row in workload.unranked} == {
        "superseded": "a run of 2026-03-02T12:00:00Z ", "invalid": "generator-bound: the generator",
    }  # fmt: skip


def test_a_server_that_fell_behind_since_is_not_ranked_by_an_older_run(tmp_path: Path) -> None:
    workload = only_workload(
        tmp_path,
        at("a", 1000, started_at="2026-03-01T12:00:00Z"),
        at("a", 1000, started_at="2026-03-02T12:00:00Z", findings=invalid("rate-not-sustained", "80 of 100/s")),
    )

    assert workload.leaderboard == ()
    assert sorted(row.status for row in workload.unranked) == ["not sustained", "superseded"]


def test_versions_and_labels_make_rows(tmp_path: Path) -> None:
    workload = only_workload(
        tmp_path,
        at("a", 1000, version="1.0"),
        at("a", 2000, version="2.0"),
        at("a", 4000, version="2.0", label="a, tuned"),
    )

    assert [(row.server, row.version) for row in workload.leaderboard] == [
        ("a", "1.0"),
        ("a", "2.0"),
        ("a, tuned", "2.0"),
    ]


def test_the_same_file_counts_once(tmp_path: Path) -> None:
    (path,) = written(tmp_path, at("a", 1000))

    board = leaderboard_of(read_runs([path, path]), title="", now=NOW)

    assert len(board.inputs) == 1
    assert ranks(board.workloads[0]) == {"a": 1}


def test_machines_are_ranked_by_themselves(tmp_path: Path) -> None:
    other = replace(MACHINE, cpu="Another CPU", cores=64)

    workload = only_workload(
        tmp_path, at("a", 1000), at("b", 2000), at("c", 500, machine=other), at("d", 1000, machine=other)
    )

    assert [(row.hardware, row.server, row.rank) for row in workload.leaderboard] == [
        ("H1", "c", 1), ("H1", "d", 2), ("H2", "a", 1), ("H2", "b", 2),
    ]  # fmt: skip
    assert any("2 machines" in note for note in workload.notes)


def test_a_target_elsewhere_is_on_other_hardware(tmp_path: Path) -> None:
    board = board_of(tmp_path, at("a", 1000), at("b", 1000, url="https://mcp.example/mcp"))

    assert len(board.hardware) == 2
    assert any("hardware that is not known" in one.text for one in board.hardware)


def test_single_rounds_are_told(tmp_path: Path) -> None:
    workload = only_workload(tmp_path, at("a", 1000, of_rounds={"count": 1}), at("b", 1150, of_rounds={"count": 1}))

    assert ranks(workload) == {"a": 1, "b": 1}
    assert any("single round" in note for note in workload.notes)


def test_the_order_of_files_does_not_matter(tmp_path: Path) -> None:
    paths = written(tmp_path, at("a", 1000), at("b", 1001), at("c", 3000), busy("a", [10, 11, 12]))

    boards = [leaderboard_of(read_runs(each), title="", now=NOW) for each in (paths, paths[::-1])]

    assert boards[0] == boards[1]


def test_conformance_of_the_result_stands_beside_the_speed(tmp_path: Path) -> None:
    known = Conformance(conforms=False, passed=98, failed=2, warned=1)

    assert only_workload(tmp_path, at("a", 1000, conformance=known)).leaderboard[0].conformance == known


def test_a_histogram_that_is_none_is_named(tmp_path: Path) -> None:
    (path,) = written(tmp_path, at("a", 1000))
    broken = path.read_text().replace('"encoded": "HISTF', '"encoded": "HISTX')
    path.write_text(broken)

    with pytest.raises(ConfigError, match=r"run-0\.json"):
        read_runs([path])


def test_figures_are_those_of_the_rounds_alone(tmp_path: Path) -> None:
    """The warm-up is five times as slow."""
    row = only_workload(tmp_path, result(*rounds(1000, noise=0.0), plan=CLOSED)).leaderboard[0]

    assert row.percentiles["p50"].high < 1100
