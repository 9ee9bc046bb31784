"""Holds event streams open, thousands of them, and sends a heartbeat on each at known moments.

GET opens a stream of a legacy session, `subscriptions/listen` one of the modern era. A heartbeat is a comment, or the
notification that the list of tools has changed, where the client asked for it.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from time import monotonic

from benchmarks.load.targets.http import EVENTS, Answer, Connection, Request
from benchmarks.load.targets.mcp import META, Call, Endpoint, Json, good_result, response
from benchmarks.load.targets.serving import eras, parser, serve

CHANGED = "notifications/tools/list_changed"
COMMENT = b":\n\n"
HEAD = Answer(content_type=EVENTS, headers=(("cache-control", "no-store"), ("x-accel-buffering", "no")))


@dataclass(slots=True)
class Stream:
    """One stream that is, or was, open. Times are seconds of the monotonic clock."""

    connection: Connection
    beat: bytes
    opened: float
    last: float
    beats: int = 0
    largest_gap: float = 0.0
    """Between two sends; the head of the response counts as one when nothing else was sent at first."""
    closed: float = 0.0
    timer: asyncio.TimerHandle | None = None

    def send(self, data: bytes) -> None:
        now = monotonic()
        self.largest_gap = max(self.largest_gap, now - self.last)
        self.last = now
        self.connection.send(chunk(data))

    def told(self) -> Json:
        return {
            "opened": self.opened, "closed": self.closed or monotonic(), "last": self.last, "beats": self.beats,
            "largest_gap": self.largest_gap,
        }  # fmt: skip


class StreamsEndpoint(Endpoint):
    """Beats every `every` seconds, varied by up to `jitter` seconds; each stream is silent once, after `silent_after`
    beats, for `silent` seconds more."""

    name = "streams"

    def __init__(
        self, loop: asyncio.AbstractEventLoop, speaks: tuple[str, ...], *, every: float, jitter: float = 0.0,
        notify: bool = False, silent: float = 0.0, silent_after: int = 1, seed: int = 1,
    ) -> None:  # fmt: skip
        super().__init__(speaks)
        self.capabilities = {"tools": {"listChanged": True}}
        self._loop = loop
        self._notify = notify
        self._random = Random(seed)
        self._wait: Callable[[int], float] = lambda beats: (
            every + self._random.uniform(-jitter, jitter) + (silent if beats == silent_after else 0.0)
        )
        self._all: list[Stream] = []
        self._held = self._most_held = 0

    def stream(self, request: Request, connection: Connection) -> None:
        self._open(connection, event({"jsonrpc": "2.0", "method": CHANGED}) if self._notify else COMMENT)

    def listen(self, request: Request, call: Call, connection: Connection) -> None:
        asked = call.arguments().get("notifications") or {}
        honoured = {"toolsListChanged": True} if asked.get("toolsListChanged") else {}
        meta = {f"{META}/subscriptionId": json.loads(bytes(call.id))}
        changed = event({"jsonrpc": "2.0", "method": CHANGED, "params": {"_meta": meta}})
        stream = self._open(connection, changed if self._notify and honoured else COMMENT)
        method = "notifications/subscriptions/acknowledged"
        stream.send(event({"jsonrpc": "2.0", "method": method, "params": {"_meta": meta, "notifications": honoured}}))

    def call(self, request: Request, call: Call, connection: Connection) -> None:
        result = good_result("mcp-protocol-version" in request.headers)
        connection.answer(Answer(body=response(call, result)))

    def truth(self) -> Json:
        told = [stream.told() for stream in self._all]
        return {**super().truth(), "most_held": self._most_held, "streams": told}

    def _open(self, connection: Connection, beat: bytes) -> Stream:
        now = monotonic()
        stream = Stream(connection, beat, now, now)
        self._all.append(stream)
        self._held += 1
        self._most_held = max(self._most_held, self._held)
        connection.on_close = lambda: self._closed(stream)
        connection.send(HEAD.head(("transfer-encoding", "chunked")))
        stream.timer = self._loop.call_later(self._wait(0), self._beat, stream)
        return stream

    def _beat(self, stream: Stream) -> None:
        stream.send(stream.beat)
        stream.beats += 1
        stream.timer = self._loop.call_later(self._wait(stream.beats), self._beat, stream)

    def _closed(self, stream: Stream) -> None:
        stream.closed = monotonic()
        self._held -= 1
        if stream.timer:
            stream.timer.cancel()


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def event(message: Json) -> bytes:
    return b"event: message\ndata: " + json.dumps(message).encode() + b"\n\n"


def main() -> None:
    flags = parser(__doc__)
    flags.add_argument("--every", type=float, default=1.0, help="seconds between heartbeats")
    flags.add_argument("--jitter", type=float, default=0.0, help="seconds by which that varies")
    flags.add_argument("--notify", action="store_true", help="heartbeats are notifications")
    flags.add_argument("--silent", type=float, default=0.0, help="seconds by which one gap is longer")
    flags.add_argument("--silent-after", type=int, default=1, help="heartbeats before that gap")
    options = flags.parse_args()
    serve(
        options,
        lambda loop: StreamsEndpoint(
            loop, eras(options), every=options.every, jitter=options.jitter, notify=options.notify,
            silent=options.silent, silent_after=options.silent_after,
        ),
    )  # fmt: skip


if __name__ == "__main__":
    main()
