"""HTTP/1.1 as small as it gets: requests with a content-length, one at a time on a connection, which is kept alive."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from time import monotonic_ns

HEAD_END = b"\r\n\r\n"
JSON = "application/json"
EVENTS = "text/event-stream"
REASONS = {status.value: status.phrase for status in HTTPStatus}


@dataclass(frozen=True, slots=True)
class Request:
    """`arrived` is when its last byte was read, in nanoseconds of the monotonic clock. Names of headers are in
    lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    arrived: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole response. One with a length of None is sent without one: the caller frames or ends the body itself."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()

    def encoded(self) -> bytes:
        return self.head(("content-length", str(len(self.body)))) + self.body

    def head(self, *more: tuple[str, str]) -> bytes:
        lines = [f"HTTP/1.1 {self.status} {REASONS.get(self.status, '')}"]
        if self.content_type:
            lines.append(f"content-type: {self.content_type}")
        lines += [f"{name}: {value}" for name, value in (*self.headers, *more)]
        return "\r\n".join(lines).encode("ascii") + HEAD_END


Handler = Callable[[Request, "Connection"], None]
"""Has to end the request at some time, by `answer`, `finish` or `drop` of its connection."""


class Connection(asyncio.Protocol):
    """One client. Further requests wait until the one before them has been answered."""

    def __init__(self, handle: Handler, connections: "set[Connection]") -> None:
        self._handle = handle
        self._connections = connections
        self._received = b""
        self._busy = False
        self.on_close: Callable[[], None] | None = None
        """Called once when the client leaves while its request is not finished."""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._connections.add(self)

    def data_received(self, data: bytes) -> None:
        self._received = self._received + data if self._received else data
        if not self._busy:
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self)
        if self._busy and self.on_close:
            self.on_close()

    def answer(self, answer: Answer) -> None:
        self.answer_encoded(answer.encoded())

    def answer_encoded(self, response: bytes) -> None:
        """A whole response, ready to be sent."""
        self.transport.write(response)
        self.finish()

    def send(self, data: bytes) -> None:
        """A part of a response."""
        self.transport.write(data)

    def finish(self, *, close: bool = False) -> None:
        """The response is complete."""
        self._busy = False
        self.on_close = None
        if close:
            self.transport.close()
        elif self._received:
            self._next()

    def reset(self) -> None:
        """End the connection at once, without sending what is left."""
        self._busy = False
        self.transport.abort()

    def _next(self) -> None:
        head, found, rest = self._received.partition(HEAD_END)
        if not found:
            return
        method, target, headers = _parsed(head)
        length = int(headers.get("content-length", 0))
        if len(rest) < length:
            if headers.get("expect", "").lower() == "100-continue" and not rest:
                self.transport.write(b"HTTP/1.1 100 Continue" + HEAD_END)
            return
        self._received = rest[length:]
        self._busy = True
        self._handle(Request(method, target, headers, rest[:length], monotonic_ns()), self)


def _parsed(head: bytes) -> tuple[str, str, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return method, target, headers


@dataclass(slots=True)
class Server:
    """Listens on a free port of the loopback interface."""

    handle: Handler
    connections: set[Connection] = field(default_factory=set)

    async def listen(self) -> int:
        """Begin; the port."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: Connection(self.handle, self.connections), "127.0.0.1", 0, backlog=4096
        )
        port: int = server.sockets[0].getsockname()[1]
        return port
