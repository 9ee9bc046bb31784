"""The reference server behind a proxy that repeats all it is sent: as it came, in Base64, and as in a URL."""

import base64
import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote

PASSED_ON = ("content-type", "mcp-session-id", "mcp-protocol-version", "allow")
DEADLINE = 10.0


@contextmanager
def echoing(upstream: int) -> Iterator[str]:
    """The address of the proxy, without scheme; `upstream` is the port of the reference server."""

    class Handler(_Handler):
        port = upstream

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}/mcp"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(DEADLINE)


class _Handler(BaseHTTPRequestHandler):
    port: int
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        seen = json.dumps([self.path, list(self.headers.items()), body.decode("utf-8", "replace")])
        said = f"{seen} {base64.b64encode(seen.encode()).decode()} {quote(seen, safe='')} {self._decoded()}"
        status, headers, answer = self._ask(body)
        self._answer(status, headers, _spoilt(body, answer, said), said)

    def _decoded(self) -> str:
        """What a server makes of credentials before it repeats them."""
        scheme, _, given = self.headers.get("authorization", "").partition(" ")
        plain = base64.b64decode(given).decode() if scheme == "Basic" else given
        return f"{plain} {base64.urlsafe_b64encode(plain.encode()).decode()} {quote(plain, safe='')}"

    def do_GET(self) -> None:
        self._answer(405, {"allow": "POST"}, b"", "")

    do_DELETE = do_GET  # noqa: N815  (the name that http.server looks for)

    def _ask(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        kept = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        connection.request("POST", "/mcp", body, kept)
        response = connection.getresponse()
        headers = {name: value for name, value in response.getheaders() if name.lower() in PASSED_ON}
        answer = response.read()
        connection.close()
        return response.status, headers, answer

    def _answer(self, status: int, headers: dict[str, str], body: bytes, said: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("x-echo", said.replace("\n", " ")[:4_000])
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        return None


def _spoilt(asked: bytes, answer: bytes, said: str) -> bytes:
    """The answer, plain or as an event stream, with what was said in its results."""
    try:
        method = json.loads(asked).get("method")
    except (ValueError, AttributeError):
        return answer
    lines = answer.split(b"\n") if answer.startswith((b"event:", b"data:", b"id:", b":")) else [answer]
    return b"\n".join(_line(line, method, said) for line in lines)


def _line(line: bytes, method: str, said: str) -> bytes:
    prefix = b"data: " if line.startswith(b"data: ") else b""
    try:
        message = json.loads(line.removeprefix(prefix))
    except ValueError:
        return line
    if isinstance(message, dict) and isinstance(message.get("result"), dict):
        _repeat(message["result"], method, said)
    elif isinstance(message, dict) and isinstance(message.get("error"), dict):
        message["error"]["message"] = said
    return prefix + json.dumps(message).encode()


def _repeat(result: dict[str, Any], method: str, said: str) -> None:
    if method == "ping":
        result["unexpected"] = said
    elif method == "tools/list":
        for tool in result["tools"]:
            tool["description"] = said
        result["tools"].append({"name": said[:2_000], "inputSchema": {"type": "object"}})
    elif method == "tools/call":
        result.setdefault("content", []).append({"type": "text", "text": said})
        result["content"].append({"type": said})
    elif method == "initialize":
        result["serverInfo"]["name"] += f" {said}"
