"""HTTP as it is spoken on the wire: anything can be sent, everything that comes back is kept, nothing hangs.

All use of httpx is in this module. One background event loop serves a run, because a hard deadline on a target
that drips bytes, and a stream that is read while another request is under way, are simple there and nowhere else.
"""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import anyio
import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal

from conformance.wire.exchange import Ending, Exchange, HttpRequest, Message, NotJson, parse_json
from conformance.wire.sse import Comment, EventStreamParser

Until = Callable[[Exchange], bool]
OnMessage = Callable[[Message], None]

_STREAM_BEGINNINGS = (b"data:", b"event:", b"id:", b"retry:", b":")


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """How connections are made. Times in seconds, sizes in bytes."""

    connect_timeout: float = 5.0
    ca_bundle: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    insecure: bool = False
    proxy: str | None = None
    max_body: int = 16 * 1024 * 1024


class Pending:
    """A request under way. Its `exchange` fills as bytes come in; `wait` and `close` are for other threads."""

    def __init__(self, request: HttpRequest, on_message: OnMessage | None) -> None:
        self.exchange = Exchange(request)
        self._began = time.perf_counter()
        self._changed = threading.Condition()
        self._on_message = on_message
        self._parser = EventStreamParser()
        self._task: Future[None] | None = None

    @property
    def now(self) -> float:
        """Seconds since the request was sent."""
        return time.perf_counter() - self._began

    def wait(self, until: Until, timeout: float) -> bool:
        """Wait until the predicate holds or the exchange has ended; tells whether the predicate holds."""
        with self._changed:
            self._changed.wait_for(lambda: self.exchange.ending is not None or until(self.exchange), timeout)
            return until(self.exchange)

    def wait_end(self, timeout: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self.exchange.ending is not None, timeout)

    def close(self, ending: Ending = "closed") -> Exchange:
        """Drop the connection if the answer is still coming in (what a client that walks away does)."""
        self._finish(ending)
        if self._task is not None:
            self._task.cancel()
        return self.exchange

    def _restart(self) -> None:
        self._began = time.perf_counter()

    def _head(self, response: httpx.Response) -> None:
        with self._changed:
            exchange = self.exchange
            exchange.head_at = self.now
            exchange.status = response.status_code
            exchange.headers = tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in response.headers.raw)
            self._changed.notify_all()

    def _chunk(self, chunk: bytes) -> None:
        with self._changed:
            if self.exchange.ending is not None:
                return
            self.exchange.body.extend(chunk)
            if self.exchange.is_stream:
                self._stream_items(chunk)
            self._changed.notify_all()

    def _stream_items(self, chunk: bytes) -> None:
        for item in self._parser.feed(chunk, self.now):
            if isinstance(item, Comment):
                self.exchange.comments.append(item)
                continue
            self.exchange.events.append(item)
            if item.data and item.event == "message":
                self._json(item.data, Message(item.at, None, item))

    def _json(self, text: bytearray | str, template: Message) -> None:
        try:
            value = parse_json(text)
        except NotJson as error:
            self.exchange.malformed.append(str(error))
            return
        message = Message(template.at, value, template.event)
        self.exchange.messages.append(message)
        if self._on_message:
            self._on_message(message)

    def _read_body(self) -> None:
        """A body under a wrong label is read by what it looks like: that is one defect, not many."""
        exchange = self.exchange
        looks_json = exchange.body.lstrip().startswith((b"{", b"["))
        if exchange.is_stream:
            if looks_json and not exchange.events:
                self._json(exchange.body, Message(self.now, None))
        elif exchange.body.startswith(_STREAM_BEGINNINGS):
            self._stream_items(bytes(exchange.body))
        elif exchange.media_type == "application/json" or looks_json:
            self._json(exchange.body, Message(self.now, None))
            if exchange.media_type != "application/json":
                exchange.malformed.clear()

    def _finish(self, ending: Ending, failure: str | None = None) -> None:
        with self._changed:
            exchange = self.exchange
            if exchange.ending is not None:
                return
            if ending == "complete" and exchange.body:
                self._read_body()
            exchange.ended_at = self.now
            exchange.failure = failure
            exchange.ending = ending
            self._changed.notify_all()


class UnusableSettings(Exception):
    """A certificate, key or proxy that no connection can be made with."""


