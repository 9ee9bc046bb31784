"""A server that puts hostile text wherever it can, answers with huge bodies, and with bytes that are no text."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HUGE = 10_000_000
NO_TEXT = b'{"jsonrpc": "2.0", "id": 1, "result": "\xff\xfe\xc3\x28 \xed\xa0\x80"}'


@contextmanager
def hostile_server(text: str) -> Iterator[str]:
    """The URL of the server."""

    class Handler(_Handler):
        said = text.encode("utf-8", "replace").decode()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/mcp"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


class _Handler(BaseHTTPRequestHandler):
    said: str
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        try:
            message = json.loads(body)
        except ValueError:
            message = None
        if not isinstance(message, dict) or "id" not in message:
            self._answer(202, b"")
        elif message.get("method") == "prompts/list":
            self._answer(200, NO_TEXT)
        else:
            answer = {"jsonrpc": "2.0", "id": message["id"], **self._outcome(message)}
            self._answer(200, json.dumps(answer).encode())

    def _outcome(self, message: dict[str, Any]) -> dict[str, Any]:
        match message.get("method"):
            case "initialize":
                version = message.get("params", {}).get("protocolVersion", "2025-06-18")
                shown = {
                    "capabilities": {"tools": {}, "prompts": {}},
                    "serverInfo": {"name": self.said, "version": "1"},
                }
                return {"result": {"protocolVersion": version, **shown}}
            case "ping":
                return {"result": {"unexpected": self.said * (HUGE // len(self.said))}}
            case "tools/list":
                return {"result": {"tools": [self._tool(self.said), self._tool(self.said), self._tool(5)]}}
            case "tools/call":
                return {"result": {"content": [{"type": self.said, "text": self.said}], "structuredContent": self.said}}
            case _:
                return {"error": {"code": "none", "message": self.said}}

    def _tool(self, name: object) -> dict[str, Any]:
        described = {"description": self.said, "annotations": {"readOnlyHint": True, "title": self.said}}
        return {"name": name, "inputSchema": {"type": self.said}, **described}

    def do_GET(self) -> None:
        self._answer(405, b"")

    do_DELETE = do_GET  # noqa: N815  (the name that http.server looks for)

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json" if body else "text/html")
        self.send_header("x-said", self.said.encode("unicode_escape").decode()[:500])
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        return None
