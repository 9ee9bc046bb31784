"""A server that is not ours and speaks no MCP is judged by a profile file alone."""

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from conformance.contracts import Caller, Profile
from conformance.contracts.described import Described
from conformance.contracts.rate_limit.bench import Bench
from conformance.contracts.rate_limit.observing import observe
from conformance.contracts.rate_limit.settings import RateLimit
from conformance.wire.channel import Channel
from conformance.wire.http import wire
from tests.contracts.rate_limit.limiters import Limiter, Refilled, Sliding
from tests.plugin.runs import Outcome, run

SUITE = Path(__file__).parents[3] / "suites/contracts/test_rate_limit.py"
LIMIT = 8
WINDOW_S = 1.0

PROFILE = """
name = "items"
mcp = false

[routes]
items = "{{target}}/items"

[personas.bursts]
token = "first-credential"
[personas.second]
token = "second-credential"

[rate_limit]
window_s = {window_s}
probe_max = 40
other_persona = "second"
request = {{ http_method = "GET", route = "items", persona = "bursts" }}
"""


@contextmanager
def served(kind: type[Limiter], *, told: bool = True) -> Iterator[str]:
    """The URL of a server with a limit for each credential."""
    limiters: dict[str | None, Limiter] = {}
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with lock:
                limiter = limiters.setdefault(self.headers["authorization"], kind(LIMIT, WINDOW_S))
                passed = limiter.take(time.monotonic())
            self.send_response(200 if passed else 429)
            if not passed and told:
                self.send_header("Retry-After", str(math.ceil(WINDOW_S)))
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

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


def judged(directory: Path, url: str) -> Outcome:
    (directory / "items.toml").write_text(PROFILE.format(window_s=WINDOW_S))
    return run(directory, str(SUITE), f"--target={url}", "--profile=items.toml", "--allow-noisy", "--reports=none")


def statuses(outcome: Outcome, status: str) -> set[str]:
    return {one.requirement for one in outcome.verdicts if one.status == status}


def test_a_sliding_window_is_counted_to_the_request() -> None:
    settings = RateLimit(
        request=Described(http_method="GET"), limit=LIMIT, window_s=WINDOW_S, algorithm="sliding", probe_max=40
    )
    with served(Sliding) as url, wire() as opened:
        caller = Caller(Profile(name="items", mcp=False), Channel(opened, url))
        found = observe(Bench(caller, settings, lambda seconds, why: time.sleep(seconds)))

    assert [count.served for count in found.counts] == [LIMIT, LIMIT]
    assert found.returned[-1][1].exchange.status == 200
    assert not found.leaks("sliding")


def test_a_limit_that_nobody_documents_is_judged_as_far_as_possible(tmp_path: Path) -> None:
    with served(Refilled, told=False) as url:
        outcome = judged(tmp_path, url)

    assert statuses(outcome, "fail") == {"rate-retry-after-present"}, outcome.shown
    assert "rate-limit-enforced" in statuses(outcome, "pass")
    assert {"rate-limit-not-early", "rate-limit-not-late"} <= statuses(outcome, "not testable")
