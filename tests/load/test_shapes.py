"""How the load changes over time, and the search for the highest rate that a target bears."""

from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from conformance.load.conducting import Conducted, conduct
from conformance.load.driving import Generator, Played
from conformance.load.gates.parse import threshold
from conformance.load.generator.talk import Done
from conformance.load.plan import PhasePlan
from conformance.load.results.model import Arrivals, BreakingPoint, Phase, Plan, Process
from conformance.load.shapes import SHAPES, breaking_point
from conformance.load.shapes.breaking_point import LOWEST, MOST_STEPS, PRECISION
from conformance.load.watching.series import Series
from tests.load.results import PLAN, latencies, phase


def planned(**changes: Any) -> Plan:
    return replace(PLAN, **changes)


def programme(**changes: Any) -> list[PhasePlan]:
    plan = planned(**changes)
    (only,) = SHAPES[plan.shape](plan)
    return list(only)


def seen(plan: PhasePlan, **changes: Any) -> Phase:
    return phase(
        plan.name, [1000], role=plan.role, measured=plan.measured, rate=plan.rate, planned_s=plan.seconds, **changes
    )


def told(plans: Sequence[PhasePlan]) -> list[tuple[Any, ...]]:
    return [(one.role, one.seconds, one.rate, one.rate_end) for one in plans]


def test_rounds_of_the_same_load_come_after_the_warm_up() -> None:
    plans = programme(rate=50.0, rounds=2, duration_s=3.0, warm_up_s=1.0, think_s=0.5, seed=9)
    assert told(plans) == [("warm-up", 1.0, 50.0, None), *[("round", 3.0, 50.0, None)] * 2]
    assert [one.measured for one in plans] == [False, True, True]
    assert {(one.poisson, one.think_s, one.seed) for one in plans} == {(True, 0.5, 9)}
    assert len({one.name for one in plans}) == 3


def test_without_a_warm_up_there_is_none() -> None:
    assert [one.role for one in programme(warm_up_s=0.0, rounds=1)] == ["round"]


def test_a_closed_loop_has_no_rate() -> None:
    assert {one.rate for one in programme(rate=None, arrivals="none")} == {None}


def test_a_ramp_leads_from_one_rate_to_the_other_without_a_gap() -> None:
    first, *stretches = programme(shape="ramp", rate=10.0, to_rate=110.0, duration_s=5.0)
    assert first.rate == 10.0
    assert told(stretches) == [("ramp", 0.5, 10.0 + 10 * n, 20.0 + 10 * n) for n in range(10)]


def test_a_spike_comes_from_a_base_and_goes_back_to_it() -> None:
    plans = programme(shape="spike", rate=10.0, to_rate=90.0, duration_s=2.0)
    assert told(plans)[1:] == [("base", 2.0, 10.0, None), ("spike", 2.0, 90.0, None), ("recovery", 2.0, 10.0, None)]


@pytest.mark.parametrize(("seconds", "slices"), [(30.0, 1), (60.0, 1), (61.0, 2), (600.0, 10)])
def test_a_soak_is_told_in_slices_of_a_minute_at_most(seconds: float, slices: int) -> None:
    plans = programme(shape="soak", duration_s=seconds, warm_up_s=0.0)
    assert len(plans) == slices
    assert sum(one.seconds or 0.0 for one in plans) == pytest.approx(seconds)


Broken = Callable[[Phase], str | None]


def searched(
    broken: Broken, stop: Broken = lambda phase: None, samples: int = 0, **changes: Any
) -> tuple[BreakingPoint, list[tuple[PhasePlan, ...]]]:
    """The result of a search on a target that breaks as `broken` tells, and all that was asked of it."""
    plan = planned(**{"shape": "breaking-point", "rate": 10.0, "warm_up_s": 0.0, **changes})
    shape, asked = breaking_point(plan, broken, stop, samples), []
    try:
        programme = next(shape)
        while True:
            asked.append(programme)
            programme = shape.send([seen(one) for one in programme])
    except StopIteration as end:
        return cast(BreakingPoint, end.value), asked


def over(limit: float) -> Broken:
    return lambda phase: f"p95 is bad above {limit:g}" if (phase.rate or 0) > limit else None


@given(limit=st.floats(0.2, 50_000), begin=st.floats(0.5, 1000))
def test_a_limit_is_found_to_the_promised_precision(limit: float, begin: float) -> None:
    found, asked = searched(over(limit), rate=begin)
    assert found.steps == len(asked) <= MOST_STEPS
    assert found.rate is not None
    assert found.broken_at is not None
    assert found.rate <= limit < found.broken_at <= found.rate * PRECISION
    assert str(f"{limit:g}") in found.why


