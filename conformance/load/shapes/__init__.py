"""Shapes of load: each is a generator that yields programmes, is sent their phases, and decides what comes next."""

from collections.abc import Callable, Generator, Mapping, Sequence

from conformance.load.names import Shape as Name
from conformance.load.plan import PhasePlan
from conformance.load.results.model import Phase, Plan
from conformance.load.shapes.breaking_point import breaking_point
from conformance.load.shapes.steady import constant, ramp, soak, spike

Shape = Generator[tuple[PhasePlan, ...], Sequence[Phase], None]

SHAPES: Mapping[Name, Callable[[Plan], Shape]] = {"constant": constant, "ramp": ramp, "spike": spike, "soak": soak}

__all__ = ["SHAPES", "Shape", "breaking_point"]
