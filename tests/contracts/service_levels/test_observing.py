"""A watch over a server that is scripted: sessions, refusals, outages."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from conformance.contracts.caller import Caller
from conformance.contracts.profiles.model import Clock, Profile
from conformance.contracts.service_levels.observing import Observation, observe
from conformance.contracts.service_levels.settings import Call, ServiceLevels
from conformance.wire.channel import Channel
from conformance.wire.http import wire

Answer = Callable[[int, dict[str, Any], Any], tuple[int, dict[str, str], Any]]
"""From the number of the request, its message and its headers to status, headers and body."""


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    count = iter(range(10_000))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])) or "null")
            status, headers, found = answer(next(count), body, self.headers)
            data = json.dumps(found).encode()
            self.send_response(status)
            for name, value in {
                "content-type": "application/json",
                "content-length": str(len(data)),
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def do_DELETE(self) -> None:
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/mcp"
    finally:
        server.shutdown()
        server.server_close()


def watch(answer: Answer, levels: ServiceLevels, revision: str = "", seconds: float = 0.4) -> Observation:
    profile = Profile(name="test", clock=Clock(0.01), service_levels=levels)
    with serving(answer) as url, wire() as opened:
        return observe(Caller(profile, Channel(opened, url), revision), levels, seconds)


PLAIN = ServiceLevels(calls=(Call(method="POST", body={}),))


def test_calls_are_spread_over_the_watch() -> None:
    seen = watch(lambda number, body, headers: (200, {}, {}), PLAIN)

    assert 5 <= len(seen.rows) <= 41
    assert not [row for row in seen.rows if row.failed or row.limited or row.refused]
    assert all(later.at - earlier.at >= 0.005 for earlier, later in zip(seen.rows, seen.rows[1:], strict=False))


@pytest.mark.parametrize(
    ("status", "failed", "limited", "pointless"),
    [(500, True, False, False), (429, False, True, False), (401, False, False, True), (200, False, False, False)],
)
def test_each_status_is_taken_for_what_it_is(status: int, failed: bool, limited: bool, pointless: bool) -> None:
    seen = watch(lambda number, body, headers: (status, {"retry-after": "60"}, {}), PLAIN)

    assert {(row.failed, row.limited) for row in seen.rows} == {(failed, limited)}
    assert seen.pointless is pointless


def test_an_outage_does_not_end_the_watch() -> None:
    seen = watch(lambda number, body, headers: (503 if 3 <= number < 9 else 200, {}, {}), PLAIN)

    assert sum(row.failed for row in seen.rows) == 6
    assert not seen.rows[-1].failed


def with_sessions(number: int, message: dict[str, Any], headers: Any) -> tuple[int, dict[str, str], Any]:
    """A legacy server whose sessions end after four requests."""
    if message["method"] == "initialize":
        result = {"protocolVersion": "2025-11-25", "capabilities": {}, "serverInfo": {"name": "a", "version": "1"}}
        return 200, {"mcp-session-id": f"s{number}"}, {"jsonrpc": "2.0", "id": message["id"], "result": result}
    session = headers.get("mcp-session-id", "")
    if "id" not in message:
        return 202, {}, None
    if not session or number - int(session[1:]) > 4:
        return (404 if session else 400), {}, {}
    return 200, {}, {"jsonrpc": "2.0", "id": message["id"], "result": {}}


def test_sessions_are_opened_and_renewed() -> None:
    seen = watch(with_sessions, ServiceLevels(), "2025-11-25")

    assert len(seen.rows) > 5
    assert not [row for row in seen.rows if row.failed or row.refused]
