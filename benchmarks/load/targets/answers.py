"""How an answer to `tools/call` goes wrong, or looks odd and is right: a function for each, and how it counts."""

import asyncio
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from benchmarks.load.targets.http import Answer, Connection, Request
from benchmarks.load.targets.mcp import Call, Json, good_result, is_modern, response

Verdict = Literal["good", "transport", "http", "jsonrpc", "tool", "content", "timeout", "rate-limited"]

CHUNKED = ("transfer-encoding", "chunked")
PAUSE = 0.005
"""Seconds between parts that shall not arrive together."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A call to be answered."""

    request: Request
    call: Call
    connection: Connection

    @property
    def good(self) -> bytes:
        """The JSON-RPC response that is right."""
        return response(self.call, good_result(is_modern(self.request)))

    @property
    def misnamed(self) -> bytes:
        """The same with an id that nobody asked with."""
        return self.good.replace(b'"id":', b'"id":"nobody","was":', 1)

    def answer(self, status: int, body: bytes, *headers: tuple[str, str], kind: str = "application/json") -> None:
        self.connection.answer(Answer(status, body, kind, headers))

    def result(self, result: Json) -> None:
        complete = {"resultType": "complete"} if is_modern(self.request) else {}
        self.answer(200, response(self.call, {**result, **complete}))

    def send(self, *parts: bytes, close: bool = False) -> None:
        """Send the parts one after another, each by itself, and end the response."""
        task = asyncio.get_running_loop().create_task(self._send(parts, close))
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)

    def reset(self) -> None:
        """Let the client have a reset, not an end."""
        linger = struct.pack("ii", 1, 0)
        self.connection.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.reset()

    async def _send(self, parts: tuple[bytes, ...], close: bool) -> None:
        for part in parts:
            self.connection.send(part)
            await asyncio.sleep(PAUSE)
        self.connection.finish(close=close)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to answer. `counted` has every verdict that is right; the first is the one that describes it best."""

    answer: Callable[[Asked], None]
    counted: tuple[Verdict, ...]


WAYS: dict[str, Way] = {}
_tasks: set[asyncio.Task[None]] = set()


def way(*counted: Verdict) -> Callable[[Callable[[Asked], None]], Callable[[Asked], None]]:
    """Registers a function under its name."""

    def register(answer: Callable[[Asked], None]) -> Callable[[Asked], None]:
        WAYS[answer.__name__.replace("_", "-")] = Way(answer, counted)
        return answer

    return register
