"""Latencies are counted from the intended start: an open loop sees a stall, a closed loop misses it."""

from pathlib import Path

import pytest

from benchmarks.load.generator import load, only_round
from benchmarks.load.targets.running import running
from benchmarks.load.targets.stalls import Stall
from benchmarks.load.targets.trace import Answered, read_trace
from benchmarks.load.truth import NS, by_plan, by_trace, percentile
from conformance.load.results.model import Phase

RATE = 200
SECONDS = 6
STALL_S = 1.0
NUMBER = 20
"""The stall is counted from this call; those that try the tool before the load come sooner."""


def measured(tmp_path: Path, *options: str) -> tuple[Phase, list[Answered], Stall]:
    """The measured phase of a run in which the target stalls, what the target saw of it, and when it stalled."""
    trace = tmp_path / "trace"
    after = 3.0
    stalling = (f"--stall={STALL_S}", f"--stall-after={after}", f"--stall-number={NUMBER}")
    with running("latency", "--latency=lognormal:4:0.5", f"--trace={trace}", *stalling) as target:
        common = ("--scenario=tool-caller", f"--duration={SECONDS}", "--warm-up=1", "--rounds=1")
        phase = only_round(load(target.url, *common, *options))
    answered = read_trace(trace)
    begin = answered[NUMBER - 1].arrived + int(after * NS)
    return phase, answered[-phase.total.count :], Stall(begin, int(STALL_S * NS))


def milliseconds(phase: Phase, share: float) -> float:
    found = phase.total.response.percentile(share)
    assert found is not None
    return found / 1000


def test_an_open_loop_sees_the_stall(tmp_path: Path) -> None:
    phase, answered, stall = measured(tmp_path, f"--rate={RATE}", "--users=400")
    assert phase.arrivals.started == phase.arrivals.due == phase.total.count == RATE * SECONDS
    assert phase.total.failed_count == 0
    for share in (50, 75, 90, 95, 99):
        true = percentile(by_trace(answered, RATE), share) / 1e6
        assert milliseconds(phase, share) == pytest.approx(true, rel=0.1, abs=10), f"p{share}"
    planned = percentile(by_plan(answered, RATE, stall), 99) / 1e6
    assert planned > 0.9 * STALL_S * 1000
    assert milliseconds(phase, 99) > 0.9 * planned


def test_a_closed_loop_misses_it(tmp_path: Path) -> None:
    phase, answered, stall = measured(tmp_path, "--users=3")
    in_it = sum(one.arrived < stall.end and one.sent > stall.begin for one in answered)
    assert in_it <= 3 * 2
    assert phase.total.response.max_us > 0.9 * STALL_S * 1e6
    assert milliseconds(phase, 99) < 0.5 * STALL_S * 1000


def test_the_service_time_does_not_count_the_wait_for_a_user(tmp_path: Path) -> None:
    """Two users cannot keep up with the arrivals of a stall: response times do, service times do not tell it."""
    phase, _, _ = measured(tmp_path, f"--rate={RATE}", "--users=2")
    service = phase.total.service.percentile(95)
    assert service is not None
    assert phase.arrivals.late > RATE * STALL_S / 2
    assert milliseconds(phase, 95) > 10 * service / 1000
