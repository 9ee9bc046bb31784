"""What our eMCP server does: its defaults keep every clause, each fault replaces one of them."""

import json
import math
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from conformance.protocol.messages import JsonObject
from conformance.reference.contracts.emcp.calls import Call
from conformance.reference.contracts.emcp.toolset import Toolset
from conformance.reference.exchange import Response

SCALE = 0.0333
"""A minute is 2 seconds. Retry-After is in real seconds all the same: any client honours it."""

SECRET = "a public secret of the reference server"
ISSUER = "https://issuer.reference.example"
AUDIENCE = "emcp"

Edit = Callable[[Call, Response], Response]
"""Changes an answer that is not a stream, last of all."""

Queue = Literal["async", "sync", "none"]


@dataclass(frozen=True)
class Server:
    """One server handle. `per_minute` 0 is no limit; `queue` tells what becomes of dispatched calls."""

    per_minute: int = 60
    max_payload: int = 256 * 1024
    streams: bool = False
    queue: Queue = "async"


SERVERS: Mapping[str, Server] = MappingProxyType(
    {
        "content": Server(per_minute=30, max_payload=128 * 1024),
        "fast": Server(per_minute=100_000),
        "narrow": Server(per_minute=6),
        "unlimited": Server(per_minute=0),
        "stream": Server(per_minute=1_000, streams=True),
        "stream-off": Server(per_minute=1_000),
        "sync": Server(per_minute=1_000, queue="sync"),
        "no-queue": Server(per_minute=1_000, queue="none"),
    }
)

SCOPES: Mapping[str, str] = MappingProxyType(
    {
        "": "mcp:read",
        "initialize": "mcp:read",
        "tools/list": "mcp:read",
        "resources/read": "mcp:read",
        "tools/call": "mcp:call",
    }
)
"""The scope that a method needs; one that is not here needs `mcp:admin`. The empty one is a body without a method."""

SESSIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {"manager": frozenset({"emcp", "emcp_dispatch"}), "reader": frozenset({"emcp"}), "guest": frozenset()}
)


def whole_seconds(left_s: float) -> str | None:
    """Retry-After as delay-seconds (RFC 9110, 10.2.3), never too early and never 0."""
    return str(max(1, math.ceil(left_s)))


def bucket_of(call: Call) -> str:
    return f"{call.server}|{call.method}|{call.identity}"


@dataclass(frozen=True)
class Rate:
    """Fixed windows that begin with their first request. `punishes` halves
    the one after a window that was exceeded."""

    enabled: bool = True
    window_s: float = 60
    bucket: Callable[[Call], str] = bucket_of
    limit: Callable[[int], int] = lambda per_minute: per_minute
    punishes: bool = False
    lets_through: Callable[[int], bool] = lambda over: over <= 0
    """Whether a request is served that is so many over the limit."""
    retry_after: Callable[[float], str | None] = whole_seconds
    refusal: tuple[int, str] = (429, "rate_limited")
    headers: bool = True
    remaining: Callable[[int], int] = lambda remaining: max(0, remaining)
    counts_refused_credentials: bool = False
    shared_by_replicas: bool = True


def header_then_body(call: Call, header: str) -> str | None:
    """The idempotency key of a call."""
    named = (call.headers.get(header) or "").strip()
    return named or key_in_body(call)


def key_in_body(call: Call) -> str | None:
    key = call.rpc.get("idempotency_key")
    return key if isinstance(key, str) and key else None


def canonical(call: Call) -> str:
    """What two equal requests have in common, whatever the order of their members."""
    parts = {"server": call.server, "method": call.method, "params": call.params, "actor": call.identity}
    return json.dumps(parts, sort_keys=True)


@dataclass(frozen=True)
class Dispatch:
    """Dispatched calls and their idempotency keys. `work_s` is how long a task takes."""

    header: str = "Idempotency-Key"
    key: Callable[[Call, str], str | None] = header_then_body
    payload: Callable[[Call], str] = canonical
    ttl_s: float = 60
    work_s: float = 2
    runs: int = 1
    atomic: bool = True
    shared_by_replicas: bool = True
    conflict: tuple[int, str] | None = (409, "idempotency_conflict")
    conflict_runs: bool = False
    conflict_takes_key: bool = False
    compares_completed: bool = True
    remembers_refused: bool = False
    replayed_status: int = 202
    need_method: bool = True
    answers_get: bool = False
    edits: tuple[Callable[[JsonObject], JsonObject], ...] = ()
    """Change the body of an accepted, completed or replayed task."""


def comment(number: int) -> bytes:
    """A heartbeat that is no event."""
    return b": heartbeat\n\n"


def as_data(message: Any) -> bytes:
    return f"data: {json.dumps(message)}\n\n".encode()


def streaming_headers(heartbeat_s: int, max_s: int) -> dict[str, str]:
    return {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-cache, no-transform",
        "x-accel-buffering": "no",
        "x-emcp-stream-max-seconds": str(max_s),
        "x-emcp-heartbeat-seconds": str(heartbeat_s),
    }


@dataclass(frozen=True)
class Streaming:
    """The streaming tool. Its arguments: `messages` that come `every_s` seconds, then `idle_s` without any, or
    `endless`."""

    tool: str = "conformance.stream.probe"
    heartbeat_s: int = 15
    max_s: int = 60
    headers: Callable[[int, int], dict[str, str]] = streaming_headers
    heartbeat: Callable[[int], bytes] | None = comment
    heartbeat_slowness: float = 1.0
    encode: Callable[[Any], bytes] = as_data
    answers: bool = True
    buffers: bool = False
    stops: bool = True
    aborts: bool = True
    allowed_everywhere: bool = False
    in_dispatch: bool = False


@dataclass(frozen=True)
class EmcpBehaviour:
    """The gates, and the `toolset` behind them.

    `gates` are asked first, in this order, then `checks` (those of `dispatch_checks` for a dispatched call); their
    names are those of the functions in `gates.py`.
    """

    scale: float = SCALE
    secret: str = SECRET
    issuer: str = ISSUER
    audience: str = AUDIENCE
    cookie: str = "evo_session"
    sessions: Mapping[str, frozenset[str]] = field(default_factory=lambda: SESSIONS)
    """Manager sessions by their cookie, with their permissions."""

    servers: Mapping[str, Server] = field(default_factory=lambda: SERVERS)
    scopes: Mapping[str, str] = field(default_factory=lambda: SCOPES)
    allow_servers: tuple[str, ...] = ("*",)
    deny_tools: tuple[str, ...] = ("evo.write.*", "acme.internal.*")
    max_result: int = 1024 * 1024
    gates: tuple[str, ...] = ("origin", "credential", "scope", "rate", "http_method")
    checks: tuple[str, ...] = (
        "media_type", "size", "server_allowed", "tool_allowed", "server_known", "protocol_version",
    )  # fmt: skip
    dispatch_checks: tuple[str, ...] = (
        "media_type", "size", "server_allowed", "server_known", "payload", "tool_allowed",
    )  # fmt: skip
    payload_over: Callable[[int, int], bool] = lambda size, limit: size > limit
    trace_header: str = "X-Trace-Id"
    new_trace_id: Callable[[], str] = lambda: str(uuid.uuid4())
    rate: Rate = field(default_factory=Rate)
    dispatch: Dispatch = field(default_factory=Dispatch)
    streaming: Streaming = field(default_factory=Streaming)
    toolset: Toolset = field(default_factory=Toolset)
    edits: tuple[Edit, ...] = ()

    def seconds(self, duration_s: float) -> float:
        return duration_s * self.scale
