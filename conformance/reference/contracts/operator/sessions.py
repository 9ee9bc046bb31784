"""The sessions that the gateway has opened, and when each was last heard of."""

import secrets
import time
from dataclasses import dataclass, field

from conformance.reference.contracts.operator.behaviour import Json, OperatorBehaviour


@dataclass
class Session:
    """`expires` and `opened` on the wall clock, `heard` on the monotonic one, in seconds."""

    connector: str
    expires: int
    opened: float
    id: str = field(default_factory=lambda: f"session-{secrets.token_hex(8)}")
    heard: float = field(default_factory=time.monotonic)
    beats: int = 0


class Sessions:
    """The newest thousand; a gateway that is tried out all day does not grow."""

    MOST = 1000

    def __init__(self, behaviour: OperatorBehaviour) -> None:
        self._behaviour = behaviour
        self._open: dict[str, Session] = {}

    def open(self, connector: str, now: float) -> Session:
        session = Session(connector, int(now + self._behaviour.credential_hours * 3600), now)
        self._open[session.id] = session
        if len(self._open) > self.MOST:
            del self._open[next(iter(self._open))]
        return session

    def of_expiry(self, expires: float) -> Session | None:
        """The newest session whose credential expires then: heartbeats name no session but this."""
        found = [one for one in self._open.values() if one.expires == int(expires)]
        return found[-1] if found else None

    def status(self) -> Json:
        """How many beats each session has missed, and alerts for those that missed too many."""
        shown = [self._shown(session) for session in self._open.values() if session.beats]
        return {"sessions": shown, "alerts": [one for one in shown if one["alert"]]}

    def _shown(self, session: Session) -> Json:
        behaviour = self._behaviour
        silent = time.monotonic() - session.heard
        missed = int(silent / (behaviour.interval_s * behaviour.scale)) if behaviour.show_misses else 0
        return {
            "id": session.id,
            "connector_id": session.connector,
            "beats": session.beats,
            "missed": missed,
            "alert": "heartbeat_missing" if missed >= behaviour.misses else None,
        }
