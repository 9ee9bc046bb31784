"""How many requests a second one core can make: `python -m benchmarks.load.engine`.

Each generator has the first core to itself, nginx with a static answer the last. wrk is the height of what is possible,
Locust's FastHttpUser what ours has to be four times as fast as. Ours checks every answer and keeps full accounts; the
others do not. They take turns, as machines are not equally fast at all times.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.load.generator import CORES, load, only_round, pinned
from benchmarks.load.nginx import Missing, nginx
from benchmarks.load.same_request import BODY, HEADERS

Measure = Callable[[str, int, int], float]
"""Requests a second, from a URL, a number of connections and seconds."""


def wrk(url: str, users: int, seconds: int) -> float:
    with tempfile.TemporaryDirectory() as directory:
        script = Path(directory) / "post.lua"
        headers = "".join(f"wrk.headers[{json.dumps(name)}]={json.dumps(value)}\n" for name, value in HEADERS.items())
        script.write_text(f"wrk.method='POST'\nwrk.body={json.dumps(BODY)}\n{headers}")
        text = _output(["wrk", "-t1", f"-c{users}", f"-d{seconds}s", "-s", str(script), url])
    found = re.search(r"Requests/sec:\s+([\d.]+)", text)
    if found is None or "Non-2xx" in text:
        raise RuntimeError(f"wrk: {text}")
    return float(found[1])


def fast_http_user(url: str, users: int, seconds: int) -> float:
    """From the first request to the last, with those that were sent while users were still being made."""
    locustfile = Path(__file__).with_name("fast_http_user.py")
    text = _output([
        sys.executable, "-m", "locust", "-f", str(locustfile), "--headless", "--json", "--only-summary",
        f"--users={users}", f"--spawn-rate={users}", f"--run-time={seconds}s", f"--host={url.removesuffix('/mcp')}",
    ])  # fmt: skip
    (stats,) = json.loads(text)
    if stats["num_failures"]:
        raise RuntimeError(f"FastHttpUser: {stats['num_failures']} failures")
    return float(stats["num_requests"] / (stats["last_request_timestamp"] - stats["start_time"]))


def ours(url: str, users: int, seconds: int) -> float:
    phase = only_round(
        load(
            url, "--scenario=raw", f"--body={BODY}", f"--users={users}", f"--duration={seconds}", "--warm-up=1",
            "--rounds=1", core=CORES[0],
        )
    )  # fmt: skip
    if phase.total.failed_count:
        raise RuntimeError(f"ours: {phase.total.failures} {phase.total.examples}")
    return phase.throughput


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


def measured(generators: dict[str, Measure], url: str, given: argparse.Namespace) -> dict[str, list[float]]:
    rates: dict[str, list[float]] = {name: [] for name in generators}
    for _ in range(given.rounds):
        for name, measure in generators.items():
            rates[name].append(measure(url, given.users, given.seconds))
    return rates


def report(rates: dict[str, list[float]]) -> None:
    for name, of in rates.items():
        rounds = " ".join(f"{rate:9,.0f}" for rate in of)
        print(f"{name:14} {statistics.median(of):9,.0f} requests/s   rounds: {rounds}")
    ratios = [mine / theirs for mine, theirs in zip(rates["ours"], rates["FastHttpUser"], strict=True)]
    median, ours_median = statistics.median(ratios), statistics.median(rates["ours"])
    print(f"ours : FastHttpUser   {median:.2f} ({min(ratios):.2f} to {max(ratios):.2f})   goal: 4 or more")
    print(f"ours                  {ours_median:,.0f} requests/s   aim: 20,000")


if __name__ == "__main__":
    sys.exit(main())
