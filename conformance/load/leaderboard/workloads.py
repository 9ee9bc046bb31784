"""Which runs may be compared, what such a set is called, and by which figure it is ranked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from conformance.load.leaderboard.model import Order, Row
from conformance.load.leaderboard.text import clean
from conformance.load.recording.merging import TOTAL
from conformance.load.results.model import Gate, Plan, Result
from conformance.load.results.wording import rate as a_second
from conformance.load.results.wording import stretch

_PERCENTILES: Final = ("p99", "p95", "p90", "p50")
_NAMES: Final = {
    "constant": "constant rate", "ramp": "ramp", "spike": "spike", "soak": "soak", "breaking-point": "breaking point",
}  # fmt: skip


@dataclass(frozen=True)
class Key:
    """What has to be equal in the plans of two runs.

    Not the seed, nor how many processes generate the load, nor what operations are called, as servers have tools of
    different names. The users of an open loop only have to be enough, and where a search begins is not where it ends.
    """

    plan: Plan
    service_level: tuple[str, ...]

    @property
    def order(self) -> tuple[object, ...]:
        plan = self.plan
        names = (plan.scenario, plan.shape, plan.model, plan.arrivals)
        load = (plan.rate or 0.0, plan.to_rate or 0.0, plan.users, plan.think_s)
        return (*names, *load, plan.duration_s, plan.warm_up_s, plan.rounds, self.service_level)


@dataclass(frozen=True)
class Ranking:
    figure: str
    order: Order
    why: str


def key_of(result: Result) -> Key:
    plan = replace(result.plan, seed=0, processes=0, operations=())
    if plan.model == "open":
        plan = replace(plan, users=0)
    if plan.shape != "breaking-point":
        return Key(plan, ())
    return Key(
        replace(plan, rate=None, to_rate=None, rounds=0), tuple(sorted({_promise(gate) for gate in result.gates}))
    )


def _promise(gate: Gate) -> str:
    return clean(gate.threshold if gate.operation == TOTAL else f"{gate.operation}: {gate.threshold}")


def title_of(key: Key) -> str:
    """`tool-caller: constant rate of 100/s, Poisson arrivals, 3 rounds of 10 s`."""
    plan = key.plan
    random = ", Poisson arrivals" if plan.arrivals == "poisson" else ""
    if plan.model == "closed":
        pause = f" who think {stretch(plan.think_s)}" if plan.think_s else ""
        shape = "" if plan.shape == "constant" else f", {_NAMES[plan.shape]}"
        load = f"{plan.users} users in a closed loop{pause}{shape}"
    elif plan.shape == "breaking-point":
        load = f"highest rate within {', '.join(key.service_level) or 'the service level'}{random}"
    else:
        rates = " to ".join(a_second(rate) for rate in (plan.rate, plan.to_rate) if rate)
        load = f"{_NAMES[plan.shape]} of {rates}{random}"
    if plan.shape == "breaking-point":
        return f"{plan.scenario}: {load}, steps of {stretch(plan.duration_s)}"
    times = f"{plan.rounds} rounds of {stretch(plan.duration_s)}" if plan.rounds > 1 else stretch(plan.duration_s)
    return f"{plan.scenario}: {load}, {times}"


def slug_of(key: Key) -> str:
    plan = key.plan
    load = f"-{plan.users}-users" if plan.model == "closed" else f"-{plan.rate:g}" if plan.rate else ""
    return f"{plan.scenario}-{plan.shape}{load}".replace(".", "-").replace("+", "")


def ranking_of(key: Key, rows: Sequence[Row]) -> Ranking:
    """The one figure that the rows are ranked by."""
    if key.plan.shape == "breaking-point":
        return Ranking("rate", "highest first", _BY_RATE)
    if key.plan.model == "closed":
        return Ranking("throughput", "highest first", _BY_THROUGHPUT)
    shared = [name for name in _PERCENTILES if all(name in row.percentiles for row in rows)]
    name = shared[0] if shared else _PERCENTILES[-1]
    fewer = "" if name == _PERCENTILES[0] else f" Too few samples stand behind {_PERCENTILES[0]} in at least one run."
    return Ranking(name, "lowest first", _BY_PERCENTILE.format(name=name, share=100 - float(name[1:])) + fewer)


_BY_RATE: Final = (
    "Ranked by the highest arrival rate that kept the service level. A search brackets the limit between a rate that "
    "held and one that did not; servers whose brackets overlap share a rank."
)
_BY_THROUGHPUT: Final = (
    "Ranked by good answers a second. In a closed loop each user waits for its answer before it starts anew, so "
    "servers differ in how much they get done; the latencies of a closed loop hide stalls, and are not ranked."
)
_BY_PERCENTILE: Final = (
    "Ranked by {name} of the response time, counted from the moment a request was due. In an open loop all servers get "
    "the same arrivals, so they differ in how long callers wait: {share:g} % wait longer than {name}."
)
