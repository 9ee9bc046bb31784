"""A minimal legacy MCP server with any number of read-only tools, in pages: `python -m benchmarks.many_tools N`."""

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PAGE = 100
LEGACY = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")


def tools(count: int) -> list[dict[str, Any]]:
    schema = {"type": "object", "properties": {"text": {"type": "string"}, "limit": {"type": "integer"}}}
    common = {"inputSchema": schema, "annotations": {"readOnlyHint": True}}
    return [
        {"name": f"tool_{n:04}", "description": f"Tool {n}", **common}
        for n in range(count)
    ]


def answer(message: dict[str, Any], known: list[dict[str, Any]]) -> dict[str, Any]:
    params = message.get("params") or {}
    match message["method"]:
        case "initialize":
            version = params["protocolVersion"]
            info = {"name": "many-tools", "version": "1"}
            chosen = version if version in LEGACY else LEGACY[-1]
            return {"result": {"protocolVersion": chosen, "capabilities": {"tools": {}}, "serverInfo": info}}
        case "tools/list":
            start = int(params.get("cursor", 0))
            page: dict[str, Any] = {"tools": known[start : start + PAGE]}
            if start + PAGE < len(known):
                page["nextCursor"] = str(start + PAGE)
            return {"result": page}
        case "tools/call":
            return {"result": {"content": [{"type": "text", "text": "ok"}]}}
        case "ping":
            return {"result": {}}
    return {"error": {"code": -32601, "message": "Method not found"}}


def handler(known: list[dict[str, Any]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["content-length"])))
            if "id" not in message or "method" not in message:
                return self._send(202, b"")
            body = {"jsonrpc": "2.0", "id": message["id"], **answer(message, known)}
            return self._send(200, json.dumps(body).encode())

        def do_GET(self) -> None:
            self._send(405, b"")

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            if body:
                self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            return

    return Handler


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(tools(int(sys.argv[1]))))
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
