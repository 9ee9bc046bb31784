"""One keep-alive connection of one user: a request goes out, its answer is read to the end."""

from collections.abc import Callable, Mapping
from time import perf_counter_ns as now_ns
from typing import Any, Protocol

import httptools
from gevent import socket

from conformance.load.engine.answer import Answer, NoAnswer, StreamLog, TooLate, is_event_stream
from conformance.load.engine.endpoint import Endpoint

CHUNK = 65_536
BODY_LIMIT = 64 * 1024 * 1024
REST_OF_STREAM_S = 0.25
"""How long the end of an event stream is waited for once its response has come; it is not part of any latency."""

OnEvent = Callable[[str], bool]
"""Is given the data of each event of a stream, and tells whether it was the one that was waited for."""

OnConnect = Callable[[int | None], None]
"""Is told the nanoseconds that a connection took to set up, None if it failed."""


class Connection:
    """Opens itself when it is needed, and again when the server has closed it meanwhile."""

    def __init__(self, endpoint: Endpoint, connect_timeout: float, on_connect: OnConnect) -> None:
        self._endpoint = endpoint
        self._connect_timeout = connect_timeout
        self._on_connect = on_connect
        self._socket: Any = None
        self._parser: Any = None
        self._used = False
        self._body: list[bytes] = []
        self._headers: dict[bytes, bytes] = {}
        self._received = 0
        self._status_known = False
        self._complete = False
        self._reusable = False

    def exchange(self, data: bytes, timeout: float, on_event: OnEvent | None = None) -> Answer:
        """Send and read the answer; of an event stream until `on_event` has seen what it waits for.

        A server may close an idle connection in the very moment in which it is used again: then the request is
        sent once more on a new one. Raises `NoAnswer` or `TooLate`.
        """
        if self._used and self._socket is not None:
            try:
                return self._exchange(data, timeout, on_event)
            except _Stale:
                pass
        return self._exchange(data, timeout, on_event)

    def hold(self, data: bytes, timeout: float, stream: "Held") -> None:
        """Send, and give what comes to `stream` until that is let go of, or the server ends it.

        `timeout` is for the head of the answer. Raises `NoAnswer` or `TooLate`.
        """
        self._open()
        sent_ns = now_ns()
        try:
            self._socket.settimeout(timeout)
            self._socket.sendall(data)
            deadline = sent_ns + int(timeout * 1e9)
            while not self._status_known and not self._complete:
                self._receive(deadline)
            stream.opened(self._parser.get_status_code(), self._headers, sent_ns)
            self._socket.settimeout(None)
            stream.held_by(self._socket)
            while not self._complete and not stream.let_go:
                stream.feed(b"".join(self._body))
                self._body.clear()
                self._receive(None)
            stream.feed(b"".join(self._body))
        except TimeoutError:
            raise TooLate(f"no answer within {timeout:g} s") from None
        except (OSError, httptools.HttpParserError) as error:
            if not stream.let_go:
                raise NoAnswer(_in_words(error)) from None
        finally:
            self.close()

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _exchange(self, data: bytes, timeout: float, on_event: OnEvent | None) -> Answer:
        reused = self._socket is not None
        if not reused:
            self._open()
        sent_ns = now_ns()
        answer = Answer(sent_ns, bytes_sent=len(data), reused=reused)
        deadline = sent_ns + int(timeout * 1e9)
        self._body.clear()
        self._headers = answer.headers
        self._received = 0
        self._complete = False
        try:
            self._socket.settimeout(timeout)
            self._socket.sendall(data)
            self._read(answer, deadline, on_event)
        except TimeoutError:
            self.close()
            raise TooLate(f"no complete answer within {timeout:g} s") from None
        except (OSError, httptools.HttpParserError) as error:
            self._give_up(error)
        except BaseException:
            self.close()
            raise
        self._used = True
        answer.bytes_received = self._received
        if not self._complete or not self._reusable:
            self.close()
        return answer

    def _give_up(self, error: Exception) -> None:
        stale = self._used and self._received == 0
        self.close()
        if stale and isinstance(error, OSError):
            raise _Stale from None
        raise NoAnswer(_in_words(error)) from None

    def _open(self) -> None:
        began = now_ns()
        one = self._endpoint
        try:
            raw = socket.create_connection((one.host, one.port), self._connect_timeout)
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket = one.tls.wrap_socket(raw, server_hostname=one.host) if one.tls else raw
        except (OSError, UnicodeError) as error:  # a name that cannot be one, such as a..b, is a UnicodeError
            self._on_connect(None)
            raise NoAnswer(f"no connection: {_in_words(error)}") from None
        self._on_connect(now_ns() - began)
        self._parser = httptools.HttpResponseParser(self)
        self._used = False

    def _read(self, answer: Answer, deadline: int, on_event: OnEvent | None) -> None:
        """Until the answer is complete, or its stream has brought what was waited for."""
        wanted = True
        while not self._complete and wanted:
            self._receive(deadline)
            if not answer.status and self._status_known:
                answer.status = self._parser.get_status_code()
                if on_event and is_event_stream(self._headers):
                    answer.stream = StreamLog(answer.sent_ns)
            if answer.stream is not None and on_event is not None:
                wanted = not self._saw(answer.stream, on_event)
        answer.ended_ns = now_ns()
        if answer.stream is None:
            answer.body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        elif not self._complete:
            self._read_rest()

    def _receive(self, deadline: int | None) -> None:
        chunk = self._socket.recv(CHUNK)
        if not chunk:
            self._ended()
            return
        self._received += len(chunk)
        if self._received > BODY_LIMIT and deadline is not None:
            raise OSError(f"the answer is larger than {BODY_LIMIT} bytes")
        try:
            self._parser.feed_data(chunk)
        except httptools.HttpParserUpgrade:  # it is no HttpParserError
            raise ConnectionError("the server switched to another protocol") from None
        if not self._complete and deadline is not None:
            left = deadline - now_ns()
            if left <= 0:
                raise TimeoutError
            self._socket.settimeout(left / 1e9)

    def _ended(self) -> None:
        """The end of the connection ends an answer that has no length (RFC 9112, 6.3)."""
        sized = b"content-length" in self._headers or b"transfer-encoding" in self._headers
        if not self._received or sized or not self._status_known:
            raise ConnectionError("the connection was closed before the answer was complete")
        self.close()
        self._complete = True

    def _saw(self, log: StreamLog, on_event: OnEvent) -> bool:
        """Gives the events of what was read to `on_event`."""
        chunks, self._body[:] = b"".join(self._body), []
        found = [on_event(data) for data in log.feed(chunks)] if chunks else []
        return any(found)

    def _read_rest(self) -> None:
        """The end of the stream, so that the connection can be used again; without it, it is closed."""
        try:
            deadline = now_ns() + int(REST_OF_STREAM_S * 1e9)
            self._socket.settimeout(REST_OF_STREAM_S)
            while not self._complete:
                self._receive(deadline)
        except (OSError, httptools.HttpParserError):  # the response is there: what follows it is not waited for
            self.close()

    # What the parser calls

    def on_message_begin(self) -> None:
        self._status_known = False
        self._headers.clear()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        self._status_known = status >= 200

    def on_body(self, data: bytes) -> None:
        self._body.append(data)

    def on_message_complete(self) -> None:
        if self._status_known:
            self._complete = True
            self._reusable = self._parser.should_keep_alive()


class Held(Protocol):
    """An event stream that is held open, as its user sees it."""

    let_go: bool

    def opened(self, status: int, headers: Mapping[bytes, bytes], sent_ns: int) -> None:
        """The head of the answer has come."""

    def held_by(self, connection: Any) -> None:
        """Shutting down the socket ends the wait for what comes."""

    def feed(self, chunk: bytes) -> None: ...


class _Stale(Exception):
    """The connection was closed before any of the answer came."""


def _in_words(error: Exception) -> str:
    return str(error) or type(error).__name__
