"""Answers `tools/call` at a moment that is known when the request arrives, and keeps a trace of it."""

import asyncio
from time import monotonic_ns

from benchmarks.load.targets.http import Connection, Request
from benchmarks.load.targets.mcp import Call, Endpoint, called


class TimedEndpoint(Endpoint):
    """Subclasses say when. Times are nanoseconds of the monotonic clock."""

    def __init__(self, loop: asyncio.AbstractEventLoop, speaks: tuple[str, ...]) -> None:
        super().__init__(speaks)
        self._loop = loop

    def due(self, arrived: int) -> tuple[int, int]:
        """How long the work for a request is, and when it has to be answered."""
        raise NotImplementedError

    def call(self, request: Request, call: Call, connection: Connection) -> None:
        work, due = self.due(request.arrived)
        place = self.trace.begin(request.arrived, work, due)
        self._loop.call_at(due / 1e9, self._send, connection, called(request, call), place)

    def _send(self, connection: Connection, response: bytes, place: int) -> None:
        self.trace.sent(place, monotonic_ns())
        connection.answer_encoded(response)
