"""Targets in a thread of the test, whose counts and behaviour the test has at hand."""

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks.load.targets.http import Connection, Request
from benchmarks.load.targets.mcp import Call, Endpoint

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


class Counting(Endpoint):
    """Sets `reached` at the call of that number, and does `then`."""

    def __init__(self, number: int, then: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self.reached = threading.Event()
        self.then = then
        self._left = number

    def call(self, request: Request, call: Call, connection: Connection) -> None:
        self._left -= 1
        super().call(request, call, connection)
        if not self._left:
            self.then()
            self.reached.set()
