"""One HTTP exchange as faults and repairs see it: a request read in full, and the answer to it."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from conformance.protocol.revisions import LEGACY, MODERN, REVISIONS, Era, era_of
from conformance.reference.asgi import App, Event, Receive, Scope, Send

Message = dict[str, Any]
"""One JSON-RPC message."""

SESSIONS = "conformance.sessions"
"""Scope key of the endpoint's `Sessions`."""
META_VERSION = "io.modelcontextprotocol/protocolVersion"

_LATEST_LEGACY = LEGACY[-1]
_WITHOUT_HEADER = "2025-03-26"
_UNREAD = object()


class Headers:
    """HTTP fields in order; names are lower case, a name may occur more than once."""

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self.fields = [(name.lower(), value) for name, value in fields]

    @classmethod
    def from_raw(cls, raw: Iterable[tuple[bytes, bytes]]) -> "Headers":
        return cls((name.decode("latin-1"), value.decode("latin-1")) for name, value in raw)

    def raw(self) -> list[tuple[bytes, bytes]]:
        return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in self.fields]

    def get(self, name: str, default: str | None = None) -> str | None:
        return next(self.get_all(name), default)

    def get_all(self, name: str) -> Iterator[str]:
        return (value for known, value in self.fields if known == name.lower())

    def add(self, name: str, value: str) -> None:
        self.fields.append((name.lower(), value))

    def remove(self, name: str) -> None:
        self.fields = [field for field in self.fields if field[0] != name.lower()]

    def __setitem__(self, name: str, value: str) -> None:
        self.remove(name)
        self.add(name, value)

    def __contains__(self, name: str) -> bool:
        return self.get(name) is not None


@dataclass
class Sessions:
    """The legacy revision that each session of one endpoint negotiated."""

    revisions: dict[str, str] = field(default_factory=dict)


@dataclass
class Request:
    """An HTTP request, read in full. Change `headers`, `method`, `body` or the value of `json` to edit it."""

    method: str
    headers: Headers
    body: bytes
    scope: Scope
    _json: Any = _UNREAD

    @classmethod
    async def read(cls, scope: Scope, receive: Receive) -> "Request":
        """Reads the whole body; a client that leaves early yields what it sent."""
        body = bytearray()
        more = True
        while more:
            event = await receive()
            body += event.get("body", b"")
            more = event["type"] == "http.request" and event.get("more_body", False)
        return cls(scope["method"], Headers.from_raw(scope["headers"]), bytes(body), scope)

    @property
    def json(self) -> Any:
        """The parsed body, None when it is not JSON. Mutations of it reach the server."""
        if self._json is _UNREAD:
            self._json = _parse(self.body)
        return self._json

    @json.setter
    def json(self, value: Any) -> None:
        self._json = value

    @property
    def message(self) -> Message:
        """The single JSON-RPC message of the body; empty when the body is something else."""
        return self.json if isinstance(self.json, dict) else {}

    @property
    def rpc_method(self) -> str | None:
        method = self.message.get("method")
        return method if isinstance(method, str) else None

    @property
    def params(self) -> dict[str, Any]:
        params = self.message.get("params")
        return params if isinstance(params, dict) else {}

    @property
    def id(self) -> Any:
        return self.message.get("id")

    @property
    def session_id(self) -> str | None:
        return self.headers.get("mcp-session-id")

    @property
    def sessions(self) -> Sessions:
        sessions: Sessions = self.scope[SESSIONS]
        return sessions

    @property
    def body_revision(self) -> str | None:
        """The revision that the modern `_meta` of the body names, if it is a string."""
        meta = self.params.get("_meta")
        named = meta.get(META_VERSION) if isinstance(meta, dict) else None
        return named if isinstance(named, str) else None

    @property
    def revision(self) -> str:
        """The revision that rules this request; for `initialize` the one that will be negotiated.

        A request that is wrong about its version still belongs to an era: it is modern when its body says so.
        """
        header = self.headers.get("mcp-protocol-version")
        if header in MODERN:
            return str(header)
        if self.rpc_method == "initialize":
            wanted = self.params.get("protocolVersion")
            return wanted if wanted in LEGACY else _LATEST_LEGACY
        negotiated = self.sessions.revisions.get(self.session_id or "")
        if negotiated is not None:
            return negotiated
        if self.body_revision is not None:
            return MODERN[-1]
        return header if header is not None and header in REVISIONS else _WITHOUT_HEADER

    @property
    def era(self) -> Era:
        return era_of(self.revision)

    def cause_of(self, message: Message) -> Message:
        """The message of this request that an outgoing response answers; empty when none does."""
        sent = self.json if isinstance(self.json, list) else [self.json]
        if "method" in message or "id" not in message:
            return self.message
        return next((each for each in sent if isinstance(each, dict) and each.get("id") == message["id"]), {})

    async def pass_on(self, app: App, receive: Receive, send: Send) -> None:
        """Runs `app` on this request as it now stands."""
        if self._json is not _UNREAD and self._json != _parse(self.body):
            self.body = json.dumps(self._json).encode()
        if "content-length" in self.headers:
            self.headers["content-length"] = str(len(self.body))
        scope = {**self.scope, "method": self.method, "headers": self.headers.raw()}
        await app(scope, _replaying(self.body, receive), send)


@dataclass
class Response:
    """An HTTP answer; `body` is None while it streams, and setting it replaces the stream."""

    status: int = 200
    headers: Headers = field(default_factory=Headers)
    body: bytes | None = b""

    @classmethod
    def of_json(cls, value: Any, status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> "Response":
        return cls(status, Headers([("content-type", "application/json"), *headers]), json.dumps(value).encode())

    @classmethod
    def of_error(cls, request: Request, code: int, text: str, *, status: int = 200, data: Any = None) -> "Response":
        """A JSON-RPC error that answers `request`, without an id when the request has no usable one."""
        error = {"code": code, "message": text} | ({} if data is None else {"data": data})
        answer = {"jsonrpc": "2.0"} | ({"id": request.id} if is_request_id(request.id) else {})
        return cls.of_json(answer | {"error": error}, status)

    @property
    def json(self) -> Any:
        """The parsed body, None when it is not JSON."""
        return _parse(self.body or b"")

    @json.setter
    def json(self, value: Any) -> None:
        self.body = json.dumps(value).encode()

    @property
    def streams(self) -> bool:
        return (self.headers.get("content-type") or "").lower().startswith("text/event-stream")

    def start(self) -> Event:
        """The ASGI event that opens this response, its length matching the body."""
        if "content-length" in self.headers or self.body is not None:
            self.headers.remove("content-length")
            if self.body is not None:
                self.headers.add("content-length", str(len(self.body)))
        return {"type": "http.response.start", "status": self.status, "headers": self.headers.raw()}

    async def send_to(self, send: Send) -> None:
        await send(self.start())
        await send({"type": "http.response.body", "body": self.body or b""})


def is_request_id(value: Any) -> bool:
    """Whether `value` may be the id of an MCP request: a string or an integer (basic#requests)."""
    return isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _replaying(body: bytes, receive: Receive) -> Receive:
    pending: list[Event] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Event:
        return pending.pop() if pending else await receive()

    return replay
