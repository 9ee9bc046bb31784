"""Raw clients of both eras for the tests of the reference server."""

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from conformance.protocol.revisions import LEGACY

BASE = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
ARRAYS = {
    "tools/list": "tools",
    "resources/list": "resources",
    "resources/templates/list": "resourceTemplates",
    "prompts/list": "prompts",
}


def messages_in(response: httpx.Response) -> list[Any]:
    """The JSON-RPC messages of a complete answer, from JSON or from an event stream."""
    if not response.headers.get("content-type", "").startswith("text/event-stream"):
        return [response.json()] if response.content else []
    lines = (line for line in response.text.splitlines() if line.startswith("data:"))
    return [json.loads(line[5:]) for line in lines if line[5:].strip()]


@dataclass
class Client:
    """Sends requests of one revision to one endpoint."""

    http: httpx.Client
    url: str
    revision: str
    headers: dict[str, str] = field(default_factory=dict)
    capabilities: dict[str, Any] = field(default_factory=dict)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def post(self, message: Any, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.post(self.url, json=message, headers={**BASE, **self.headers, **named})

    def send(self, method: str, params: dict[str, Any] | None = None) -> httpx.Response:
        return self.post(*self.prepared(method, params))

    def prepared(self, method: str, params: dict[str, Any] | None = None) -> tuple[dict[str, Any]]:
        return ({"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": params or {}},)

    def all_of(self, method: str, params: dict[str, Any] | None = None) -> list[Any]:
        """The messages that answer a request; the response is the last."""
        return messages_in(self.send(method, params))

    def result(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self.all_of(method, params)[-1]
        assert "result" in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def error(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self.all_of(method, params)[-1]
        assert "error" in answer, answer
        error: dict[str, Any] = answer["error"]
        return error

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        return self.result("tools/call", {"name": tool, "arguments": arguments})

    def pages(self, method: str) -> list[list[dict[str, Any]]]:
        pages, cursor = [], None
        while True:
            result = self.result(method, {} if cursor is None else {"cursor": cursor})
            pages.append(result[ARRAYS[method]])
            cursor = result.get("nextCursor")
            if cursor is None:
                return pages

    @contextmanager
    def stream(self, method: str, params: dict[str, Any] | None = None) -> Iterator[Iterator[dict[str, Any]]]:
        """The messages of an event stream, as they arrive."""
        (message,) = self.prepared(method, params)
        headers = {**BASE, **self.headers}
        with self.http.stream("POST", self.url, json=message, headers=headers) as response:
            yield streamed(response)


class ModernClient(Client):
    def send(self, method: str, params: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        (message,) = self.prepared(method, params)
        return self.post(message, **{**self.mirrored(message), **headers})

    def prepared(self, method: str, params: dict[str, Any] | None = None) -> tuple[dict[str, Any]]:
        (message,) = super().prepared(method, params)
        meta = {**META, "io.modelcontextprotocol/clientCapabilities": self.capabilities}
        message["params"] = {**message["params"], "_meta": {**meta, **message["params"].get("_meta", {})}}
        return (message,)

    @contextmanager
    def stream(self, method: str, params: dict[str, Any] | None = None) -> Iterator[Iterator[dict[str, Any]]]:
        (message,) = self.prepared(method, params)
        headers = {**BASE, **self.mirrored(message)}
        with self.http.stream("POST", self.url, json=message, headers=headers) as response:
            yield streamed(response)

    @staticmethod
    def mirrored(message: dict[str, Any]) -> dict[str, str]:
        params = message["params"]
        name = params.get("name", params.get("uri"))
        headers = {"mcp-protocol-version": "2026-07-28", "mcp-method": message["method"]}
        return headers | ({"mcp-name": name} if isinstance(name, str) else {})


def streamed(response: httpx.Response) -> Iterator[dict[str, Any]]:
    for line in response.iter_lines():
        if line.startswith("data:") and line[5:].strip():
            yield json.loads(line[5:])


def connect(http: httpx.Client, url: str, revision: str, **capabilities: Any) -> Client:
    """A client of the revision; a legacy one has completed its handshake."""
    if revision not in LEGACY:
        return ModernClient(http, url, revision, capabilities=capabilities)
    client = Client(http, url, revision, capabilities=capabilities)
    response = client.send("initialize", handshake(revision, capabilities))
    client.headers["mcp-session-id"] = response.headers["mcp-session-id"]
    if revision >= "2025-06-18":
        client.headers["mcp-protocol-version"] = revision
    client.post({"jsonrpc": "2.0", "method": "notifications/initialized"})
    return client


def handshake(revision: str, capabilities: dict[str, Any] | None = None) -> dict[str, Any]:
    info = {"name": "test", "version": "1"}
    return {"protocolVersion": revision, "capabilities": capabilities or {}, "clientInfo": info}
