"""Holds what the generator measures against what is known of the target: `python -m benchmarks.load.accuracy`.

The target answers after latencies of a known distribution, with and without a stall of two seconds. In an open loop
each percentile has to be within 2 % or 0.2 ms of the truth, whichever is larger; in a closed loop the stall has to be
missed, or the two loops would not differ. The trace is what wrk2 would have told of the same run, without the way
of the answers back to the client: that, and the shortest way there, is in what is measured and in no truth.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load.generator import load, only_round
from benchmarks.load.network import way_there_and_back
from benchmarks.load.targets.running import running
from benchmarks.load.targets.stalls import NEVER, Stall
from benchmarks.load.targets.trace import Answered, read_trace
from benchmarks.load.truth import NS, by_plan, by_trace, percentile
from conformance.load.results.model import Phase

PERCENTILES = (50.0, 90.0, 99.0, 99.9)
STALL = 2.0
STALL_AFTER = 0.4
"""Of the time that is measured."""
STALL_NUMBER = 50
"""The call from which that is counted: the tool was tried before the load, and has been called then."""
WARM_UP = 2.0
MOST = 0.02, 200_000
"""Share of the truth, and nanoseconds."""


@dataclass(frozen=True, slots=True)
class Case:
    """`users` of an open loop are as many as the stall needs."""

    name: str
    latency: str
    stall: bool
    rate: float | None
    users: int

    def options(self, seconds: float) -> list[str]:
        rate = [] if self.rate is None else [f"--rate={self.rate:g}", "--arrivals=constant"]
        return [
            "--scenario=tool-caller", f"--users={self.users}", *rate, "--rounds=1", f"--duration={seconds:g}",
            f"--warm-up={WARM_UP:g}",
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """A measured phase, and the requests of it as the target saw them."""

    phase: Phase
    answered: list[Answered]
    stall: Stall


def run(case: Case, seconds: float) -> Run:
    """Raises ValueError when target and generator do not agree on how many requests there were."""
    with tempfile.TemporaryDirectory() as directory:
        trace = Path(directory) / "trace"
        after = WARM_UP + STALL_AFTER * seconds
        stall = [f"--stall={STALL}", f"--stall-after={after}", f"--stall-number={STALL_NUMBER}"] if case.stall else []
        with running("latency", f"--latency={case.latency}", f"--trace={trace}", *stall) as target:
            phase = only_round(load(target.url, *case.options(seconds)))
        answered = read_trace(trace)
    measured = phase.total.count
    if not 0 < measured <= len(answered):
        raise ValueError(f"{case.name}: {measured} requests were measured, {len(answered)} were answered")
    begin = answered[STALL_NUMBER - 1].arrived + int(after * NS)
    return Run(phase, answered[-measured:], Stall(begin, int(STALL * NS)) if case.stall else NEVER)


def verdict(measured: float, truth: float) -> str:
    allowed = max(MOST[0] * truth, MOST[1])
    return "ok " if abs(measured - truth) <= allowed else "OFF"


def open_loop(case: Case, seconds: float) -> bool:
    """Print the percentiles of a run against both truths; whether all are near enough to that of the trace."""
    assert case.rate is not None
    ran = run(case, seconds)
    traced, planned = by_trace(ran.answered, case.rate), by_plan(ran.answered, case.rate, ran.stall)
    print(f"\n{case.name}: {case.latency}, {case.rate:g}/s, {ran.phase.total.count} requests{told(ran.phase)}")
    print("             measured    by trace       error            by plan       error   (ms)")
    good = True
    for share in PERCENTILES:
        measured = (ran.phase.total.response.percentile(share) or 0) * 1000
        trace, plan = percentile(traced, share), percentile(planned, share)
        good = good and verdict(measured, trace) == "ok "
        print(f"  p{share:<6g} {measured / 1e6:12.3f}{against(measured, trace)}     {against(measured, plan)}")
    return good


def against(measured: float, truth: float) -> str:
    error = measured - truth
    return f"{truth / 1e6:12.3f} {error / 1e6:+8.3f} {error / truth:+7.2%} {verdict(measured, truth)}"


def closed_loop(case: Case, rate: float, seconds: float) -> bool:
    """Print what a closed loop tells of the same stall; whether it misses it."""
    ran = run(case, seconds)
    starts = [int(number * NS / rate) for number in range(int(rate * seconds))]
    begin = Stall(int(STALL_AFTER * seconds * NS), int(STALL * NS))
    works = [one.work for one in ran.answered]
    truth = [begin.answered(start, works[index % len(works)]) - start for index, start in enumerate(starts)]
    print(f"\n{case.name}: {case.latency}, {case.users} users, {ran.phase.total.count} requests{told(ran.phase)}")
    print(f"             measured    what {rate:g}/s would have met   (ms)")
    for share in PERCENTILES:
        measured = (ran.phase.total.response.percentile(share) or 0) / 1000
        print(f"  p{share:<6g} {measured:12.3f}{percentile(truth, share) / 1e6:12.3f}")
    missed = (ran.phase.total.response.percentile(99) or 0) * 1000 < 0.1 * percentile(truth, 99)
    print(f"  the stall is {'missed, as it has to be' if missed else 'SEEN: this is no closed loop'}")
    return missed


def told(phase: Phase) -> str:
    """What the generator says of itself."""
    lag, loop = phase.generator.lag.percentile(99.9), phase.generator.loop.percentile(99.9)
    cpu = max(process.cpu for process in phase.generator.processes)
    failed = f", {phase.total.failed_count} failed" if phase.total.failed_count else ""
    arrivals = f"late {phase.arrivals.late}, dropped {phase.arrivals.dropped}"
    return f"{failed}; {arrivals}; p99.9 of lag {lag} us, of loop {loop} us; cpu {cpu:.0%}"


def main(argv: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(prog="python -m benchmarks.load.accuracy", description=__doc__)
    options.add_argument("--seconds", type=float, default=30.0, help="measured in each case")
    options.add_argument("--rate", type=float, default=500.0)
    given = options.parse_args(argv)
    users = int(given.rate * (STALL + 1))
    print(f"the way there and back takes a blocking client {way_there_and_back() / 1e6:.3f} ms")
    fast, slow = "lognormal:4:0.5", "table:0=20,50=40,90=80,99=300,100=600"
    good = [
        open_loop(Case("fast", fast, False, given.rate, users), given.seconds),
        open_loop(Case("slow, long tail", slow, False, given.rate, users), given.seconds),
        open_loop(Case("fast, 2 s of stall", fast, True, given.rate, users), given.seconds),
        open_loop(Case("slow, 2 s of stall", slow, True, given.rate, users), given.seconds),
        closed_loop(Case("closed loop, 2 s of stall", fast, True, None, 5), given.rate, given.seconds),
    ]
    print(f"\n{sum(good)} of {len(good)} as they have to be")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
