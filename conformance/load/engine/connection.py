"""One keep-alive connection of one user: a request goes out, its answer is read to the end."""

from collections.abc import Callable, Mapping
from time import perf_counter_ns as now_ns
from typing import Any, Protocol

import httptools

from conformance.load.engine.answer import Answer, NoAnswer, StreamLog, TooLate, is_event_stream
from conformance.load.engine.endpoint import Endpoint
from conformance.load.engine.sockets import Connected, connect
from conformance.load.engine.watchdog import watchdog

BODY_LIMIT = 64 * 1024 * 1024
REST_OF_STREAM_S = 0.02
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
        self._watchdog = watchdog()
        self._socket: Connected | None = None
        self._parser: Any = None
        self._body: list[bytes] = []
        self._headers: dict[bytes, bytes] = {}
        self._received = 0
        self._status_known = False
        self._complete = False
        self._reusable = False
        self._expired = False

    def exchange(self, data: bytes, timeout: float, on_event: OnEvent | None = None) -> Answer:
        """Send once and read the answer; of an event stream until `on_event` has seen what it waits for.

        A request is never sent again: when a server closes the connection without an answer, nobody knows what it did
        (RFC 9112, 9.3.1). Raises `NoAnswer` or `TooLate`.
        """
        before = self._socket
        opened = self._ready()
        sent_ns = now_ns()
        answer = Answer(sent_ns, bytes_sent=len(data), reused=opened is before)
        self._begin(answer.headers)
        self._watchdog.watch(self._expire, sent_ns + int(timeout * 1e9))
        try:
            opened.send(data)
            self._read(answer, opened, on_event)
        except (OSError, httptools.HttpParserError) as error:
            self.close()
            if self._expired:
                raise TooLate(f"no complete answer within {timeout:g} s") from None
            raise NoAnswer(_in_words(error)) from None
        except BaseException:
            self.close()
            raise
        finally:
            self._watchdog.release(self._expire)
        answer.bytes_received = self._received
        if not self._complete or not self._reusable:
            self.close()
        return answer

    def hold(self, data: bytes, timeout: float, stream: "Held") -> None:
        """Send, and give what comes to `stream` until that is let go of, or the server ends it.

        `timeout` is for the head of the answer. Raises `NoAnswer` or `TooLate`.
        """
        opened = self._ready()
        sent_ns = now_ns()
        self._begin({})
        self._watchdog.watch(self._expire, sent_ns + int(timeout * 1e9))
        try:
            opened.send(data)
            while not self._status_known and not self._complete:
                self._receive(opened)
            self._watchdog.release(self._expire)
            stream.opened(self._parser.get_status_code(), self._headers, sent_ns)
            stream.held_by(opened)
            while not self._complete and not stream.let_go:
                stream.feed(self._taken())
                self._received = 0
                self._receive(opened)
            stream.feed(self._taken())
        except (OSError, httptools.HttpParserError) as error:
            if self._expired:
                raise TooLate(f"no answer within {timeout:g} s") from None
            if not stream.let_go:
                raise NoAnswer(_in_words(error)) from None
        finally:
            self._watchdog.release(self._expire)
            self.close()

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _ready(self) -> Connected:
        """A connection that the server has not closed, as far as that is known here."""
        if self._socket is not None and self._socket.has_ended:
            self.close()
        if self._socket is None:
            self._socket = self._open()
        return self._socket

    def _open(self) -> Connected:
        began = now_ns()
        try:
            opened = connect(self._endpoint, self._connect_timeout)
        except (OSError, UnicodeError) as error:  # a name that cannot be one, such as a..b, is a UnicodeError
            self._on_connect(None)
            raise NoAnswer(f"no connection: {_in_words(error)}") from None
        self._on_connect(now_ns() - began)
        self._parser = httptools.HttpResponseParser(self)
        return opened

    def _begin(self, headers: dict[bytes, bytes]) -> None:
        self._headers = headers
        self._body.clear()
        self._received = 0
        self._status_known = self._complete = self._reusable = self._expired = False

    def _expire(self) -> None:
        """The time is over: who waits for bytes sees the end of the connection."""
        self._expired = True
        if self._socket is not None:
            self._socket.shutdown()

    def _read(self, answer: Answer, opened: Connected, on_event: OnEvent | None) -> None:
        """Until the answer is complete, or its stream has brought what was waited for."""
        wanted = True
        while not self._complete and wanted:
            self._receive(opened)
            if not answer.status and self._status_known:
                answer.status = self._parser.get_status_code()
                if on_event and is_event_stream(self._headers):
                    answer.stream = StreamLog(answer.sent_ns)
            if answer.stream is not None and on_event is not None:
                wanted = not self._saw(answer.stream, on_event)
        answer.ended_ns = now_ns()
        if answer.stream is None:
            answer.body = self._taken()
        elif not self._complete:
            self._read_rest(opened)

    def _receive(self, opened: Connected) -> None:
        chunk = opened.receive()
        if not chunk:
            self._ended()
            return
        self._received += len(chunk)
        if self._received > BODY_LIMIT:
            raise OSError(f"the answer is larger than {BODY_LIMIT} bytes")
        try:
            self._parser.feed_data(chunk)
        except httptools.HttpParserUpgrade:  # it is no HttpParserError
            raise ConnectionError("the server switched to another protocol") from None

    def _ended(self) -> None:
        """The end of the connection ends an answer that has no length (RFC 9112, 6.3)."""
        sized = b"content-length" in self._headers or b"transfer-encoding" in self._headers
        if self._expired or not self._received or sized or not self._status_known:
            raise ConnectionError("the connection was closed before the answer was complete")
        self._complete = True

    def _taken(self) -> bytes:
        """The body that has come in since it was last taken."""
        body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        self._body.clear()
        return body

    def _saw(self, log: StreamLog, on_event: OnEvent) -> bool:
        """Gives the events of what was read to `on_event`."""
        chunk = self._taken()
        found = [on_event(data) for data in log.feed(chunk)] if chunk else []
        return any(found)

    def _read_rest(self, opened: Connected) -> None:
        """The end of the stream, so that the connection can be used again; without it, it is closed."""
        self._watchdog.watch(self._expire, now_ns() + int(REST_OF_STREAM_S * 1e9))
        try:
            while not self._complete:
                self._receive(opened)
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

    def held_by(self, connection: Connected) -> None:
        """Shutting that down ends the wait for what comes."""

    def feed(self, chunk: bytes) -> None: ...


def _in_words(error: Exception) -> str:
    return str(error) or type(error).__name__
