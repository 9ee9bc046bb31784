"""Whether an open loop could keep its schedule, and if not, whose fault that was.

A start is late when all users were busy. By Little's law, arrivals a second times the time that one takes is how many
users are busy on average; so three cases can be told from each other:

- Even if each took only as long as the fastest of its kind in the whole run (which was there before the load built up),
  more users were needed than there were. The pool was too small whatever the target does: the run is invalid.
- At the usual time they were needed, or half of them, but not at the fastest. Either the target slows down under the
  load, or the pool is too small; from the generator they look alike, and only a run with more users tells. A note.
- At the usual time there were more than twice the users needed. They were held by stalls of the target. A note: the
  response times count from the intended start, so the wait is in them, as it has to be.

A rate that was not sustained is a verdict on the target, not on the run, unless the generator or its users were the
limit.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from conformance.load.results.model import Arrivals, Finding, Operation, Phase
from conformance.load.results.rules.run import Run, arrival_of
from conformance.load.results.wording import duration, number, rate, share

LATE: Final = 0.01
"""Share of the starts. Fewer do not reach p99."""
NEVER_STARTED: Final = 0.001
"""Share of what was due. Fewer do not reach p99.9; the last ones of a phase may fall off its end."""
SUSTAINED: Final = 0.97
"""Share of what was due: counted, so that the chance of random arrivals is not in it. The margin is for answers that
the end of a phase cut off."""
ROOM: Final = 2
"""Users to ask for, by those needed: at twice the mean, random arrivals hardly ever find all of them busy."""


def arrivals_kept(run: Run, *, generator_bound: bool) -> Iterator[Finding]:
    seen = _sum(one.arrivals for one in run.judged)
    if run.plan.model != "open" or run.plan.shape in ("ramp", "spike") or not seen.due:
        return
    exhausted = list(_exhausted(run, seen))
    yield from _dropped(seen)
    yield from exhausted
    if not generator_bound and not any(one.invalidates for one in exhausted):
        yield from _behind(run, seen)


def _sum(parts: Iterable[Arrivals]) -> Arrivals:
    them = list(parts)
    return Arrivals(
        due=sum(one.due for one in them),
        started=sum(one.started for one in them),
        late=sum(one.late for one in them),
        dropped=sum(one.dropped for one in them),
    )


def _dropped(seen: Arrivals) -> Iterator[Finding]:
    missing = max(seen.dropped, seen.due - seen.started)
    if missing / seen.due > NEVER_STARTED:
        known = 100 * (1 - missing / seen.due)
        text = (
            f"{number(missing)} of {number(seen.due)} arrivals ({share(missing / seen.due)}) were never started, being "
            f"too late already. No percentile has them, so those above p{known:.4g} look better than they are."
        )
        yield Finding(code="dropped", invalidates=False, text=text)


@dataclass(frozen=True, slots=True)
class _Demand:
    """How many users are busy at a time when one arrival, of as many requests as it has, takes `best_us`, or
    `usual_us`."""

    a_second: float
    best_us: float
    usual_us: float
    longest_us: float

    @property
    def at_best(self) -> float:
        return self.a_second * self.best_us / 1e6

    @property
    def usually(self) -> float:
        return self.a_second * self.usual_us / 1e6


def _exhausted(run: Run, seen: Arrivals) -> Iterator[Finding]:
    demand = _demand(run)
    if seen.late / seen.due <= LATE or demand is None:
        return
    began = f"{number(seen.late)} of {number(seen.due)} starts ({share(seen.late / seen.due)}) waited for a free user"
    users = run.plan.users
    too_few = demand.at_best >= users
    tell = _too_few if too_few else _either if ROOM * demand.usually >= users else _stalls
    yield Finding(code="users-exhausted", invalidates=too_few, text=f"{began}{tell(demand, users)}")


def _users(count: float) -> str:
    return number(max(1, round(count)))


def _too_few(demand: _Demand, users: int) -> str:
    return (
        f": even at {duration(demand.best_us)} each, the fastest seen, {rate(demand.a_second)} need "
        f"{_users(demand.at_best)} users at a time, and there were {number(users)}. The run measured its own "
        f"users; use --users={round(ROOM * demand.usually)} or more."
    )


def _either(demand: _Demand, users: int) -> str:
    more = round(ROOM * max(demand.usually, users))
    return (
        f": at the usual {duration(demand.usual_us)} each, {rate(demand.a_second)} need {_users(demand.usually)} "
        f"users at a time, and there were {number(users)}. Either the target slows down under this load or the users "
        f"are too few, which look alike from here. Run again with --users={more}: if each then takes longer and the "
        "throughput stays, it is the target."
    )


def _stalls(demand: _Demand, users: int) -> str:
    return (
        f", though {_users(demand.usually)} of {number(users)} would do at the usual {duration(demand.usual_us)} "
        f"each: the target stalled (longest {duration(demand.longest_us)}) and held them all. The wait is part of the "
        "response times, as it has to be."
    )


def _demand(run: Run) -> _Demand | None:
    rates = [one.rate for one in run.judged if one.rate]
    parts = _arrival_parts(run, run.judged)
    count = sum(one.count for one in parts)
    if not rates or not count:
        return None
    each = max(1.0, count / max(1, sum(one.arrivals.started for one in run.judged)))
    mean = sum(one.service.mean_us * one.good + one.failed.mean_us * one.failed_count for one in parts) / count
    arrival = arrival_of(run.figures)
    median = arrival.service.get("p50") if arrival else None
    usual = (median.pooled if median else None) or mean
    longest = max(max(one.service.max_us, one.failed.max_us) for one in parts)
    return _Demand(max(rates), each * _at_best(run, parts), each * usual, longest)


def _arrival_parts(run: Run, phases: Iterable[Phase]) -> list[Operation]:
    """The operations that arrivals are: journeys where there are some, else the work."""
    every = [one for phase in phases for one in phase.operations]
    return [one for one in every if one.kind == "journey"] or [one for one in every if one.kind == "work"]


def _at_best(run: Run, parts: Sequence[Operation]) -> float:
    """Mean of what the arrivals would have taken, each as fast as the fastest of its kind in any phase."""
    fastest: dict[str, int] = {}
    for one in (each for each in _arrival_parts(run, run.phases) if each.good):
        fastest[one.name] = min(one.service.min_us, fastest.get(one.name, one.service.min_us))
    known = [one for one in parts if one.name in fastest]
    count = sum(one.count for one in known)
    return sum(fastest[one.name] * one.count for one in known) / count if count else 0.0


def _behind(run: Run, seen: Arrivals) -> Iterator[Finding]:
    done = seen.started if _outlasting(run) else min(seen.started, run.work.count)
    if done / seen.due < SUSTAINED:
        seconds = sum(one.seconds for one in run.judged)
        text = (
            f"Of {rate(seen.due / seconds)} that were due, {rate(done / seconds)} were started and answered "
            f"({share(done / seen.due)}, limit {share(SUSTAINED)}): the target did not keep up, so response times are "
            "as long as the run lets them become. Use a lower --rate for latencies that last."
        )
        yield Finding(code="rate-not-sustained", invalidates=False, text=text)


def _outlasting(run: Run) -> bool:
    """Whether an arrival is more, or lasts longer, than one request, so that requests do not count arrivals."""
    return run.plan.scenario == "stream-holder" or any(
        one.kind == "journey" for phase in run.judged for one in phase.operations
    )