class HttpWire:
    """Sends requests over kept-alive connections. Use as a context manager: leaving it closes everything.

    Raises `UnusableSettings` when it is made with settings that cannot work.
    """

    def __init__(self, settings: HttpSettings = HttpSettings()) -> None:
        self.settings = settings
        self._portal: BlockingPortal | None = None
        self._pending: set[Pending] = set()
        self._client = _client(settings)

    def __enter__(self) -> "HttpWire":
        self._manager = start_blocking_portal("asyncio")
        self._portal = self._manager.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        for pending in list(self._pending):
            pending.close()
        assert self._portal is not None
        self._portal.call(self._client.aclose)
        self._manager.__exit__(None, None, None)
        self._portal = None

    def open(self, request: HttpRequest, deadline: float, on_message: OnMessage | None = None) -> Pending:
        """Start a request; its answer is read in the background until it ends, or `deadline` seconds are over."""
        assert self._portal is not None, "the wire is closed"
        pending = Pending(request, on_message)
        self._pending.add(pending)
        pending._task = self._portal.start_task_soon(self._run, pending, deadline)
        return pending

    def in_background(self, function: Callable[[], object]) -> None:
        """Run a blocking function in a thread of its own, without waiting for it; also from `on_message`."""
        assert self._portal is not None, "the wire is closed"
        threading.Thread(target=function, daemon=True).start()

    async def _run(self, pending: Pending, deadline: float) -> None:
        ending: Ending = "closed"
        failure: str | None = None
        try:
            with anyio.fail_after(deadline):
                ending, failure = await self._exchange_with_fresh_connection_once(pending)
        except TimeoutError:
            ending, failure = "deadline", _late(pending.exchange, deadline)
        finally:
            pending._finish(ending, failure)
            self._pending.discard(pending)

    async def _exchange_with_fresh_connection_once(self, pending: Pending) -> tuple[Ending, str | None]:
        """A kept-alive connection may close just as we use it; only then the request is sent once more."""
        connected: list[str] = []
        ending, failure = await self._exchange(pending, connected)
        if ending == "reset" and not pending.exchange.answered and not connected:
            pending._restart()
            return await self._exchange(pending, connected)
        return ending, failure

    async def _exchange(self, pending: Pending, connected: list[str]) -> tuple[Ending, str | None]:
        """One attempt. `connected` is not empty afterwards when it had to open a connection."""

        async def trace(event: str, info: object) -> None:
            if event.startswith("connection.connect"):
                connected.append(event)

        request = pending.exchange.request
        try:
            headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in request.headers]
            async with self._client.stream(
                request.method, request.url, headers=headers, content=request.body or None,
                extensions={"trace": trace},
            ) as response:  # fmt: skip
                pending._head(response)
                async for chunk in response.aiter_bytes():
                    pending._chunk(chunk)
                    if len(pending.exchange.body) > self.settings.max_body:
                        return "too-large", f"the body is larger than {self.settings.max_body} bytes"
            return "complete", None
        except httpx.HTTPError as error:
            return _classify(error)
        except (httpx.InvalidURL, ValueError) as error:
            return "protocol", str(error)


def _client(settings: HttpSettings) -> httpx.AsyncClient:
    try:
        client = httpx.AsyncClient(
            verify=_tls(settings.insecure, settings.ca_bundle, settings.client_cert, settings.client_key),
            proxy=settings.proxy,
            trust_env=False,
            timeout=httpx.Timeout(None, connect=settings.connect_timeout),
            limits=httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=2.0),
        )
    except (OSError, ValueError, ImportError, httpx.InvalidURL) as error:
        raise UnusableSettings(str(error)) from None
    client.headers.clear()
    return client


@cache
def _tls(insecure: bool, ca_bundle: Path | None, client_cert: Path | None, client_key: Path | None) -> ssl.SSLContext:
    """Made once for all connections: reading the system's certificates takes longer than a request."""
    if insecure:
        context = ssl._create_unverified_context()
    elif ca_bundle:
        context = ssl.create_default_context(cafile=str(ca_bundle))
    else:
        context = httpx.create_ssl_context()
    if client_cert:
        context.load_cert_chain(str(client_cert), client_key and str(client_key))
    return context


def _late(exchange: Exchange, deadline: float) -> str:
    came = "no HTTP response" if not exchange.answered else "the response did not end"
    return f"{came} within {deadline:g} s"


def _classify(error: httpx.HTTPError) -> tuple[Ending, str]:
    text = str(error) or type(error).__name__
    if isinstance(error, httpx.ConnectTimeout):
        return "unreachable", "no connection within the connect timeout"
    if isinstance(error, httpx.ConnectError | httpx.ProxyError):
        return ("tls", text) if any(isinstance(e, ssl.SSLError) for e in _chain(error)) else ("unreachable", text)
    if isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError | httpx.DecodingError):
        return "protocol", text
    if isinstance(error, httpx.RemoteProtocolError) and "disconnected" not in text and "closed" not in text:
        return "protocol", text
    return "reset", text


def _chain(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__ or current.__context__


@contextmanager
def wire(settings: HttpSettings = HttpSettings()) -> Iterator[HttpWire]:
    """An open wire, closed at the end of the block."""
    with HttpWire(settings) as opened:
        yield opened


def same_origin(first: str, second: str) -> bool:
    """Whether two URLs share scheme, host and port, so that credentials may go from one to the other."""
    a, b = httpx.URL(first), httpx.URL(second)
    return (a.scheme, a.host, _port(a)) == (b.scheme, b.host, _port(b))


def _port(url: httpx.URL) -> int | None:
    return url.port or {"http": 80, "https": 443}.get(url.scheme)


def join_url(base: str, reference: str) -> str | None:
    """Resolve a Location header against the URL that answered with it; None when it is no URL."""
    try:
        return str(httpx.URL(base).join(reference))
    except httpx.InvalidURL:
        return None


def usable_url(url: str) -> bool:
    """Whether this is an absolute http or https URL with a host."""
    try:
        parsed: Any = httpx.URL(url)
    except httpx.InvalidURL:
        return False
    return parsed.scheme in ("http", "https") and bool(parsed.host)
