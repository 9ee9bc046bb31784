"""A gateway that answers by a script, on loopback, and records what arrives."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from conformance.wire.exchange import NotJson, parse_json

MOST_BYTES = 1 << 20
MOST_ARRIVALS = 1000


@dataclass(frozen=True)
class Answer:
    """`document` goes as JSON; None sends no body. `delay_s` is waited first, or until the gateway is closed."""

    status: int = 200
    document: Any = None
    delay_s: float = 0.0


@dataclass(frozen=True)
class Arrival:
    """One request. `at` is on the monotonic clock, `clock` seconds since 1970."""

    method: str
    path: str
    body: bytes
    at: float = field(default_factory=time.monotonic)
    clock: float = field(default_factory=time.time)

    @property
    def document(self) -> Any:
        """The JSON body; None if it is none."""
        try:
            return parse_json(self.body)
        except NotJson:
            return None


Script = Mapping[str, tuple[Answer, ...]]
"""The answers by path, one after the other; the last one repeats."""


class FakeGateway:
    """Knows the POST routes of its script; anything else is recorded, and is 404."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._lock = threading.Lock()
        self._arrivals: list[Arrival] = []
        self.closed = threading.Event()

    @property
    def arrivals(self) -> tuple[Arrival, ...]:
        with self._lock:
            return tuple(self._arrivals)

    def answer(self, arrival: Arrival) -> Answer:
        with self._lock:
            earlier = sum(one.path == arrival.path and one.method == "POST" for one in self._arrivals)
            if len(self._arrivals) < MOST_ARRIVALS:
                self._arrivals.append(arrival)
        answers = self._script.get(arrival.path, ()) if arrival.method == "POST" else ()
        return answers[min(earlier, len(answers) - 1)] if answers else Answer(404, {"detail": "no such route"})


@contextmanager
def serving(script: Script) -> Iterator[tuple[str, FakeGateway]]:
    """The URL of a gateway that lasts as long as the context, and the gateway."""
    gateway = FakeGateway(script)
    server = _Server(("127.0.0.1", 0), _handler(gateway))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", gateway
    finally:
        gateway.closed.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of what is looked at."""


def _handler(gateway: FakeGateway) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def _serve(self) -> None:
            arrival = Arrival(self.command, self.path.partition("?")[0], self._body())
            answer = gateway.answer(arrival)
            if answer.delay_s:
                gateway.closed.wait(answer.delay_s)
            self._send(answer)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = _serve  # noqa: N815

        def _body(self) -> bytes:
            length = self.headers.get("Content-Length", "")
            size = int(length) if length.isdigit() else 0
            if size > MOST_BYTES or "Transfer-Encoding" in self.headers:
                self.close_connection = True
            return self.rfile.read(min(size, MOST_BYTES))

        def _send(self, answer: Answer) -> None:
            data = b"" if answer.document is None else json.dumps(answer.document).encode()
            self.send_response(answer.status)
            if data:
                self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: what arrives may hold credentials."""

    return Handler
