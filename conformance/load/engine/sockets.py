"""Sockets that greenlets wait on: nothing but what a keep-alive client needs, without a timer for each wait."""

import os
import select
from contextlib import suppress
from typing import Any, Protocol

import gevent
from gevent import monkey, socket

from conformance.load.engine.endpoint import Endpoint

CHUNK = 65_536
READ, WRITE = 1, 2

_plain_socket: Any = monkey.get_original("socket", "socket")
_poll: Any = monkey.get_original("select", "poll") if hasattr(select, "poll") else None


class Connected(Protocol):
    """A connection; every method raises `OSError` when it is broken."""

    def send(self, data: bytes) -> None: ...

    def receive(self) -> bytes:
        """What came in, at least a byte; nothing at the end."""

    def shutdown(self) -> None:
        """End it from another greenlet: who waits for bytes is told of the end."""

    def close(self) -> None: ...

    @property
    def has_ended(self) -> bool:
        """Whether the other side closed it, or sent what nobody asked for, while it was idle."""


def connect(endpoint: Endpoint, timeout: float) -> Connected:
    opened = socket.create_connection((endpoint.host, endpoint.port), timeout)
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if endpoint.tls is None:
        return PlainSocket(_plain_socket(fileno=opened.detach()))
    try:
        secured = endpoint.tls.wrap_socket(opened, server_hostname=endpoint.host)
    except BaseException:
        opened.close()
        raise
    secured.settimeout(None)
    return TlsSocket(secured)


class _Polled:
    """Tells whether a descriptor can be read from, without waiting and without an exception."""

    def __init__(self, descriptor: int) -> None:
        self._poll = _poll() if _poll else None
        if self._poll:
            self._poll.register(descriptor, select.POLLIN)

    def readable(self) -> bool:
        return bool(self._poll and self._poll.poll(0))


class PlainSocket:
    """Waits for bytes before it reads: an answer is hardly ever there already."""

    def __init__(self, opened: Any) -> None:
        opened.setblocking(False)
        self._socket = opened
        self._hub = gevent.get_hub()
        self._read = self._hub.loop.io(opened.fileno(), READ)
        self._polled = _Polled(opened.fileno())

    @property
    def has_ended(self) -> bool:
        return self._polled.readable()

    def send(self, data: bytes) -> None:
        sent = self._send(data)
        if sent < len(data):
            self._send_rest(memoryview(data)[sent:])

    def receive(self) -> bytes:
        while True:
            self._hub.wait(self._read)
            with suppress(BlockingIOError):
                chunk: bytes = self._socket.recv(CHUNK)
                return chunk

    def shutdown(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._read.stop()
        self._read.close()
        self._socket.close()

    def _send(self, data: bytes | memoryview) -> int:
        try:
            return int(self._socket.send(data))
        except BlockingIOError:
            return 0

    def _send_rest(self, rest: memoryview) -> None:
        watcher = self._hub.loop.io(self._socket.fileno(), WRITE)
        try:
            while rest:
                self._hub.wait(watcher)
                rest = rest[self._send(rest) :]
        finally:
            watcher.close()


class TlsSocket:
    def __init__(self, secured: Any) -> None:
        self._socket = secured
        self._polled = _Polled(secured.fileno())

    @property
    def has_ended(self) -> bool:
        return self._polled.readable()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def receive(self) -> bytes:
        chunk: bytes = self._socket.recv(CHUNK)
        return chunk

    def shutdown(self) -> None:
        """Of the connection below: what TLS knows of itself belongs to the greenlet that reads."""
        with suppress(OSError), _plain_socket(fileno=os.dup(self._socket.fileno())) as below:
            below.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.close()
