"""Holds a thousand streams in one process and compares what it saw with what was sent:
`python -m benchmarks.load.streams`.

Every stream has heartbeats at varied moments, and is silent once for longer.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.load.generator import CORES, load, only_round
from benchmarks.load.targets.running import running
from benchmarks.load.targets.trace import read_truth
from benchmarks.load.truth import percentile
from conformance.load.results.model import Latencies, Operation, Phase

MEMORY = 500_000_000
EVERY, JITTER, SILENT = 1.0, 0.3, 2.0


def held(era: str, count: int, seconds: float) -> bool:
    """Print one run; whether every stream was held, each heartbeat counted, and the memory is below the goal."""
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "truth"
        with running(
            "streams", f"--era={era}", f"--truth={file}", f"--every={EVERY}", f"--jitter={JITTER}",
            f"--silent={SILENT}", f"--silent-after={int(seconds / 3)}", f"--core={CORES[-1]}",
        ) as target:  # fmt: skip
            result = load(
                target.url, "--scenario=stream-holder", f"--users={count}", f"--duration={seconds:g}", "--warm-up=0",
                "--rounds=1", core=CORES[0],
            )  # fmt: skip
        truth = read_truth(file)
    return told(era, only_round(result), truth)


def told(era: str, phase: Phase, truth: dict[str, Any]) -> bool:
    assert phase.streams is not None
    (operation,) = [one for one in phase.operations if one.largest_gap is not None]
    sent = sum(stream["beats"] for stream in truth["streams"])
    gaps = [int(1e6 * max(one["largest_gap"], one["closed"] - one["last"])) for one in truth["streams"]]
    memory = max(process.rss_bytes for process in phase.generator.processes)
    cpu = max(process.cpu for process in phase.generator.processes)
    most = f"{phase.streams.most_held} held at once by us, {truth['most_held']} by the target"
    print(f"{era}: {phase.streams.opened} opened, {most}")
    print(f"  ends           {phase.streams.broken} broken, {operation.failed_count} failed {operation.examples or ''}")
    print(f"  heartbeats     {phase.streams.beats} counted, {sent} sent")
    print(f"  largest gap    {row(operation.largest_gap)} ms")
    print(f"  truth          {true_row(gaps)} ms")
    print(f"  first event    {row(operation.first_event)} ms")
    print(f"  opening        {row(operation.response)} ms")
    print(f"  memory {memory / 1e6:.0f} MB (goal: under {MEMORY / 1e6:.0f}), cpu {cpu:.0%} of a core")
    return all(checks(phase, operation, truth, sent, memory).values())


def checks(phase: Phase, operation: Operation, truth: dict[str, Any], sent: int, memory: int) -> dict[str, bool]:
    """A heartbeat on each stream may still be on its way when the phase ends."""
    assert phase.streams is not None
    count = len(truth["streams"])
    found = {
        "each stream was opened once and held": phase.streams.most_held == truth["most_held"] == count,
        "none broke or failed": phase.streams.broken == operation.failed_count == 0,
        "all heartbeats were counted": 0 <= sent - phase.streams.beats <= count,
        "the memory is below the goal": memory < MEMORY,
    }
    print(*(f"  {'ok ' if good else 'NOT'} {what}" for what, good in found.items()), sep="\n")
    return found


def row(latencies: Latencies | None) -> str:
    if latencies is None or not latencies.count:
        return "-"
    shares = "  ".join(f"p{share} {(latencies.percentile(share) or 0) / 1000:.1f}" for share in (50, 90, 99))
    return f"{shares}  max {latencies.max_us / 1000:.1f}"


def true_row(gaps: list[int]) -> str:
    shares = "  ".join(f"p{share} {percentile(gaps, share) / 1000:.1f}" for share in (50, 90, 99))
    return f"{shares}  max {max(gaps) / 1000:.1f}"


def main(argv: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(prog="python -m benchmarks.load.streams", description=__doc__)
    options.add_argument("--streams", type=int, default=1000)
    options.add_argument("--seconds", type=float, default=60.0)
    given = options.parse_args(argv)
    good = [held(era, given.streams, given.seconds) for era in ("modern", "legacy")]
    print(f"{sum(good)} of {len(good)} as they have to be")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
