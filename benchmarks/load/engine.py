"""How many requests a second one core can make: `python -m benchmarks.load.engine`.

Each generator has the first core to itself, nginx with a static answer the last. wrk is the height of what is possible,
Locust's FastHttpUser what ours has to be four times as fast as. Ours checks every answer and keeps full accounts; the
others do not. They take turns, as machines are not equally fast at all times; where others use the core too, requests a
second of processor time are the fairer figure.
"""

import argparse
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load.generator import CORES, load, only_round, pinned
from benchmarks.load.nginx import Missing, nginx
from benchmarks.load.same_request import BODY, HEADERS


@dataclass(frozen=True, slots=True)
class Speed:
    """Requests a second of time, and of processor time."""

    rate: float
    of_processor: float


Measure = Callable[[str, int, int], Speed]
"""From a URL, a number of connections and seconds."""


def wrk(url: str, users: int, seconds: int) -> Speed:
    with tempfile.TemporaryDirectory() as directory:
        script = Path(directory) / "post.lua"
        headers = "".join(f"wrk.headers[{json.dumps(name)}]={json.dumps(value)}\n" for name, value in HEADERS.items())
        script.write_text(f"wrk.method='POST'\nwrk.body={json.dumps(BODY)}\n{headers}")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        text = _output(["wrk", "-t1", f"-c{users}", f"-d{seconds}s", "-s", str(script), url])
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = re.search(r"Requests/sec:\s+([\d.]+)", text)
    if found is None or "Non-2xx" in text:
        raise RuntimeError(f"wrk: {text}")
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Speed(float(found[1]), float(found[1]) * seconds / processor)


def fast_http_user(url: str, users: int, seconds: int) -> Speed:
    """From the moment when all users are there."""
    locustfile = Path(__file__).with_name("fast_http_user.py")
    text = _output([
        sys.executable, "-m", "locust", "-f", str(locustfile), "--headless", "--only-summary",
        f"--users={users}", f"--spawn-rate={users}", f"--run-time={seconds}s", f"--host={url.removesuffix('/mcp')}",
    ])  # fmt: skip
    stats = json.loads(text.strip().splitlines()[-1])
    if stats["failures"]:
        raise RuntimeError(f"FastHttpUser: {stats['failures']} failures")
    return Speed(stats["requests"] / stats["seconds"], stats["requests"] / stats["processor"])


def ours(url: str, users: int, seconds: int) -> Speed:
    phase = only_round(
        load(
            url, "--scenario=raw", f"--body={BODY}", f"--users={users}", f"--duration={seconds}", "--warm-up=1",
            "--rounds=1", core=CORES[0],
        )
    )  # fmt: skip
    if phase.total.failed_count:
        raise RuntimeError(f"ours: {phase.total.failures} {phase.total.examples}")
    (process,) = phase.generator.processes
    return Speed(phase.throughput, phase.throughput / process.cpu)


def _output(command: list[str]) -> str:
    environment = {**os.environ, "LOCUST_SKIP_URLLIB3_PATCH": "1"}
    ran = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=120, env=environment, preexec_fn=pinned(CORES[0])
    )
    return ran.stdout


def main(argv: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(prog="python -m benchmarks.load.engine", description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--seconds", type=int, default=6)
    options.add_argument("--users", type=int, default=50)
    given = options.parse_args(argv)
    generators: dict[str, Measure] = {"FastHttpUser": fast_http_user, "ours": ours}
    if shutil.which("wrk"):
        generators["wrk"] = wrk
    try:
        with nginx(CORES[-1]) as url:
            rates = measured(generators, url, given)
    except Missing as error:
        print(error)
        return 2
    report(rates)
    return 0


def measured(generators: dict[str, Measure], url: str, given: argparse.Namespace) -> dict[str, list[Speed]]:
    rates: dict[str, list[Speed]] = {name: [] for name in generators}
    for _ in range(given.rounds):
        for name, measure in generators.items():
            rates[name].append(measure(url, given.users, given.seconds))
    return rates


def report(speeds: dict[str, list[Speed]]) -> None:
    print("requests a second, and a second of processor time: median, and the rounds")
    for name, of in speeds.items():
        print(f"{name:14} {row([one.rate for one in of])}   {row([one.of_processor for one in of])}")
    mine, theirs = speeds["ours"], speeds["FastHttpUser"]
    print(f"ours : FastHttpUser   {ratio([one.rate for one in mine], [one.rate for one in theirs])}   goal: 4 or more")
    print(f"  of processor time   {ratio([one.of_processor for one in mine], [one.of_processor for one in theirs])}")
    print(f"ours   {statistics.median(one.rate for one in mine):,.0f} requests/s   aim: 20,000")


def row(values: list[float]) -> str:
    return f"{statistics.median(values):9,.0f} ({' '.join(f'{value:,.0f}' for value in values)})"


def ratio(mine: list[float], theirs: list[float]) -> str:
    """Round by round."""
    ratios = [one / other for one, other in zip(mine, theirs, strict=True)]
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


if __name__ == "__main__":
    sys.exit(main())
