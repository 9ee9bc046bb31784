"""Results of load runs, made from response times: `result(phase("round 1", lognormal(2000)), server="alpha")`."""

import random
from collections.abc import Mapping, Sequence
from math import log
from statistics import median
from typing import Any

from conformance.load.recording.histogram import at_percentile, decoded, encoded, merged, new_histogram, record
from conformance.load.results.model import (
    Arrivals,
    BreakingPoint,
    Connections,
    FailureKind,
    Figures,
    Finding,
    Generator,
    Latencies,
    Machine,
    Operation,
    Phase,
    Plan,
    Process,
    Result,
    Spread,
    Target,
)

Values = Sequence[int]
"""Response times of good answers in microseconds."""

PERCENTILES = (50, 75, 90, 95, 99, 99.9)
MACHINE = Machine(system="Linux 6.8 x86_64", python="3.12.4", cpu="Example CPU", cores=2, memory_bytes=8 * 2**30)
PLAN = Plan(
    scenario="tool-caller", shape="constant", model="open", arrivals="poisson", rate=100.0, users=50, duration_s=10.0,
    warm_up_s=2.0, rounds=3, think_s=0.0, processes=1, seed=1, operations=("tools/call",),
)  # fmt: skip


def lognormal(median_us: float, count: int = 2000, sigma: float = 0.4, seed: int = 1) -> list[int]:
    """Response times with a tail, the same ones for the same arguments."""
    drawn = random.Random(seed)
    return [round(drawn.lognormvariate(log(median_us), sigma)) for _ in range(count)]


def latencies(values: Values) -> Latencies:
    histogram = new_histogram()
    record(histogram, values)
    mean = sum(values) / len(values) if values else 0.0
    return Latencies(
        count=len(values), min_us=min(values, default=0), max_us=max(values, default=0), mean_us=mean,
        encoded=encoded(histogram),
    )  # fmt: skip


def operation(
    name: str, values: Values, failures: Mapping[FailureKind, int] | None = None, *, service: Values | None = None
) -> Operation:
    failed = dict(failures or {})
    return Operation(
        name=name, kind="work", good=len(values), failures=failed, bytes_sent=100 * len(values),
        bytes_received=200 * len(values), response=latencies(values),
        service=latencies(values if service is None else service), failed=latencies([1000] * sum(failed.values())),
    )  # fmt: skip


def phase(
    name: str, values: Values | Mapping[str, Values], failures: Mapping[FailureKind, int] | None = None, **changes: Any
) -> Phase:
    """A measured round of 10 s at 100 arrivals a second, with `values` by operation, or of `tools/call` alone.

    `failures` are those of the first operation; `changes` are members of `Phase`.
    """
    named = values if isinstance(values, Mapping) else {"tools/call": values}
    parts = [operation(each, of, failures if not at else None) for at, (each, of) in enumerate(named.items())]
    total = operation("total", [value for of in named.values() for value in of], failures)
    members: dict[str, Any] = {
        "role": "round", "measured": True, "began_s": 0.0, "planned_s": 10.0, "seconds": 10.0, "complete": True,
        "users": 50, "rate": 100.0, "arrivals": Arrivals(due=total.count, started=total.count),
        "connections": Connections(opened=1, failed=0, setup=latencies([500])),
        "generator": Generator(
            processes=(Process(cpu=0.3, rss_bytes=2**26),), lag=latencies([50] * 10), loop=latencies([20] * 10)
        ),
    }  # fmt: skip
    return Phase(name=name, total=total, operations=tuple(parts), **{**members, **changes})


def rounds(
    median_us: float, *, count: int = 3, samples: int = 2000, noise: float = 0.01, **changes: Any
) -> list[Phase]:
    """A warm-up and rounds whose medians differ by up to the share `noise` in both directions."""
    steps = [0.0] if count == 1 else [2 * number / (count - 1) - 1 for number in range(count)]
    measured = [
        phase(f"round {number}", lognormal(median_us * (1 + noise * step), samples, seed=number), **changes)
        for number, step in enumerate(steps, start=1)
    ]
    return [phase("warm-up", lognormal(5 * median_us, 100), role="warm-up", measured=False), *measured]


