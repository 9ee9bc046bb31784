"""A server that does to each connection what a test says, in threads; it keeps what it was sent."""

import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

PATIENCE = 10.0
_LENGTH = re.compile(rb"content-length: (\d+)", re.I)


@dataclass(slots=True)
class Talk:
    """One connection, the `number`th from 0 on."""

    socket: socket.socket
    number: int
    requests: list[tuple[int, bytes]]
    """Of all connections of the server: the number of the connection, and the request."""

    def request(self) -> bytes:
        """The next request; nothing when the client has closed."""
        data = b""
        while not _is_whole(data):
            more = self.socket.recv(65_536)
            if not more:
                return b""
            data += more
        self.requests.append((self.number, data))
        return data

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def close(self) -> None:
        self.socket.close()

    def reset(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def wait_for_close(self) -> None:
        """Until the client has closed, or reset, the connection."""
        with suppress(ConnectionError):
            while self.socket.recv(65_536):
                pass


def _is_whole(data: bytes) -> bool:
    head, found, body = data.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    return bool(found) and len(body) >= (int(length[1]) if length else 0)


Serve = Callable[[Talk], None]


@dataclass(slots=True)
class Scripted:
    port: int
    requests: list[tuple[int, bytes]] = field(default_factory=list)
    connections: int = 0
    errors: list[BaseException] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/mcp"


@contextmanager
def scripted(serve: Serve) -> Iterator[Scripted]:
    """Connections that the client leaves, or that the test leaves open, are no error; anything else is."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Scripted(listener.getsockname()[1])
        threads: list[threading.Thread] = []
        accepting = threading.Thread(target=_accept, args=(listener, server, serve, threads), daemon=True)
        accepting.start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)
        accepting.join(PATIENCE)
    for thread in threads:
        thread.join(PATIENCE)
    if server.errors:
        raise server.errors[0]


def _accept(listener: socket.socket, server: Scripted, serve: Serve, threads: list[threading.Thread]) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        connection.settimeout(PATIENCE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        talk = Talk(connection, server.connections, server.requests)
        server.connections += 1
        thread = threading.Thread(target=_serve, args=(serve, talk, server.errors), daemon=True)
        threads.append(thread)
        thread.start()


def _serve(serve: Serve, talk: Talk, errors: list[BaseException]) -> None:
    try:
        with suppress(ConnectionError):
            serve(talk)
    except BaseException as error:
        errors.append(error)
    finally:
        talk.close()


def answering(*answers: bytes) -> Serve:
    """Each request of a connection gets the next answer; after the last one the server closes."""

    def serve(talk: Talk) -> None:
        for answer in answers:
            if not talk.request():
                return
            talk.send(answer)

    return serve


def always(answer: bytes) -> Serve:
    """Every request gets the same answer, and connections stay open."""

    def serve(talk: Talk) -> None:
        while talk.request():
            talk.send(answer)

    return serve


def sized(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    """A response with a content-length."""
    lines = [b"HTTP/1.1 " + status, b"content-type: application/json", b"content-length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def chunked(*parts: bytes, kind: bytes = b"application/json") -> bytes:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: " + kind + b"\r\ntransfer-encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
