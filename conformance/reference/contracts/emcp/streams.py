"""The streaming tool: events with heartbeats between them, a hard stop, and work that ends with its client."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from conformance.reference.asgi import Receive, Send, first_of
from conformance.reference.contracts.emcp.behaviour import EmcpBehaviour
from conformance.reference.contracts.emcp.calls import Call

_STEP_S = 0.02


class Stream:
    """One call of the streaming tool. `counted` has `started`, `active` and the `steps` of work done so far."""

    def __init__(self, call: Call, behaviour: EmcpBehaviour, counted: Counter[str]) -> None:
        arguments = call.params.get("arguments")
        self._plan: dict[str, Any] = arguments if isinstance(arguments, dict) else {}
        self._call = call
        self._behaviour = behaviour
        self._counted = counted

    async def run(self, receive: Receive, send: Send) -> None:
        """Streams until it is done, is stopped, or its client has gone."""
        await first_of(self._send(send), self._gone(receive))

    async def _gone(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        if not self._behaviour.streaming.aborts:
            self._counted["active"] += 1

    async def _send(self, send: Send) -> None:
        settings = self._behaviour.streaming
        headers = settings.headers(settings.heartbeat_s, settings.max_s)
        if self._behaviour.trace_header:
            headers[self._behaviour.trace_header.lower()] = self._call.trace_id
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        kept = b""
        if not settings.buffers:
            await send({"type": "http.response.start", "status": 200, "headers": raw})
        self._counted.update(started=1, active=1)
        try:
            async for chunk in self._chunks():
                kept += chunk
                if not settings.buffers:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
        finally:
            self._counted["active"] -= 1
        if settings.buffers:
            await send({"type": "http.response.start", "status": 200, "headers": raw})
        await send({"type": "http.response.body", "body": kept if settings.buffers else b""})

    async def _chunks(self) -> AsyncIterator[bytes]:
        """What is sent, in time: the clock is looked at in small steps, and each step is some work."""
        settings, seconds = self._behaviour.streaming, self._behaviour.seconds
        loop = asyncio.get_running_loop()
        began = last = loop.time()
        every = seconds(settings.heartbeat_s) * settings.heartbeat_slowness
        stop = began + seconds(settings.max_s) * (1 if settings.stops else 10)
        moments = self._moments(began)
        beats = 0
        while (now := loop.time()) < stop:
            if moments and now >= moments[0]:
                last = now
                yield settings.encode(self._message(len(moments)))
                del moments[0]
            if not moments and now >= self._end(began):
                break
            if settings.heartbeat is not None and now - last >= every:
                last, beats = now, beats + 1
                yield settings.heartbeat(beats)
            self._counted["steps"] += 1
            await asyncio.sleep(_STEP_S)
        if settings.answers and loop.time() < stop:
            yield settings.encode({"jsonrpc": "2.0", "id": self._call.rpc.get("id"), "result": {"content": []}})

    def _number(self, name: str, otherwise: float) -> float:
        value = self._plan.get(name)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else otherwise

    def _moments(self, began: float) -> list[float]:
        every = self._behaviour.seconds(self._number("every_s", 1))
        return [began + number * every for number in range(int(self._number("messages", 3)))]

    def _end(self, began: float) -> float:
        if self._plan.get("endless"):
            return float("inf")
        last = (self._moments(began) or [began])[-1]
        return last + self._behaviour.seconds(self._number("idle_s", 0))

    def _message(self, left: int) -> dict[str, Any]:
        return {
            "jsonrpc": "2.0",
            "method": "notifications/message",
            "params": {"level": "info", "logger": "probe", "data": f"{left} to go"},
        }
