"""A small legacy server, stateless and JSON only, that a test can make repeat secrets, guard itself, or go away."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LEGACY = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")

TOOL = {
    "name": "look",
    "description": "Looks.",
    "inputSchema": {"type": "object"},
    "annotations": {"readOnlyHint": True},
}


@dataclass
class Target:
    """`seen` are the heads of the requests, `port` where it listens. `lives` is the number of requests until it goes
    away for good; `limits` says which request, by its number, is refused for its rate, `retry_after` for how many
    seconds."""

    port: int = 0
    seen: list[dict[str, str]] = field(default_factory=list)
    lives: float = float("inf")
    limits: Callable[[int], bool] = lambda number: False
    retry_after: int | None = None
    token: str | None = None
    echo: bool = False
    wrong_ping: bool = False
    gone: threading.Event = field(default_factory=threading.Event)
    stop: Callable[[], None] = lambda: None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/mcp"


@contextmanager
def small_target(**settings: Any) -> Iterator[Target]:
    target = Target(**settings)

    class Handler(_Handler):
        served = target

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    target.port = server.server_port

    def stop() -> None:
        server.shutdown()
        server.server_close()
        target.gone.set()

    target.stop = stop
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield target
    finally:
        if not target.gone.is_set():
            stop()


class _Handler(BaseHTTPRequestHandler):
    served: Target
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        target = self.served
        target.seen.append(dict(self.headers.items()))
        if len(target.seen) > target.lives:
            threading.Thread(target=target.stop, daemon=True).start()
            self.close_connection = True
            return
        if target.limits(len(target.seen)):
            self._answer(429, _error(None, -32000, "too many requests"))
            return
        if target.token and self.headers.get("authorization") != f"Bearer {target.token}":
            self._answer(401, {"error": "unauthorized"})
            return
        try:
            message = json.loads(body)
        except ValueError:
            self._answer(400, _error(None, -32700, "not JSON"))
            return
        if not isinstance(message, dict) or "id" not in message:
            self._answer(202, None)
            return
        self._answer(200, self._respond(message))

    def _respond(self, message: dict[str, Any]) -> dict[str, Any]:
        method, id = message.get("method"), message["id"]
        if method == "initialize":
            asked = message.get("params", {}).get("protocolVersion")
            version = asked if asked in LEGACY else LEGACY[-1]
            info = {"name": "small", "version": "1"}
            return _result(id, {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": info})
        if method == "ping":
            return _result(id, {"unexpected": self._secrets()} if self.served.wrong_ping else {})
        if method == "tools/list":
            return _result(id, {"tools": [{**TOOL, "description": self._secrets() or "Looks."}]})
        if method == "tools/call":
            return _result(id, {"content": [{"type": "text", "text": self._secrets() or "seen"}]})
        return _error(id, -32601, f"no such method {self._secrets()}")

    def _secrets(self) -> str:
        """What a careless server writes into its answers: all that it was sent."""
        return json.dumps([self.path, *map(list, self.headers.items())]) if self.served.echo else ""

    def do_GET(self) -> None:
        self._answer(405, None)

    do_DELETE = do_GET  # noqa: N815  (the name that http.server looks for)

    def _answer(self, status: int, document: Any) -> None:
        body = b"" if document is None else json.dumps(document).encode()
        self.send_response(status)
        if status == 429 and self.served.retry_after is not None:
            self.send_header("retry-after", str(self.served.retry_after))
        if body:
            self.send_header("content-type", "application/json")
        if self.served.echo:
            self.send_header("x-echo", self._secrets().replace("\n", " "))
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        return None


def _result(id: Any, result: dict[str, Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": id, "result": result}


def _error(id: Any, code: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}}
