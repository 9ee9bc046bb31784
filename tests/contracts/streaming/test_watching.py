"""Watching a stream: silence, signs of life, and who ended it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from conformance.checks.outcomes import NotTestable
from conformance.contracts import Caller, Profile
from conformance.contracts.described import Described
from conformance.contracts.streaming.settings import HeartbeatForm
from conformance.contracts.streaming.watching import Watched, opened, watch
from conformance.wire.channel import Channel
from conformance.wire.exchange import Exchange, HttpRequest, Message
from conformance.wire.http import wire
from conformance.wire.sse import Comment, Event

Write = Callable[[bytes], None]
GET = Described(http_method="GET")


@contextmanager
def streaming(send: Callable[[Write], None], media_type: str = "text/event-stream") -> Iterator[Caller]:
    """A caller of a server whose answer is what `send` writes."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.end_headers()
            self.wfile.flush()
            with suppress(OSError):
                send(self._write)

        def _write(self, data: bytes) -> None:
            self.wfile.write(data)
            self.wfile.flush()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        with wire() as open_wire:
            yield Caller(
                Profile(name="streams", mcp=False), Channel(open_wire, f"http://127.0.0.1:{server.server_port}")
            )
    finally:
        server.shutdown()
        server.server_close()


def beats(write: Write) -> None:
    for _ in range(4):
        time.sleep(0.1)
        write(b": beat\n\n")


def test_a_stream_that_ends_is_watched_to_its_end() -> None:
    with streaming(beats) as caller, opened(caller, GET, 5) as pending:
        watched = watch(pending, 5)

    assert watched.ended
    assert len(watched.bytes_at) == 4
    assert 0.08 < watched.largest_gap(("bytes",)) < 0.5
    assert watched.largest_gap(("comment",)) == pytest.approx(watched.largest_gap(("bytes",)), abs=0.05)


def test_silence_lasts_to_the_end_of_the_watch() -> None:
    def one_beat(write: Write) -> None:
        write(b": beat\n\n")
        time.sleep(2)

    with streaming(one_beat) as caller, opened(caller, GET, 5) as pending:
        watched = watch(pending, 0.5)

    assert not watched.ended
    assert watched.largest_gap(("bytes",)) > 0.3


def test_what_came_before_the_watch_counts_from_the_head() -> None:
    with streaming(lambda write: write(b"data: {}\n\n")) as caller, opened(caller, GET, 5) as pending:
        pending.wait_end(5)
        watched = watch(pending, 5)

    assert watched.bytes_at == [watched.exchange.head_at]


def test_what_is_no_stream_cannot_be_watched() -> None:
    with (
        streaming(lambda write: write(b"{}"), "application/json") as caller,
        pytest.raises(NotTestable, match="streaming-media-type"),
        opened(caller, GET, 5),
    ):
        pass


@pytest.mark.parametrize(
    ("forms", "moments"),
    [
        (("bytes",), [0.5, 1, 2, 3]), (("comment",), [1, 3]), (("event",), [2, 3]), (("message",), [3]),
        (("comment", "event"), [1, 2, 3]),
    ],
)  # fmt: skip
def test_forms_of_heartbeats(forms: tuple[HeartbeatForm, ...], moments: list[float]) -> None:
    exchange = Exchange(HttpRequest("GET", "http://127.0.0.1/"), head_at=0.0)
    exchange.comments.append(Comment(1, "beat"))
    exchange.events.append(Event(2, "1", "heartbeat"))
    exchange.messages.append(Message(3, {}))
    watched = Watched(exchange, [0.5, 1, 2, 3], until=4)

    assert sorted(set(watched.signs(forms))) == moments
