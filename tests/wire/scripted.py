"""A TCP server that does to each connection what a test tells it to, byte by byte."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Script = Callable[[socket.socket, bytes], object]
"""Gets the connection and the request; the connection is closed when it returns."""

DEADLINE = 20.0


@dataclass
class Scripted:
    """`requests` are the heads that came, `done` is set to let scripts that hang return."""

    port: int
    requests: list[bytes] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/mcp"


@contextmanager
def scripted(*scripts: Script) -> Iterator[Scripted]:
    """Serves requests with the scripts in turn, the last one for all that follow."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Scripted(listener.getsockname()[1])
    threading.Thread(target=_accept, args=(listener, server, scripts), daemon=True).start()
    try:
        yield server
    finally:
        server.done.set()
        listener.close()


def _accept(listener: socket.socket, server: Scripted, scripts: tuple[Script, ...]) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_serve, args=(connection, server, scripts), daemon=True).start()


def _serve(connection: socket.socket, server: Scripted, scripts: tuple[Script, ...]) -> None:
    connection.settimeout(DEADLINE)
    with connection, suppress(OSError):
        while request := _read_request(connection):
            server.requests.append(request)
            script = scripts[min(len(server.requests), len(scripts)) - 1]
            if script(connection, request) is not KEEP_ALIVE:
                return


KEEP_ALIVE = object()
"""Returned by a script that leaves the connection open for the next request."""


def _read_request(connection: socket.socket) -> bytes:
    """Head and body: to close with a body unread would reset the connection."""
    data = b""
    while not _is_whole(data):
        piece = connection.recv(65536)
        if not piece:
            return b""
        data += piece
    return data


def _is_whole(data: bytes) -> bool:
    head, end, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"(?im)^content-length: *(\d+)", head)
    return bool(end) and len(body) >= (int(length[1]) if length else 0)


def answer(body: bytes = b'{"jsonrpc":"2.0","id":1,"result":{}}', status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


def reset(connection: socket.socket) -> None:
    """Close with RST in place of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    connection.close()
