"""A server that is not ours, in the manner of payment APIs, is judged by a profile file alone."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.plugin.runs import run

SUITE = Path(__file__).parents[3] / "suites/contracts/test_idempotency.py"

PROFILE = """
name = "payments"
mcp = false

[routes]
charges = "{target}/charges"
count = "{target}/count"

[idempotency]
changed = { amount = 200 }
task = "id"
same = ["id", "amount"]
reused_header = "Idempotent-Replayed"
accepted = { status = [202] }
completed = { status = [201] }
conflict = { status = [409, 422] }
member_order = "ignored"
ttl_s = 1
settle_s = 0.05
request = { route = "charges", body = { amount = 100, currency = "eur", test = true } }
effect = { route = "count", http_method = "GET" }
effect_path = "charges"
"""


@contextmanager
def served(*, forgetful: bool = False) -> Iterator[str]:
    """The URL of a server that remembers charges by key; a forgetful one does not."""
    charges: list[dict[str, object]] = []
    known: dict[str, tuple[float, str, dict[str, object]]] = {}
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(200, {"charges": len(charges)})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            key, payload = self.headers["idempotency-key"], json.dumps(body, sort_keys=True)
            with lock:
                found = known.get(key)
                if found is None or found[0] < time.monotonic() or forgetful:
                    charge = {"id": f"ch_{len(charges)}", **body}
                    charges.append(charge)
                    known[key] = (time.monotonic() + 1, payload, charge)
                    self._answer(201, charge)
                elif found[1] != payload:
                    self._answer(422, {"error": {"type": "idempotency_error"}})
                else:
                    self._answer(201, found[2], replayed=True)

        def _answer(self, status: int, body: object, replayed: bool = False) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            if replayed:
                self.send_header("Idempotent-Replayed", "true")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("forgetful", [False, True])
def test_repeated_charges_are_judged(forgetful: bool, tmp_path: Path) -> None:
    (tmp_path / "payments.toml").write_text(PROFILE)
    allowed = ("--profile=payments.toml", "--allow-writes", "--allow-noisy", "--reports=none")

    with served(forgetful=forgetful) as url:
        outcome = run(tmp_path, str(SUITE), f"--target={url}", *allowed)

    failed = {one.requirement for one in outcome.verdicts if one.status == "fail"}
    passed = {one.requirement for one in outcome.verdicts if one.status == "pass"}
    if forgetful:
        assert failed == {"idempotency-reuse"}, outcome.shown
    else:
        assert not failed, outcome.shown
        assert {"idempotency-one-effect", "idempotency-member-order", "idempotency-expiry"} <= passed, outcome.shown
