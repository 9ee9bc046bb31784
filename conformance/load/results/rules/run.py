"""What the rules look at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from conformance.load.recording.merging import joined
from conformance.load.results.model import BreakingPoint, Figures, Operation, Phase, Plan
from conformance.load.results.summary import figures as figures_of

STEADY: Final = ("constant", "soak")
"""Shapes whose measured phases are all of one rate, so that their figures are of one distribution."""


@dataclass(frozen=True, slots=True)
class Limits:
    """error_rate   share of the work that may fail; beyond it the figures are those of failing
    seconds      measured time that a ranking needs: in less, one pause of a garbage collector is a large part of it
    """

    error_rate: float = 0.01
    seconds: float = 10.0


@dataclass(frozen=True)
class Run:
    """`judged` are the measured phases; in a search for the breaking point, those that kept the gates. `decisive` are
    those on which its answer rests: at the highest rate that held, at the lowest that broke, and the last."""

    plan: Plan
    phases: Sequence[Phase]
    figures: Sequence[Figures]
    judged: Sequence[Phase]
    decisive: Sequence[Phase]
    limits: Limits

    @cached_property
    def work(self) -> Operation:
        """All work of the judged phases."""
        return joined("total", "work", [one.total for one in self.judged])

    @property
    def steady(self) -> bool:
        return self.plan.shape in STEADY

    @property
    def seconds(self) -> float:
        return sum(one.seconds for one in self.phases if one.measured)


def run_of(
    plan: Plan,
    phases: Sequence[Phase],
    figures: Sequence[Figures],
    breaking_point: BreakingPoint | None,
    limits: Limits,
) -> Run:
    measured = [one for one in phases if one.measured]
    if breaking_point is None:
        return Run(plan, phases, figures, measured, measured, limits)
    judged = _up_to(measured, breaking_point.rate)
    ends = (breaking_point.rate, breaking_point.broken_at)
    decisive = [one for one in measured if one.rate in ends or one is measured[-1]]
    return Run(plan, phases, figures_of(judged), judged, decisive, limits)


def judged_phases(phases: Sequence[Phase], breaking_point: BreakingPoint | None) -> list[Phase]:
    """What the figures and gates of a run are of: the measured phases; of a search for the breaking point, the steps at
    the highest rate that held, if one did."""
    held = breaking_point.rate if breaking_point else None
    return [one for one in phases if one.measured and held in (None, one.rate)]


def _up_to(phases: Iterable[Phase], rate: float | None) -> list[Phase]:
    return [one for one in phases if rate is not None and one.rate is not None and one.rate <= rate]


def arrival_of(figures: Iterable[Figures]) -> Figures | None:
    """What one arrival is: a journey where there are journeys (the one that was made most), else a request."""
    named = list(figures)
    journeys = sorted((one for one in named if one.kind == "journey"), key=lambda one: one.good)
    return journeys[-1] if journeys else named[0] if named else None
