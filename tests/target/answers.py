"""A tiny MCP-like server whose every answer a test decides."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]
Answer = tuple[int, Any]
Answers = Callable[[Json], Answer | None]
"""From a message to status and body: a JSON value, raw bytes (sent as HTML), or None for an empty body."""


@contextmanager
def answering(answers: Answers) -> Iterator[str]:
    """The URL of a server that answers each POST by `answers`; notifications are accepted."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self._send(*((answers(message) or (404, b"nothing here")) if "id" in message else (202, None)))

        def do_DELETE(self) -> None:
            self._send(405, None)

        def _send(self, status: int, value: Any) -> None:
            body = value if isinstance(value, bytes) else b"" if value is None else json.dumps(value).encode()
            self.send_response(status)
            if value is not None:
                self.send_header("content-type", "text/html" if isinstance(value, bytes) else "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/mcp"
    finally:
        server.shutdown()
        server.server_close()


def result(message: Json, value: Any) -> Answer:
    return 200, {"jsonrpc": "2.0", "id": message["id"], "result": value}


def error(message: Json, code: int, text: str, status: int = 200, data: Any = None) -> Answer:
    detail = {"code": code, "message": text} | ({} if data is None else {"data": data})
    return status, {"jsonrpc": "2.0", "id": message["id"], "error": detail}
