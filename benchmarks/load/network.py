"""What the way to a target and back takes for a client that does nothing else: a blocking socket."""

import json
import socket
import tempfile
from pathlib import Path
from statistics import median
from time import monotonic_ns, sleep

from benchmarks.load.targets.running import running
from benchmarks.load.targets.trace import read_trace

CALLS = 300
PAUSE_S = 0.005
"""Between calls, so that both sides have gone to sleep, as they do at the rates of the benchmark."""


def way_there_and_back() -> float:
    """Median, in nanoseconds: the time of a call without that which the target had it."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "work"}}).encode()
    request = b"POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)
    with tempfile.TemporaryDirectory() as directory:
        trace = Path(directory) / "trace"
        with (
            running("latency", "--latency=constant:2", f"--trace={trace}") as target,
            socket.create_connection(("127.0.0.1", target.port)) as connection,
        ):
            took = [_call(connection, request) for _ in range(CALLS)]
        had = [one.sent - one.arrived for one in read_trace(trace)]
    return median(whole - part for whole, part in zip(took, had, strict=True))


def _call(connection: socket.socket, request: bytes) -> int:
    sleep(PAUSE_S)
    began = monotonic_ns()
    connection.sendall(request)
    connection.recv(65536)
    return monotonic_ns() - began