def spread(values: Sequence[float], pooled: float | None = None) -> Spread:
    return Spread(rounds=tuple(values), median=median(values), low=min(values), high=max(values), pooled=pooled)


def figures(phases: Sequence[Phase]) -> tuple[Figures, ...]:
    """The summary of the measured phases: all work, then each operation."""
    measured = [one for one in phases if one.measured]
    if not measured:
        return ()
    names = dict.fromkeys(each.name for one in measured for each in one.operations)
    parts = {name: [_part(one, name) for one in measured] for name in names}
    return tuple(
        _figures([one.seconds for one in measured], of) for of in [[one.total for one in measured], *parts.values()]
    )


def result(*phases: Phase, plan: Mapping[str, Any] | None = None, **changes: Any) -> Result:
    """The result of a run of `phases`. `plan` and `changes` are members of `Plan`, `Target` and `Result`."""
    planned = {name: getattr(PLAN, name) for name in PLAN.__struct_fields__} | dict(plan or {})
    target = {"url": "http://127.0.0.1:9000/mcp", "server": "alpha", "version": "1.0", "revision": "2025-11-25"}
    told = {name: changes.pop(name, target.get(name, "")) for name in Target.__struct_fields__}
    members: dict[str, Any] = {
        "tool": "0.2.0", "engine": "2.47.0", "started_at": "2026-03-01T12:00:00Z",
        "command": f"mcp-conformance load {told['url']} --scenario={planned['scenario']}", "machine": MACHINE,
        "phases": phases, "figures": figures(phases),
    }  # fmt: skip
    return Result(target=Target(**told), plan=Plan(**planned), **{**members, **changes})


def searched(rate: float | None, broken_at: float | None, *steps: Phase, **changes: Any) -> Result:
    """The result of a search for the breaking point; without steps, one for each of three rates."""
    limit = rate or 50.0
    tried = steps or tuple(
        phase(f"step {at}", lognormal(1000 + 20 * at, 1000), role="step", rate=at, seconds=1000 / at)
        for at in (limit / 4, limit / 2, limit)
    )
    found = BreakingPoint(rate=rate, broken_at=broken_at, why="p95 over 100 ms", steps=len(tried))
    return result(*tried, plan={"shape": "breaking-point", "rate": None}, breaking_point=found, **changes)


def invalid(code: Any = "generator-bound", text: str = "the generator used 98 % of its core") -> tuple[Finding, ...]:
    return (Finding(code=code, invalidates=True, text=text),)


def _part(one: Phase, name: str) -> Operation:
    return next((each for each in one.operations if each.name == name), operation(name, []))


def _figures(seconds: Sequence[float], parts: Sequence[Operation]) -> Figures:
    failures: dict[FailureKind, int] = {}
    for part in parts:
        for kind, count in part.failures.items():
            failures[kind] = failures.get(kind, 0) + count
    good, failed = sum(part.good for part in parts), sum(failures.values())
    return Figures(
        name=parts[0].name, kind="work", good=good, failures=failures,
        error_rate=failed / (good + failed) if good + failed else 0.0,
        throughput=spread([part.good / length for part, length in zip(parts, seconds, strict=True)]),
        percentiles=_percentiles([part.response for part in parts]),
        service=_percentiles([part.service for part in parts]),
    )  # fmt: skip


def _percentiles(distributions: Sequence[Latencies]) -> dict[str, Spread]:
    """Of distributions that have ten values beyond the percentile."""
    whole = merged(decoded(one.encoded) for one in distributions)
    found = {}
    for at in PERCENTILES:
        values = [one.percentile(at) or 0 for one in distributions]
        if whole.total_count * (1 - at / 100) >= 10:
            found[f"p{at:g}"] = spread(values, at_percentile(whole, at))
    return found
