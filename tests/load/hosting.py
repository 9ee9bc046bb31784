"""Targets in a thread of the test, whose counts and behaviour the test has at hand."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks.load.targets.http import Connection
from benchmarks.load.targets.mcp import Endpoint

PATIENCE = 20.0


@dataclass(slots=True)
class Host:
    """Where an endpoint is served; `die` closes its port and all that is connected, without a word."""

    port: int
    url: str
    _loop: asyncio.AbstractEventLoop
    _server: asyncio.Server
    _connections: set[Connection] = field(default_factory=set)

    def die(self) -> None:
        self._loop.call_soon_threadsafe(self._die)

    def _die(self) -> None:
        self._server.close()
        for connection in list(self._connections):
            connection.transport.abort()


@contextmanager
def hosted(endpoint: Endpoint, tls: ssl.SSLContext | None = None) -> Iterator[Host]:
    """The endpoint, served until the block ends."""
    loop = asyncio.new_event_loop()
    connections: set[Connection] = set()
    listening = loop.create_server(
        lambda: Connection(endpoint.handle, connections), "127.0.0.1", 0, ssl=tls, backlog=1000
    )
    server = loop.run_until_complete(listening)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    port = server.sockets[0].getsockname()[1]
    host = Host(port, f"http{'s' if tls else ''}://127.0.0.1:{port}/mcp", loop, server, connections)
    try:
        yield host
    finally:
        loop.call_soon_threadsafe(host._die)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE)
        loop.close()