def test_each_step_is_tried_as_long_as_was_asked_and_the_first_one_warmed_up() -> None:
    _, asked = searched(over(35), duration_s=4.0, warm_up_s=2.0)
    assert [one.role for one in asked[0]] == ["warm-up", "step"]
    assert {tuple(one.role for one in programme) for programme in asked[1:]} == {("step",)}
    assert {programme[-1].seconds for programme in asked} == {4.0}
    assert [programme[-1].rate for programme in asked[:4]] == [10.0, 20.0, 40.0, pytest.approx(28.28, abs=0.01)]


def test_a_target_that_bears_nothing_has_no_rate() -> None:
    found, asked = searched(lambda phase: "it is down")
    assert (found.rate, found.why) == (None, "it is down")
    assert found.broken_at == asked[-1][-1].rate
    assert LOWEST <= (found.broken_at or 0) < 2 * LOWEST


def test_a_target_that_bears_all_is_not_searched_for_ever() -> None:
    found, asked = searched(lambda phase: None)
    assert (found.broken_at, found.steps) == (None, MOST_STEPS)
    assert found.rate == asked[-1][-1].rate


@pytest.mark.parametrize("most", [10.0, 40.0, 50.0])
def test_the_highest_rate_to_try_is_not_exceeded(most: float) -> None:
    found, asked = searched(lambda phase: None, to_rate=most)
    assert (found.rate, found.broken_at) == (most, None)
    assert max(programme[-1].rate or 0 for programme in asked) == most
    assert "highest rate" in found.why


def test_a_limit_below_the_highest_rate_to_try_is_found() -> None:
    found, asked = searched(over(33), to_rate=50.0)
    assert found.rate is not None
    assert 33 / PRECISION < found.rate <= 33
    assert max(programme[-1].rate or 0 for programme in asked) <= 50.0


def test_a_step_that_says_nothing_ends_the_search_with_what_was_known() -> None:
    found, _ = searched(over(1000), lambda phase: "the generator was the limit" if (phase.rate or 0) > 30 else None)
    assert (found.rate, found.broken_at, found.why) == (20.0, None, "the generator was the limit")


def test_noise_at_the_limit_leaves_what_held_below_what_broke() -> None:
    """A server that breaks now and then near its limit does not make the search turn around."""
    answers = iter([None, None, "bad", None, "bad", "bad", None, "bad", None] * 9)
    found, _ = searched(lambda phase: next(answers))
    assert found.rate is not None
    assert found.broken_at is not None
    assert found.rate < found.broken_at


def lasting(limit: float, seconds: float, at_length: float) -> Callable[[Phase], str | None]:
    """A target that bears `limit` for a while, but only `at_length` for more than `seconds`."""

    def broken(phase: Phase) -> str | None:
        long = phase.planned_s > seconds
        return "it tires" if (phase.rate or 0) > (at_length if long else limit) else None

    return broken


def test_the_rate_that_held_has_to_hold_for_as_long_as_its_percentile_needs() -> None:
    found, asked = searched(lasting(100, 2.0, 100), samples=1000, duration_s=2.0)
    assert found.rate is not None
    last = asked[-1][-1]
    assert last.rate == found.rate
    assert last.seconds == pytest.approx(1000 / found.rate)
    assert max(programme[-1].seconds or 0 for programme in asked[:-1]) == 2.0


@settings(max_examples=40, deadline=None)
@given(at_length=st.floats(80, 100), most=st.none() | st.floats(106, 200))
def test_a_rate_that_held_only_for_a_while_is_not_reported(at_length: float, most: float | None) -> None:
    found, asked = searched(lasting(100, 2.0, at_length), samples=1000, duration_s=2.0, to_rate=most)
    assert found.rate is not None
    assert found.broken_at is not None
    assert found.rate <= at_length
    assert found.rate < found.broken_at
    assert found.rate in {programme[-1].rate for programme in asked}


@given(last=st.integers(1, 14))
def test_only_a_rate_that_was_tried_is_reported(last: int) -> None:
    """Whenever the search has to end, as when the generator becomes the limit."""
    count = 0

    def stop(phase: Phase) -> str | None:
        nonlocal count
        count += 1
        return "no more" if count == last else None

    tried: dict[float, bool] = {}
    tiring = lasting(100, 2.0, 60)

    def broken(phase: Phase) -> str | None:
        reason = tiring(phase)
        tried[phase.rate or 0] = reason is None
        return reason

    found, _ = searched(broken, stop, samples=1000, duration_s=2.0)
    assert found.rate is None or tried[found.rate]
    assert found.broken_at is None or not tried[found.broken_at]


