"""Whether the generator itself was the limit.

Three signs, each in any measured phase:

- CPU: a process of the generator kept a core busy. In a closed loop that bounds the throughput, in an open one work
  waits within the generator.
- Schedule lag (open loop): a user was free, and the generator still began late. The lag is a part of each response
  time, so it is held against the response time at the same percentile: at the median, and at the highest percentile up
  to p99 that has enough values. Where arrivals are journeys, against theirs.
- Loop lag: timers came late, so answers were read late.

The scenario `raw` measures the generator, so there the finding is a note.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from conformance.load.recording.histogram import decoded, merged
from conformance.load.results.model import Finding, Latencies, Phase
from conformance.load.results.percentiles import PERCENTILES, values_at
from conformance.load.results.rules.run import Run, arrival_of
from conformance.load.results.summary import figures
from conformance.load.results.wording import bounded, duration, share

CPU: Final = 0.9
"""Share of a core. A queue that is this busy makes its work wait nine times as long as the work takes."""
LAG_SHARE: Final = 0.1
"""Of the response time at the same percentile: the generator may not add more than a tenth to what it tells."""
LAG_FLOORS_US: Final = {"p50": 500, "p99": 2_000}
"""Lags that are never held against a run: timers of an event loop are as coarse as a millisecond."""
LOOP_US: Final = 20_000
"""Two time slices of a busy machine; longer is no accident of scheduling."""

_MORE: Final = "Use more processes (--processes), further machines (--worker) or less load, and run again."


def generator_bound(run: Run) -> Iterator[Finding]:
    signs = [*_busy(run.decisive), *_late(run), *_held_up(run.decisive)]
    if not signs:
        return
    if run.plan.scenario == "raw":
        text = f"The generator was the limit, as it should be in this scenario: {'; '.join(signs)}."
    else:
        text = f"The generator was the limit, so these are not the target's figures: {'; '.join(signs)}. {_MORE}"
    yield Finding(code="generator-bound", invalidates=run.plan.scenario != "raw", text=text)


def _busy(phases: Iterable[Phase]) -> Iterator[str]:
    used = [(process.cpu, one.name) for one in phases for process in one.generator.processes]
    cpu, name = max(used, default=(0.0, ""))
    if cpu > CPU:
        yield f"a process of it used {share(cpu)} of a core in {bounded(name, 40)} (limit {share(CPU)})"


def _late(run: Run) -> Iterator[str]:
    if run.plan.model == "open":
        found = (sign for group in _alike(run.decisive) for sign in _late_in(group))
        yield from list(found)[:1]


def _alike(phases: Iterable[Phase]) -> list[list[Phase]]:
    """Phases of the same role and rate together: only their distributions may be added."""
    groups: dict[tuple[str, float | None, float | None], list[Phase]] = {}
    for one in phases:
        groups.setdefault((one.role, one.rate, one.rate_end), []).append(one)
    return list(groups.values())


def _late_in(group: Sequence[Phase]) -> Iterator[str]:
    arrival = arrival_of(figures(group))
    lags = _percentiles(one.generator.lag for one in group)
    for name, floor in _compared(lags):
        response = arrival.percentiles.get(name) if arrival else None
        allowed = max(floor, LAG_SHARE * (response.pooled or 0) if response else 0)
        if lags[name] > allowed:
            yield f"it started work {duration(lags[name])} late at {name} (limit {duration(allowed)})"


def _compared(lags: dict[str, int]) -> Iterator[tuple[str, float]]:
    """Percentiles to look at, the worse one first, each with its floor."""
    highest = next((name for name in ("p99", "p95", "p90") if name in lags), None)
    if highest:
        yield highest, LAG_FLOORS_US["p99"]
    if "p50" in lags:
        yield "p50", LAG_FLOORS_US["p50"]


def _held_up(phases: Iterable[Phase]) -> Iterator[str]:
    waits = _percentiles(one.generator.loop for one in phases)
    if waits.get("p99", 0) > LOOP_US:
        yield f"its event loop was held up for {duration(waits['p99'])} at p99 (limit {duration(LOOP_US)})"


def _percentiles(parts: Iterable[Latencies]) -> dict[str, int]:
    found = values_at(merged(decoded(one.encoded) for one in parts), PERCENTILES.values())
    return {name: found[at] for name, at in PERCENTILES.items() if at in found}
