"""As much of MCP as a load generator needs, for both eras: a server with one read-only tool that answers by itself.

Subclasses say how `tools/call` is answered, and what becomes of streams.
"""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import msgspec

from benchmarks.load.targets.http import Answer, Connection, Request
from benchmarks.load.targets.trace import Trace

LEGACY = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
MODERN = "2026-07-28"
META = "io.modelcontextprotocol"
INVALID_REQUEST, METHOD_NOT_FOUND, UNSUPPORTED_VERSION = -32600, -32601, -32022
FOREVER = {"ttlMs": 3_600_000, "cacheScope": "public"}
TOOL = {
    "name": "work",
    "description": "Answers after a while",
    "inputSchema": {"type": "object", "properties": {"text": {"type": "string"}}},
    "annotations": {"readOnlyHint": True},
}

Json = dict[str, Any]


class Call(msgspec.Struct):
    """A JSON-RPC message; `id` as its bytes were, none for a notification."""

    method: str = ""
    id: msgspec.Raw = msgspec.Raw()
    params: msgspec.Raw = msgspec.Raw(b"{}")

    def arguments(self) -> Json:
        params: Json = msgspec.json.decode(self.params)
        return params


_decode = msgspec.json.Decoder(Call).decode


class Endpoint:
    """`eras` are those spoken: `legacy`, `modern` or both."""

    name = "target"
    capabilities: Mapping[str, Any] = MappingProxyType({"tools": {}})

    def __init__(self, eras: tuple[str, ...] = ("legacy", "modern")) -> None:
        self.eras = eras
        self.sessions: set[str] = set()
        self.counts: dict[str, int] = {}
        """Requests by method of JSON-RPC or HTTP."""
        self.trace = Trace()

    def handle(self, request: Request, connection: Connection) -> None:
        """Answer one request of HTTP."""
        if request.method == "POST":
            self._decoded(request, connection)
            return
        self._count(request.method)
        if request.method == "GET" and "legacy" in self.eras:
            self.stream(request, connection)
        elif request.method == "DELETE" and (session := request.headers.get("mcp-session-id")) in self.sessions:
            self.sessions.discard(str(session))
            self.reply(request, connection, Answer(content_type=""))
        else:
            self.reply(request, connection, Answer(405, content_type=""))

    def reply(self, request: Request, connection: Connection, answer: Answer) -> None:
        """Send the answer to anything but `tools/call`."""
        connection.answer(answer)

    def call(self, request: Request, call: Call, connection: Connection) -> None:
        """Answer `tools/call`."""
        connection.answer_encoded(called(request, call))

    def stream(self, request: Request, connection: Connection) -> None:
        """Answer GET, which opens the stream of a legacy session."""
        self.reply(request, connection, Answer(405, content_type=""))

    def listen(self, request: Request, call: Call, connection: Connection) -> None:
        """Answer `subscriptions/listen`."""
        self.reply(request, connection, _unknown(request, call))

    def truth(self) -> Json:
        """What the server did, to be written at its end."""
        return {"counts": self.counts}

    def _decoded(self, request: Request, connection: Connection) -> None:
        try:
            call = _decode(request.body)
        except msgspec.DecodeError as error:
            self.reply(request, connection, failed(Call(), 400, INVALID_REQUEST, str(error)))
        else:
            self._post(request, connection, call)

    def _post(self, request: Request, connection: Connection, call: Call) -> None:
        self._count(call.method or "response")
        if is_modern(request) and "modern" not in self.eras:
            self.reply(request, connection, Answer(400, content_type=""))
        elif (session := request.headers.get("mcp-session-id")) and session not in self.sessions:
            self.reply(request, connection, Answer(404, content_type=""))
        elif call.method == "tools/call":
            self.call(request, call, connection)
        elif not bytes(call.id):
            self.reply(request, connection, Answer(202, content_type=""))
        elif call.method == "subscriptions/listen" and is_modern(request):
            self.listen(request, call, connection)
        else:
            self.reply(request, connection, self._answer(request, call))

    def _answer(self, request: Request, call: Call) -> Answer:
        modern = is_modern(request)
        match call.method:
            case "server/discover" if "modern" in self.eras:
                return resulted(call, self._discovered()) if modern else _wrong_version(request, call)
            case "initialize" if "legacy" in self.eras:
                return self._initialized(call)
            case "initialize":
                return _wrong_version(request, call)
            case "tools/list":
                return resulted(call, {"tools": [TOOL], **({"resultType": "complete", **FOREVER} if modern else {})})
            case "ping" if not modern:
                return resulted(call, {})
        return _unknown(request, call)

    def _discovered(self) -> Json:
        legacy = LEGACY if "legacy" in self.eras else ()
        return {
            "resultType": "complete", "supportedVersions": [MODERN, *reversed(legacy)],
            "capabilities": dict(self.capabilities), **FOREVER, "_meta": {f"{META}/serverInfo": self._info()},
        }  # fmt: skip

    def _initialized(self, call: Call) -> Answer:
        asked = call.arguments().get("protocolVersion")
        version = asked if asked in LEGACY else LEGACY[-1]
        session = uuid4().hex
        self.sessions.add(session)
        result = {"protocolVersion": version, "capabilities": dict(self.capabilities), "serverInfo": self._info()}
        return resulted(call, result, ("mcp-session-id", session))

    def _info(self) -> Json:
        return {"name": f"{self.name}-target", "version": "1"}

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1


def is_modern(request: Request) -> bool:
    return request.headers.get("mcp-protocol-version") == MODERN


def called(request: Request, call: Call) -> bytes:
    """The whole response to `tools/call` that went well."""
    return _CALLED[is_modern(request)](call)


def good_result(modern: bool) -> Json:
    """The result of `tools/call`."""
    content = [{"type": "text", "text": "done"}]
    return {"content": content, **({"resultType": "complete"} if modern else {})}


def response(call: Call, result: Json) -> bytes:
    """The JSON-RPC response with a result."""
    return b'{"jsonrpc":"2.0","id":%b,"result":%b}' % (_id(call), json.dumps(result).encode())


def resulted(call: Call, result: Json, *headers: tuple[str, str]) -> Answer:
    return Answer(body=response(call, result), headers=headers)


def failed(call: Call, status: int, code: int, message: str, data: Any = None) -> Answer:
    """A JSON-RPC error."""
    error = {"code": code, "message": message} | ({} if data is None else {"data": data})
    return Answer(status, b'{"jsonrpc":"2.0","id":%b,"error":%b}' % (_id(call), json.dumps(error).encode()))


def _id(call: Call) -> bytes:
    return bytes(call.id) or b"null"


def _unknown(request: Request, call: Call) -> Answer:
    return failed(call, 404 if is_modern(request) else 200, METHOD_NOT_FOUND, "Method not found")


def _wrong_version(request: Request, call: Call) -> Answer:
    asked = request.headers.get("mcp-protocol-version", "")
    data = {"supported": [MODERN], "requested": asked}
    return failed(call, 400, UNSUPPORTED_VERSION, "Unsupported protocol version", data)


def _quick(result: Json) -> Callable[[Call], bytes]:
    tail = b',"result":%b}' % json.dumps(result).encode()
    head = Answer().head(("content-length", "%d"))

    def encoded(call: Call) -> bytes:
        body = b'{"jsonrpc":"2.0","id":%b' % _id(call) + tail
        return head % len(body) + body

    return encoded


_CALLED = {modern: _quick(good_result(modern)) for modern in (False, True)}