class Simulated:
    """Plays programmes at once, on a target that answers what `answers` says for a rate; stops in a programme."""

    def __init__(self, limit: float, *, cpu: float = 0.3, interrupted_in: int | None = None, lost: int = 0) -> None:
        self.limit, self.cpu, self.interrupted_in, self.lost = limit, cpu, interrupted_in, lost
        self.programmes: list[Sequence[PhasePlan]] = []

    def play(self, phases: Sequence[PhasePlan], timeout: float) -> Played:
        self.programmes.append(phases)
        interrupted = self.interrupted_in == len(self.programmes)
        done = [self._done(number, one) for number, one in enumerate(phases)]
        return Played(phases=done[:-1] if interrupted else done, interrupted=interrupted, lost=self.lost)

    def _done(self, number: int, plan: PhasePlan) -> Done:
        rate = plan.rate or 0.0
        good, due = (round(one * (plan.seconds or 0)) for one in (min(rate, self.limit), rate))
        made = phase(
            plan.name, [20_000] * good, role=plan.role, measured=plan.measured, rate=plan.rate,
            arrivals=Arrivals(due=due, started=good, dropped=due - good),
        )  # fmt: skip
        busy = replace(made.generator, processes=(Process(cpu=self.cpu, rss_bytes=1),), lag=latencies([10]))
        return Done(programme=1, number=number, began_ns=0, ended_ns=1, phase=replace(made, generator=busy))


def conducted(generator: Simulated, *gates: str, **changes: Any) -> tuple[Conducted, list[str]]:
    names: list[str] = []
    plan = planned(**{"shape": "breaking-point", "rate": 10.0, "warm_up_s": 0.0, **changes})
    thresholds = [threshold(gate) for gate in gates]
    player = cast(Generator, generator)
    done = conduct(plan, thresholds, player, Series(None), 1.0, str.lower, lambda phase: names.append(phase.name))
    return done, names


def test_a_search_finds_where_a_target_stops_to_keep_up() -> None:
    done, names = conducted(Simulated(limit=70.0))
    assert done.breaking_point is not None
    assert 70 * 0.9 < (done.breaking_point.rate or 0) < 70 * 1.1
    assert "started and answered" in done.breaking_point.why
    assert names == [one.name for one in done.phases]
    assert len(names) == done.breaking_point.steps


def test_a_search_holds_the_target_to_its_gates() -> None:
    done, _ = conducted(Simulated(limit=70.0), "p95<10ms", to_rate=15.0, duration_s=200.0)
    assert done.breaking_point is not None
    assert done.breaking_point.rate is None
    assert "p95" in done.breaking_point.why


def test_a_search_does_not_blame_the_target_for_a_busy_generator() -> None:
    done, _ = conducted(Simulated(limit=70.0, cpu=0.97))
    assert done.breaking_point is not None
    assert done.breaking_point.broken_at is None
    assert "generator was the limit" in done.breaking_point.why


@pytest.mark.parametrize("shape", ["breaking-point", "constant", "ramp", "spike", "soak"])
def test_an_interrupted_run_keeps_what_was_done(shape: str) -> None:
    generator = Simulated(limit=70.0, interrupted_in=1)
    done, names = conducted(generator, shape=shape, to_rate=40.0, rounds=2, warm_up_s=1.0)
    assert done.interrupted
    assert done.breaking_point is None
    assert len(generator.programmes) == 1
    assert names == [one.name for one in generator.programmes[0][:-1]]


def test_a_search_that_is_interrupted_later_keeps_its_steps() -> None:
    generator = Simulated(limit=70.0, interrupted_in=3)
    done, names = conducted(generator)
    assert done.interrupted
    assert len(generator.programmes) == 3
    assert len(names) == 2


@pytest.mark.parametrize("shape", ["breaking-point", "constant"])
def test_a_run_whose_workers_have_all_gone_ends(shape: str) -> None:
    generator = Simulated(limit=70.0, lost=2)
    generator.play = lambda phases, timeout: Played(lost=2)  # type: ignore[method-assign]
    done, names = conducted(generator, shape=shape)
    assert (done.phases, done.lost, names, done.breaking_point) == ([], 2, [], None)


def test_workers_that_left_are_counted() -> None:
    done, _ = conducted(Simulated(limit=70.0, lost=1), shape="constant")
    assert done.lost == 1
    assert not done.interrupted
