"""What a run of load consists of: phases, one after the other."""

from typing import Literal

from msgspec import Struct

Role = Literal["warm-up", "round", "step", "ramp", "base", "spike", "recovery", "slice"]


class PhasePlan(Struct, frozen=True, kw_only=True):
    """`rate` is in arrivals a second over all processes, to `rate_end` at the end; without one the loop is closed, and
    each user pauses `think_s` before it starts anew. `seconds` of None lasts until the run is stopped."""

    name: str
    role: Role
    seconds: float | None
    rate: float | None = None
    rate_end: float | None = None
    poisson: bool = False
    think_s: float = 0.0
    seed: int = 0

    @property
    def measured(self) -> bool:
        return self.role != "warm-up"


class Share(Struct, frozen=True):
    """Which part of the arrivals a process starts: every `count`th, from number `index` on."""

    index: int = 0
    count: int = 1
