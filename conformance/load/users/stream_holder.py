"""One arrival is a stream that is held open to the end of its phase: GET, or `subscriptions/listen`."""

from collections.abc import Callable, Mapping
from time import perf_counter_ns as now_ns
from typing import Any

import gevent

from conformance.load.desk import Turn
from conformance.load.engine.answer import NoAnswer, StreamLog, TooLate, is_event_stream
from conformance.load.engine.sockets import Connected
from conformance.load.recording.recorder import OperationRecord, StreamCounts
from conformance.load.users.base import SessionUser


class StreamHolder(SessionUser):
    def turn(self, turn: Turn) -> bool:
        if not self.ready(turn):
            return False
        prepared = self.workload.group("listen")[0]
        counts = turn.record.streams = turn.record.streams or StreamCounts()
        operation = turn.record.operation(prepared.name)
        stream = HeldStream(counts, self.speaker.hear)
        self.desk.when_stopped(stream.let_go_of)
        began = now_ns()
        end = gevent.spawn(self._let_go_at, turn.end_ns, stream)
        try:
            self.speaker.hold(prepared, turn, stream)
            stream.ended()
        except TooLate as error:
            stream.problem = ("timeout", str(error))
        except NoAnswer as error:
            stream.broke(str(error))
        finally:
            end.kill(block=False)
            self.desk.no_longer(stream.let_go_of)
            stream.tell(operation, turn.take_begin(), began)
        return stream.problem is None and stream.let_go

    def _let_go_at(self, end_ns: int, stream: "HeldStream") -> None:
        self.desk.wait_until(end_ns)
        stream.let_go_of()


class HeldStream:
    """What is seen of one stream; `Connection.hold` reads it."""

    def __init__(self, counts: StreamCounts, hear: Callable[[str], object]) -> None:
        self.let_go = False
        self.problem: tuple[Any, str] | None = ("transport", "the connection was closed before an answer came")
        self._counts = counts
        self._hear = hear
        self._log: StreamLog | None = None
        self._opened_ns = 0
        self._socket: Connected | None = None

    def opened(self, status: int, headers: Mapping[bytes, bytes], sent_ns: int) -> None:
        if status != 200 or not is_event_stream(headers):
            kind = headers.get(b"content-type", b"").decode("latin-1")
            self.problem = ("rate-limited" if status == 429 else "http", f"HTTP {status} {kind}, not a stream")
            return
        self.problem = None
        self._opened_ns = now_ns()
        self._log = StreamLog(sent_ns)
        self._counts.holds_one_more()

    def held_by(self, connection: Connected) -> None:
        self._socket = connection
        if self.problem is not None:
            self.let_go_of()

    def let_go_of(self) -> None:
        self.let_go = True
        if self._socket is not None:
            self._socket.shutdown()

    def feed(self, chunk: bytes) -> None:
        if self._log is not None and chunk:
            for data in self._log.feed(chunk):
                self._hear(data)

    def ended(self) -> None:
        """A server may end a stream whenever it wants to: it was opened well, and yet not held to the end."""
        if self._log is not None and not self.let_go:
            self._counts.broken += 1

    def broke(self, why: str) -> None:
        if self._log is not None:
            self._counts.broken += 1
        self.problem = self.problem or ("transport", f"the stream broke: {why}")

    def tell(self, operation: OperationRecord, began_ns: int, sent_ns: int) -> None:
        """Opening the stream is the operation; what came over it is told beside."""
        log = self._log
        if log is not None:
            self._counts.held -= 1
            self._counts.events += log.events
            self._counts.beats += log.beats
            first = None if log.first_event_ns is None else (log.first_event_ns - sent_ns) // 1000
            operation.streamed(first, max(log.largest_gap_ns, now_ns() - log.last_ns) // 1000)
        if self.problem is None:
            operation.succeeded((self._opened_ns - began_ns) // 1000, (self._opened_ns - sent_ns) // 1000)
        else:
            operation.went_wrong(*self.problem, (now_ns() - sent_ns) // 1000)
