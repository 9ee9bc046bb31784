"""Lints a generated ledger as `mcp-conformance ledger` does, in a process of its own: `python -m benchmarks.ledger`.

Prints wall seconds, lines a second and peak memory. `--form` chooses how much each line holds: `minimal` its three
members (but for the last rotation), `current` also both windows, which is what is written today.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

COMMAND = (sys.executable, "-c", "import sys; from conformance.cli import main; sys.exit(main())")
CONNECTORS = ("operator_api", "operator_upload", "crown_handshake")
START = datetime(2025, 1, 1, tzinfo=UTC)
STEP = timedelta(minutes=15)
WINDOW = timedelta(hours=48)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ledger", description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--form", choices=("minimal", "current"), default="current")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "ledger.jsonl"
        now = write(path, arguments.lines, arguments.form)
        load = os.getloadavg()[0]
        size = path.stat().st_size / 1e6
        print(f"{arguments.lines:,} lines, {size:.0f} MB, form {arguments.form}; load average {load:.1f}")
        measure("default", path, now)
        measure("--strict-profile", path, now, "--strict-profile")


def write(path: Path, count: int, form: str) -> str:
    """A ledger without a fault; returns the time as of which it is fresh."""
    with path.open("w", encoding="utf-8") as ledger:
        for entry in entries(count, form):
            ledger.write(json.dumps(entry) + "\n")
    return stamp(START + STEP * (count // len(CONNECTORS)))


def entries(count: int, form: str) -> Iterator[dict[str, Any]]:
    for number in range(count):
        rotated = START + STEP * (number // len(CONNECTORS))
        entry = {"connector_id": CONNECTORS[number % 3], "rotated_at": stamp(rotated), "window_hours": 48}
        plain = form == "minimal" and number < count - len(CONNECTORS)
        yield entry if plain else {**entry, **windows(rotated)}


def windows(rotated: datetime) -> dict[str, Any]:
    window_id = f"{rotated:%Y%m%dT%H%M%SZ}-PT48H"
    begins, ends = stamp(rotated), stamp(rotated + WINDOW)
    return {
        "rotation_window": {
            "window_id": window_id, "started_at": begins, "expires_at": ends, "duration": "PT48H",
        },
        "credential_window": {
            "issued_at": begins, "expires_at": ends, "duration": "P2D", "rotation_window_id": window_id,
        },
    }  # fmt: skip


def stamp(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%SZ}"


def measure(name: str, path: Path, now: str, *options: str) -> None:
    began = time.perf_counter()
    command = [*COMMAND, "ledger", str(path), "--now", now, *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"the ledger is not clean: {said}")
    count = int(said.split(":", 1)[1].split()[0])
    print(
        f"{name:<16} {seconds:6.2f} s (processor {usage.ru_utime + usage.ru_stime:.2f} s)  "
        f"{count / seconds:9,.0f} lines/s  peak {usage.ru_maxrss / 1024:4.0f} MB   goal: under 10 s and 100 MB"
    )


if __name__ == "__main__":
    main()
