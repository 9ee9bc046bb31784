"""Lints a generated ledger as `mcp-conformance ledger` does, in a process of its own: `python -m benchmarks.ledger`.

Prints wall seconds, lines a second and peak memory. `--form` chooses how much each line holds: `minimal` its three
members (but for the last rotation), `current` also both windows, which is what is written today, `traced` also the
traces of the handshake over REST and gRPC.
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

from conformance.contracts.ledger.traces import checksum

COMMAND = (sys.executable, "-c", "import sys; from conformance.cli import main; sys.exit(main())")
CONNECTORS = ("operator_api", "operator_upload", "crown_handshake")
START = datetime(2025, 1, 1, tzinfo=UTC)
STEP = timedelta(minutes=15)
WINDOW = timedelta(hours=48)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ledger", description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--form", choices=("minimal", "current", "traced"), default="current")
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
        traced = {"traces": traces(CONNECTORS[number % 3], rotated)} if form == "traced" else {}
        yield entry if plain else {**entry, **windows(rotated), **traced}


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


def traces(connector: str, rotated: datetime) -> dict[str, Any]:
    """As the smoke script writes them; the credential is left out."""
    rotation = {"connector_id": connector, "last_rotated": stamp(rotated), "rotation_window": "PT48H"}
    normalized = {
        "authenticated": True,
        "session": {"id": "stage-b-session", "credential_expiry": stamp(rotated + WINDOW)},
        "accepted_contexts": [{"name": "stage-b-rehearsal", "status": "accepted"}],
        "rotation": rotation,
        "echo": {"rotation": rotation},
    }
    identity = {"connector_id": connector, "version": "0.1.0", "instance": "local"}
    names = ["handshake", "heartbeat", "command"]
    context = {"name": "stage-b-rehearsal", "channels": names, "capabilities": names}
    request = {
        "identity": identity, "supported_contexts": [context], "rotation": {**rotation, "token_hint": "operator"},
    }  # fmt: skip
    return {
        "rest": {
            "method": "POST", "endpoint": "http://localhost:8001/handshake", "request": request,
            "response": normalized, "normalized": normalized, "checksum": checksum(normalized),
        },
        "grpc": {
            "service": "neoabzu.vector.VectorService", "method": "Init", "request": {"stage": "B"},
            "response": {"message": "trial", "handshake_equivalent": normalized},
            "metadata": {"parity_checksum": checksum(normalized), "recorded_at": stamp(rotated), "mode": "trial"},
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
