"""What the server remembers of each legacy session, and the context that tells which one is being served."""

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mcp.server.session import ServerSession

LEVELS = ("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency")

session_key: ContextVar[str] = ContextVar("session_key", default="")
"""Key of the session that the current request belongs to; set before the SDK sees the request."""


@dataclass
class LegacySession:
    """One session: its log level, subscriptions and, once initialized, the channel to the client."""

    level: str = "info"
    subscriptions: set[str] = field(default_factory=set)
    channel: "ServerSession | None" = None

    def wants(self, level: str) -> bool:
        return LEVELS.index(level) >= LEVELS.index(self.level)
