"""Each finding: a run that shows it, and one close to it that does not."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest

from conformance.load.recording.merging import total_of
from conformance.load.results.model import (
    Arrivals,
    BreakingPoint,
    Figures,
    Finding,
    Generator,
    Phase,
    Plan,
    Process,
    Streams,
)
from conformance.load.results.summary import figures
from conformance.load.results.validity import Limits, findings, judged_phases
from tests.load.results import PLAN, latencies, operation, phase, rounds

QUICK = [1000] * 2000


def generator(*cpus: float, lag: Sequence[int] = (50,), loop: Sequence[int] = (20,)) -> Generator:
    """Lags and waits are repeated until there are enough of them to be told."""
    return Generator(
        processes=tuple(Process(cpu=cpu, rss_bytes=2**26) for cpu in cpus or (0.3,)),
        lag=latencies(list(lag) * (2000 // len(lag))),
        loop=latencies(list(loop) * (2000 // len(loop))),
    )


def three(values: Sequence[int] = QUICK, **changes: Any) -> list[Phase]:
    return [phase(f"round {number}", values, **changes) for number in (1, 2, 3)]


def found(
    phases: Sequence[Phase], plan: Mapping[str, Any] | None = None, *, interrupted: bool = False, **more: Any
) -> dict[str, Finding]:
    """Findings by code; each is told at most once here."""
    planned = msgspec.structs.replace(PLAN, **dict(plan or {}))
    told = findings(planned, phases, figures(phases), interrupted=interrupted, **more)
    return {one.code: one for one in told}


def notes(phases: Sequence[Phase], plan: Mapping[str, Any] | None = None, **more: Any) -> set[str]:
    """Codes without that of p99.9, which needs more values than these runs have."""
    return set(found(phases, plan, **more)) - {"too-few-samples"}


def test_a_good_run_has_nothing_against_it() -> None:
    assert found(rounds(2000, samples=4000)) == {}


def test_texts_are_sentences_that_end() -> None:
    told = findings(PLAN, [], (), interrupted=True)

    assert [one.code for one in told] == ["interrupted", "nothing-measured"]
    assert all(one.text.endswith(".") for one in told)


class TestGenerator:
    def test_a_busy_process_is_named_with_its_phase(self) -> None:
        busy = [*three()[:2], phase("round 3", QUICK, generator=generator(0.4, 0.97))]

        finding = found(busy)["generator-bound"]

        assert finding.invalidates
        assert "97.00 % of a core in round 3" in finding.text
        assert "--processes" in finding.text
        assert notes(three(generator=generator(0.9, 0.9))) == set()

    def test_a_busy_generator_bounds_a_closed_loop_as_well(self) -> None:
        closed = {"model": "closed", "arrivals": "none", "rate": None}

        assert found(three(generator=generator(1.0)), closed)["generator-bound"].invalidates
        assert notes(three(generator=generator(0.6)), closed) == set()

    def test_it_is_what_the_scenario_raw_looks_for(self) -> None:
        finding = found(three(generator=generator(1.0)), {"scenario": "raw"})["generator-bound"]

        assert not finding.invalidates
        assert "as it should be" in finding.text

    def test_the_warm_up_does_not_count(self) -> None:
        warm_up = phase("warm-up", QUICK, role="warm-up", measured=False, generator=generator(1.0))

        assert notes([warm_up, *three()]) == set()

    @pytest.mark.parametrize(
        ("lag", "bound"),
        [
            ([400], False),
            ([700], True),  # a median of 1 ms may have 0.5 ms
            ([50] * 98 + [1900] * 2, False),
            ([50] * 98 + [2500] * 2, True),
            ([50] * 199 + [50_000], False),  # not at p99
        ],
    )
    def test_lag_is_held_against_quick_answers(self, lag: list[int], bound: bool) -> None:
        assert ("generator-bound" in found(three(generator=generator(lag=lag)))) is bound

    @pytest.mark.parametrize(("lag", "bound"), [(9000, False), (11_500, True)])
    def test_lag_may_be_a_tenth_of_slow_answers(self, lag: int, bound: bool) -> None:
        slow = three([100_000] * 2000, generator=generator(lag=[lag]))

        assert ("generator-bound" in found(slow)) is bound

    def test_slow_tails_do_not_excuse_a_lag_of_the_median(self) -> None:
        tail = three([1000] * 1900 + [500_000] * 100, generator=generator(lag=[5000]))

        assert "5.00 ms late at p50" in found(tail)["generator-bound"].text

    def test_lag_delays_journeys_not_the_requests_in_them(self) -> None:
        whole = msgspec.structs.replace(operation("session", [100_000] * 2000), kind="journey")
        call = operation("tools/call", QUICK)
        phases = [
            msgspec.structs.replace(one, operations=(call, whole), total=total_of([call]))
            for one in three(generator=generator(lag=[5000]))
        ]

        assert "generator-bound" not in found(phases)
        assert "generator-bound" in found(three(generator=generator(lag=[5000])))

    def test_a_closed_loop_has_no_schedule_to_be_late_for(self) -> None:
        closed = {"model": "closed", "arrivals": "none", "rate": None}

        assert notes(three(generator=generator(lag=[50_000])), closed) == set()

    def test_few_arrivals_are_judged_by_the_percentile_they_have(self) -> None:
        late = Generator(processes=(), lag=latencies([9000] * 100), loop=latencies([]))

        assert "at p95" in found(three([1000] * 100, generator=late))["generator-bound"].text

    def test_an_event_loop_that_is_held_up_is_named(self) -> None:
        held_up = three(generator=generator(loop=[20] * 90 + [25_000] * 10))

        assert "25.0 ms at p99" in found(held_up)["generator-bound"].text
        assert notes(three(generator=generator(loop=[20] * 90 + [18_000] * 10))) == set()


class TestAnswers:
    def test_one_429_is_one_too_many(self) -> None:
        limited = [*three()[:2], phase("round 3", QUICK, {"rate-limited": 1})]

        finding = found(limited)["rate-limited"]

        assert finding.invalidates
        assert "1 of 6,001 requests" in finding.text
        assert "rate-limited" not in found([*three()[:2], phase("round 3", QUICK, {"http": 1})])

    def test_429_of_what_comes_first_counts_and_of_the_warm_up_does_not(self) -> None:
        begin = msgspec.structs.replace(operation("initialize", [1000] * 20, {"rate-limited": 1}), kind="setup")
        with_setup = [msgspec.structs.replace(one, operations=(begin, *one.operations)) for one in three()]
        warm_up = phase("warm-up", QUICK, {"rate-limited": 9}, role="warm-up", measured=False)

        assert "rate-limited" in found(with_setup)
        assert "rate-limited" not in found([warm_up, *three()])

    def test_errors_over_the_limit_tell_kinds_and_an_example(self) -> None:
        failing = three(arrivals=Arrivals(due=2000, started=2000))
        failing[0] = with_failures(failing[0], {"http": 60, "timeout": 2}, {"http": "HTTP 500\x1b[31m red"})

        finding = found(failing)["errors"]

        assert finding.invalidates
        assert "62 of 6,062 requests failed (1.02 %, limit 1.00 %): 60 http, 2 timeout." in finding.text
        assert "The first http: HTTP 500\\x1b[31m red" in finding.text

    def test_errors_up_to_the_limit_are_none(self) -> None:
        assert "errors" not in found([with_failures(one, {"http": 20}) for one in three()])
        assert "errors" in found([with_failures(one, {"http": 20}) for one in three()], limits=Limits(error_rate=0.005))

    def test_set_up_that_fails_is_told_though_no_work_did(self) -> None:
        begin = msgspec.structs.replace(operation("initialize", [1000] * 90, {"http": 10}), kind="setup")
        phases = [msgspec.structs.replace(one, operations=(begin, *one.operations)) for one in three()]

        assert "30 of 300 times initialize failed" in found(phases)["errors"].text

    @pytest.mark.parametrize("shape", ["ramp", "spike"])
    def test_ramps_and_spikes_look_for_failures(self, shape: str) -> None:
        failing = [phase("ramp", QUICK, {"http": 500}, role="ramp", rate_end=400.0)]

        assert not found(failing, {"shape": shape})["errors"].invalidates

    def test_nothing_measured_is_said_alone_but_for_why(self) -> None:
        begin = msgspec.structs.replace(operation("initialize", [], {"http": 10}), kind="setup")
        empty = [msgspec.structs.replace(one, operations=(begin,)) for one in three([])]

        assert set(found(empty)) == {"nothing-measured", "errors"}
        assert found(empty)["nothing-measured"].invalidates
        assert "nothing-measured" in found([])
        assert "nothing-measured" not in found(three([], failures={"http": 1}))
        held = Streams(opened=5, most_held=5, events=0, beats=0, broken=0)
        assert "nothing-measured" not in found(three([], streams=held))


def with_failures(one: Phase, failures: dict[Any, int], examples: dict[Any, str] | None = None) -> Phase:
    part = msgspec.structs.replace(
        one.operations[0], failures=failures, examples=examples or {}, failed=latencies([1000] * sum(failures.values()))
    )
    return msgspec.structs.replace(one, operations=(part,), total=total_of([part]))


def arrivals(late: int = 0, dropped: int = 0, *, due: int = 2000) -> Arrivals:
    return Arrivals(due=due, started=due - dropped, late=late, dropped=dropped)


def served(service: Sequence[int], seen: Arrivals, *, rate: float = 200.0) -> list[Phase]:
    """Rounds in which requests took `service` once they were sent, and long since they were due."""
    part = operation("tools/call", [one + 100_000 for one in service], service=service)
    return [
        msgspec.structs.replace(one, operations=(part,), total=total_of([part]), arrivals=seen, rate=rate)
        for one in three()
    ]


class TestArrivals:
    def test_too_few_users_even_at_the_best_make_it_invalid(self) -> None:
        finding = found(served([100_000] * 2000, arrivals(late=1900)), {"users": 10})["users-exhausted"]

        assert finding.invalidates
        assert "200/s need 20 users at a time, and there were 10" in finding.text
        assert "--users=40" in finding.text

    def test_a_target_that_slows_down_looks_like_too_few_users(self) -> None:
        slow = [500] * 20 + [100_000] * 1980

        finding = found(served(slow, arrivals(late=1900)), {"users": 10})["users-exhausted"]

        assert not finding.invalidates
        assert "look alike from here" in finding.text

    def test_how_fast_it_can_be_is_seen_before_the_load_builds_up(self) -> None:
        warm_up = phase("warm-up", [500] * 100, role="warm-up", measured=False)
        loaded = served([100_000] * 2000, arrivals(late=1900))

        assert found(loaded, {"users": 10})["users-exhausted"].invalidates
        assert not found([warm_up, *loaded], {"users": 10})["users-exhausted"].invalidates

    def test_stalls_hold_users_that_would_do(self) -> None:
        stalled = [1000] * 1990 + [2_000_000] * 10

        finding = found(served(stalled, arrivals(late=400)), {"users": 10})["users-exhausted"]

        assert not finding.invalidates
        assert "the target stalled (longest 2.00 s)" in finding.text

    def test_an_arrival_of_several_requests_holds_its_user_for_all_of_them(self) -> None:
        churning = served([10_000] * 6000, arrivals(late=1900))

        assert found(churning, {"users": 5})["users-exhausted"].invalidates  # 200/s of three times 10 ms
        assert "200/s need 6 users" in found(churning, {"users": 11})["users-exhausted"].text
        assert "6 of 13 would do" in found(churning, {"users": 13})["users-exhausted"].text

    def test_one_late_start_in_a_hundred_is_none(self) -> None:
        assert "users-exhausted" not in found(served([100_000] * 2000, arrivals(late=20)), {"users": 10})
        assert "users-exhausted" in found(served([100_000] * 2000, arrivals(late=21)), {"users": 10})

    def test_dropped_arrivals_are_in_no_percentile(self) -> None:
        finding = found(served(QUICK, arrivals(dropped=50)))["dropped"]

        assert not finding.invalidates
        assert "150 of 6,000 arrivals (2.50 %)" in finding.text
        assert "above p97.5 " in finding.text
        assert "dropped" not in found(served(QUICK, arrivals(dropped=2)))

    def test_arrivals_that_were_never_started_are_dropped_too(self) -> None:
        assert "dropped" in found(served(QUICK, Arrivals(due=2100, started=2000)))

    def test_a_rate_that_was_not_sustained_is_a_verdict_on_the_target(self) -> None:
        behind = served(QUICK[:1900], Arrivals(due=2000, started=1900), rate=200.0)

        finding = found(behind)["rate-not-sustained"]

        assert not finding.invalidates
        assert "Of 200/s that were due, 190/s were started and answered (95.00 %" in finding.text
        assert "rate-not-sustained" not in found(served(QUICK[:1950], Arrivals(due=2000, started=1950)))

    def test_answers_that_never_came_are_not_sustained_either(self) -> None:
        assert "rate-not-sustained" in found(served(QUICK[:1500], arrivals()))

    def test_a_bound_generator_or_too_few_users_are_to_blame_first(self) -> None:
        behind = served(QUICK[:1500], Arrivals(due=2000, started=1500))
        bound = [msgspec.structs.replace(one, generator=generator(0.99)) for one in behind]
        few = served([100_000] * 1000, Arrivals(due=2000, started=1000, late=900))

        assert "rate-not-sustained" not in found(bound)
        assert "rate-not-sustained" not in found(few, {"users": 5})

    def test_requests_do_not_count_journeys(self) -> None:
        call = operation("tools/call", QUICK[:100])
        whole = msgspec.structs.replace(operation("session", [9000] * 2000), kind="journey")
        phases = [
            msgspec.structs.replace(one, operations=(call, whole), total=total_of([call]), arrivals=arrivals())
            for one in three()
        ]

        assert "rate-not-sustained" not in found(phases)

    @pytest.mark.parametrize("plan", [{"model": "closed", "rate": None}, {"shape": "ramp"}, {"shape": "spike"}])
    def test_only_a_steady_schedule_can_be_missed(self, plan: dict[str, Any]) -> None:
        missed = served([100_000] * 1000, Arrivals(due=2000, started=1000, late=900))

        assert not {"users-exhausted", "dropped", "rate-not-sustained"} & set(found(missed, {"users": 5, **plan}))


class TestSamples:
    def test_ten_seconds_in_all_are_needed_to_be_ranked(self) -> None:
        assert found(three(seconds=3.3))["too-short"].invalidates
        assert "too-short" not in found(three(seconds=3.4))
        assert "too-short" not in found(three(seconds=1.0), limits=Limits(seconds=2.0))

    def test_the_percentile_that_is_missing_is_named_with_the_time_it_takes(self) -> None:
        finding = found(three([1000] * 300))["too-few-samples"]

        assert not finding.invalidates
        assert "p99 of total has 900 of 1,000 samples" in finding.text
        assert "34 s of measuring" in finding.text

    def test_total_and_operations_are_told_apart(self) -> None:
        phases = [phase(f"round {number}", {"often": [1000] * 5000, "rare": [1000] * 5}) for number in (1, 2, 3)]

        told = [one.text for one in findings(PLAN, phases, figures(phases), interrupted=False)]

        assert len(told) == 1
        assert "p50 of rare has 15 of 20 samples" in told[0]
        assert "40 s of measuring" in told[0]

    def test_what_comes_first_and_what_was_never_good_are_not_missed(self) -> None:
        begin = msgspec.structs.replace(operation("initialize", [1000] * 3), kind="setup")
        parts = (begin, operation("often", [1000] * 5000), operation("also", [1000] * 5000), operation("dead", []))
        phases = [msgspec.structs.replace(one, operations=parts, total=total_of(parts)) for one in three()]

        assert found(phases) == {}

    def test_three_rounds_show_a_spread(self) -> None:
        assert not found(three()[:2])["too-few-rounds"].invalidates
        assert "too-few-rounds" not in found(three())
        assert "too-few-rounds" not in found(three()[:1], {"shape": "soak"})

    @pytest.mark.parametrize(("count", "told"), [(1750, True), (1850, False)])
    def test_rounds_of_other_throughput_are_unstable(self, count: int, told: bool) -> None:
        differing = [*three()[:2], phase("round 3", QUICK[:count])]

        assert ("unstable" in found(differing)) is told
        assert not any(one.invalidates for one in found(differing).values())

    def test_two_rounds_can_differ_and_one_cannot(self) -> None:
        differing = [phase("round 1", QUICK), phase("round 2", QUICK[:1200])]

        assert "unstable" in found(differing)
        assert "unstable" not in found(differing[:1])
        assert "unstable" in found(differing, {"shape": "soak"})
        assert "unstable" not in found(differing, {"shape": "ramp"})

    def test_few_random_arrivals_differ_by_chance(self) -> None:
        few = [phase(f"round {number}", [1000] * count) for number, count in enumerate((50, 44, 60))]

        assert "unstable" not in found(few)

    @pytest.mark.parametrize(("tail", "told"), [(1300, True), (1200, False)])
    def test_rounds_of_another_p99_are_unstable(self, tail: int, told: bool) -> None:
        differing = [*three()[:2], phase("round 3", [1000] * 1900 + [tail] * 100)]

        assert ("unstable" in found(differing)) is told

    def test_an_interrupted_run_is_invalid(self) -> None:
        assert found(three(), interrupted=True)["interrupted"].invalidates
        assert "30 s of measuring" in found(three(), interrupted=True)["interrupted"].text


def step(rate: float, values: Sequence[int] = QUICK, **changes: Any) -> Phase:
    return phase(f"step {rate:g}", values, role="step", rate=rate, **changes)


def search(steps: Sequence[Phase], rate: float | None, broken_at: float | None) -> dict[str, Finding]:
    reached = BreakingPoint(rate=rate, broken_at=broken_at, why="p95 over 100 ms", steps=len(steps))
    plan: Plan = msgspec.structs.replace(PLAN, shape="breaking-point", rate=None)
    summary: tuple[Figures, ...] = figures(steps)
    told = findings(plan, steps, summary, interrupted=False, breaking_point=reached)
    return {one.code: one for one in told}


class TestBreakingPoint:
    def test_a_step_may_break(self) -> None:
        broken = step(400.0, QUICK[:500], failures={"http": 400}, arrivals=Arrivals(due=4000, started=900, late=800))

        assert search([step(100.0), step(200.0), broken], 200.0, 400.0) == {}
        assert "errors" in search([step(100.0), step(200.0), broken], 400.0, None)

    def test_it_must_not_be_the_generator_that_broke(self) -> None:
        broken = step(400.0, generator=generator(0.99))
        far = step(800.0, generator=generator(1.0))

        assert search([step(200.0), broken], 200.0, 400.0)["generator-bound"].invalidates
        assert search([far, step(400.0), step(200.0)], 200.0, 400.0) == {}

    def test_it_must_not_be_the_generator_that_ended_the_search(self) -> None:
        last = step(400.0, generator=generator(0.99))

        assert search([step(200.0), last], 200.0, None)["generator-bound"].invalidates

    def test_it_must_not_be_a_rate_limiter_that_broke(self) -> None:
        broken = step(400.0, failures={"rate-limited": 5})

        assert search([step(200.0), broken], 200.0, 400.0)["rate-limited"].invalidates

    def test_the_lag_of_a_good_step_is_not_hidden_by_a_slow_one(self) -> None:
        late = step(200.0, generator=generator(lag=[3000]))
        slow = step(400.0, [900_000] * 4000)

        assert "generator-bound" in search([late, slow], 200.0, 400.0)

    def test_no_step_may_have_passed(self) -> None:
        assert search([step(100.0, failures={"http": 900})], None, 100.0) == {}

    def test_figures_are_of_the_highest_rate_that_held(self) -> None:
        steps = [step(100.0), step(200.0), step(400.0), step(200.0)]

        def judged(rate: float | None) -> list[float | None]:
            reached = BreakingPoint(rate=rate, broken_at=400.0, why="", steps=4)
            return [one.rate for one in judged_phases(steps, reached)]

        assert judged(200.0) == [200.0, 200.0]
        assert judged(None) == [100.0, 200.0, 400.0, 200.0]
        assert judged_phases(rounds(1000), None) == rounds(1000)[1:]
