"""Shapes that are known before they begin: one programme each."""

from collections.abc import Generator, Sequence
from itertools import pairwise
from math import ceil

from conformance.load.plan import PhasePlan, Role
from conformance.load.results.model import Phase, Plan

RAMP_STEPS = 10
SLICE_S = 60.0

Steady = Generator[tuple[PhasePlan, ...], Sequence[Phase], None]


def phase(
    plan: Plan, name: str, role: Role, seconds: float, rate: float | None, rate_end: float | None = None
) -> PhasePlan:
    return PhasePlan(
        name=name,
        role=role,
        seconds=seconds,
        rate=rate,
        rate_end=rate_end,
        poisson=plan.arrivals == "poisson",
        think_s=plan.think_s,
        seed=plan.seed,
    )


def warm_up(plan: Plan, rate: float | None) -> list[PhasePlan]:
    return [phase(plan, "warm-up", "warm-up", plan.warm_up_s, rate)] if plan.warm_up_s else []


def constant(plan: Plan) -> Steady:
    """Rounds of the same load, one after the other without a pause."""
    rounds = [phase(plan, f"round {n}", "round", plan.duration_s, plan.rate) for n in range(1, plan.rounds + 1)]
    yield (*warm_up(plan, plan.rate), *rounds)


def ramp(plan: Plan) -> Steady:
    """An even way from one rate to another, in ten stretches that are told apart."""
    begin, end = plan.rate or 0.0, plan.to_rate or 0.0
    at = [begin + (end - begin) * n / RAMP_STEPS for n in range(RAMP_STEPS + 1)]
    each = plan.duration_s / RAMP_STEPS
    stretches = [phase(plan, f"{a:g} to {b:g}/s", "ramp", each, a, b) for a, b in pairwise(at)]
    yield (*warm_up(plan, plan.rate), *stretches)


def spike(plan: Plan) -> Steady:
    """A base, a sudden higher rate, and the base again: does the target recover?"""
    yield (
        *warm_up(plan, plan.rate),
        phase(plan, "base", "base", plan.duration_s, plan.rate),
        phase(plan, "spike", "spike", plan.duration_s, plan.to_rate),
        phase(plan, "recovery", "recovery", plan.duration_s, plan.rate),
    )


def soak(plan: Plan) -> Steady:
    """The same load for long, in slices of a minute, so that what drifts can be seen."""
    count = max(1, ceil(plan.duration_s / SLICE_S))
    slices = [phase(plan, f"slice {n}", "slice", plan.duration_s / count, plan.rate) for n in range(1, count + 1)]
    yield (*warm_up(plan, plan.rate), *slices)
