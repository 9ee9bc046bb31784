"""The eMCP reference server in this process, with an audit log of its own."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn

from conformance.reference.asgi import App, Event, Receive, Scope, Send
from conformance.reference.contracts.emcp import EmcpBehaviour, create
from conformance.reference.exchange import Headers, Request


def audited(app: App, log: Path, more: Any = lambda request: {}) -> App:
    """Writes a line to the log for each answer; `more` gives further members for a request."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = await Request.read(scope, receive)

        async def seen(event: Event) -> None:
            if event["type"] == "http.response.start":
                trace_id = Headers.from_raw(event["headers"]).get("x-trace-id")
                line = {
                    "timestamp": datetime.now(UTC).isoformat(),
                    "request_id": request.headers.get("x-request-id"),
                    "trace_id": trace_id,
                    "server_handle": scope["path"].split("/")[4],
                    "method": request.rpc_method or "unknown",
                    "status": event["status"],
                    "actor_user_id": 1,
                    "context": "api",
                    "duration_ms": 1,
                }
                if trace_id is not None:
                    with log.open("a") as file:
                        file.write(json.dumps({**line, **more(request)}) + "\n")
            await send(event)

        await request.pass_on(app, receive, seen)

    return serve


@contextmanager
def served(app: App) -> Iterator[str]:
    """The URL of the server `fast` while it runs."""
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", 0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    end = time.monotonic() + 10
    while not server.started and time.monotonic() < end:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/api/v1/mcp/fast"
    finally:
        server.should_exit = True
        thread.join(10)


def healthy() -> App:
    return create(EmcpBehaviour())
