"""Keeps the events of legacy streams, so that a client can resume one with Last-Event-ID."""

from collections import deque
from dataclasses import dataclass

from mcp.server.streamable_http import EventCallback, EventMessage, EventStore
from mcp_types import JSONRPCError, JSONRPCMessage, JSONRPCResponse

from conformance.reference.sdk.legacy_sessions import session_key

_MOST_EVENTS = 2000


@dataclass(frozen=True)
class _Stored:
    id: str
    session: str
    stream: str
    message: JSONRPCMessage | None


class SessionEventStore(EventStore):
    """Events of all sessions of one endpoint; a replay never leaves the session and the stream of its event.

    An event id names its stream and counts over all streams (basic/transports#resumability-and-redelivery).

    The SDK hands over no session, and calls the stream of every GET alike: the session is in the context.
    """

    def __init__(self) -> None:
        self._events: deque[_Stored] = deque(maxlen=_MOST_EVENTS)
        self._streams: dict[tuple[str, str], int] = {}
        self._count = 0

    async def store_event(self, stream_id: str, message: JSONRPCMessage | None) -> str:
        self._count += 1
        session = session_key.get()
        number = self._streams.setdefault((session, stream_id), len(self._streams) + 1)
        event = _Stored(f"{number}-{self._count}", session, stream_id, message)
        self._events.append(event)
        return event.id

    def stream_of(self, event_id: str) -> str | None:
        """The stream that the event was sent on, as the SDK calls it."""
        return next((event.stream for event in self._events if event.id == event_id), None)

    async def replay_events_after(self, last_event_id: str, send_callback: EventCallback) -> str | None:
        """Sends what followed; None, which ends the stream, when its response is already known."""
        events = list(self._events)
        last = next((event for event in events if event.id == last_event_id), None)
        if last is None or last.session != session_key.get():
            return None
        stream = [event for event in events if (event.session, event.stream) == (last.session, last.stream)]
        for event in stream[stream.index(last) + 1 :]:
            if event.message is not None:
                await send_callback(EventMessage(event.message, event.id))
        finished = any(isinstance(event.message, JSONRPCResponse | JSONRPCError) for event in stream)
        return None if finished else last.stream
