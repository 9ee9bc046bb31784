"""One call of the eMCP API, and how it is refused."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.protocol.messages import JsonObject
from conformance.reference.exchange import Headers, Response


@dataclass(frozen=True)
class Call:
    """A request that has found its route. `message` is the JSON value of the body, `UNREADABLE` when it is none;
    `identity` and `scopes` are known once the credential has been looked at; `told` are headers about the rate."""

    http_method: str
    headers: Headers
    body: bytes
    server: str
    message: Any
    trace_id: str
    dispatched: bool = False
    managed: bool = False
    peer: tuple[str, int] = ("", 0)
    identity: str = ""
    scopes: frozenset[str] = frozenset()
    told: tuple[tuple[str, str], ...] = ()

    @property
    def rpc(self) -> JsonObject:
        """The JSON-RPC message; empty when the body is something else."""
        return self.message if isinstance(self.message, dict) else {}

    @property
    def method(self) -> str:
        """The JSON-RPC method, empty without one."""
        method = self.rpc.get("method")
        return method if isinstance(method, str) else ""

    @property
    def params(self) -> Mapping[str, Any]:
        params = self.rpc.get("params")
        return params if isinstance(params, dict) else {}

    @property
    def tool(self) -> str:
        """The tool that is called, empty when none is."""
        name = self.params.get("name") if self.method == "tools/call" else None
        return name if isinstance(name, str) else ""


@dataclass
class Refused(Exception):
    """Ends a call with an error of the HTTP layer."""

    status: int
    code: str
    text: str
    headers: Iterable[tuple[str, str]] = field(default=())

    def response(self, trace_id: str) -> Response:
        error = {"code": self.code, "message": self.text, "trace_id": trace_id}
        return Response.of_json({"error": error}, self.status, self.headers)
