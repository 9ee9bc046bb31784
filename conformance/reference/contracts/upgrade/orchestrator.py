"""Two MCP endpoints over plain stateless JSON-RPC (2026-07-28): the active worker and its canary."""

import asyncio
import json
from typing import Any

from conformance.protocol.messages import (
    INVALID_PARAMS,
    META_SERVER_INFO,
    METHOD_NOT_FOUND,
    PARSE_ERROR,
    UNSUPPORTED_VERSION,
)
from conformance.protocol.revisions import MODERN
from conformance.reference.asgi import App, Receive, Scope, Send
from conformance.reference.contracts.upgrade.behaviour import Json, UpgradeBehaviour
from conformance.reference.contracts.upgrade.flags import Flags, Refusal
from conformance.reference.contracts.upgrade.tools import ACTIVE, CANARY, TOOLS, Worker, listed
from conformance.reference.exchange import META_VERSION, Request, Response

_RESOURCES = [{"uri": "state://roadmap", "name": "roadmap"}, {"uri": "state://context", "name": "context"}]
_PROMPTS = [{"name": "review", "arguments": [{"name": "task", "required": True}]}]
_TOGETHER_S = 0.05


class RpcError(Exception):
    """A JSON-RPC error as the answer."""

    def __init__(self, code: int, message: str, status: int = 200, data: Any = None) -> None:
        super().__init__(message)
        self.error = {"code": code, "message": message, **({} if data is None else {"data": data})}
        self.status = status


def create(behaviour: UpgradeBehaviour) -> App:
    """`/active/mcp` and `/canary/mcp`."""
    flags = Flags(behaviour)
    workers = {
        "/active/mcp": Endpoint(Worker(ACTIVE, behaviour, flags, 4100)),
        "/canary/mcp": Endpoint(Worker(CANARY, behaviour, flags, 4200)),
    }

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = await Request.read(scope, receive)
        endpoint = workers.get(scope["path"].rstrip("/"))
        answer = Response.of_json({"detail": "no such endpoint"}, 404) if endpoint is None else None
        await (answer or await endpoint.answer(request)).send_to(send)  # type: ignore[union-attr]

    return app


class Endpoint:
    """One worker behind HTTP."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._behaviour = worker.behaviour
        self._waiting: list[Any] = []

    async def answer(self, request: Request) -> Response:
        if self._worker.is_canary and not self._behaviour.canary_answers:
            return Response.of_json({"detail": "starting"}, 503)
        if request.method != "POST":
            return Response.of_json({"detail": "POST only"}, 405)
        try:
            message = json.loads(request.body)
        except ValueError:
            return _error(None, RpcError(PARSE_ERROR, "not JSON", 400))
        if not isinstance(message, dict) or "method" not in message:
            return _error(None, RpcError(-32600, "not a request", 400))
        if "id" not in message:
            return Response(202)
        try:
            result = await self._result(message)
        except RpcError as error:
            return _error(message["id"], error)
        return Response.of_json({"jsonrpc": "2.0", "id": await self._id(message), "result": result})

    async def _id(self, message: Json) -> Any:
        """The id of the request, or with mixed ids that of one that came at the same time."""
        if not (self._worker.is_canary and self._behaviour.canary_mixes_ids):
            return message["id"]
        self._waiting.append(message["id"])
        await asyncio.sleep(_TOGETHER_S)
        return self._waiting.pop() if message["id"] in self._waiting else message["id"]

    async def _result(self, message: Json) -> Json:
        params = message.get("params") or {}
        self._check_version(params)
        match message["method"]:
            case "server/discover":
                return self._discovered()
            case "tools/list":
                await self._be_slow("")
                return _cacheable({"tools": self._changed(listed(), self._behaviour.canary_tools)})
            case "resources/list":
                return _cacheable({"resources": self._changed(_RESOURCES, self._behaviour.canary_resources)})
            case "resources/templates/list":
                return _cacheable({"resourceTemplates": []})
            case "prompts/list":
                return _cacheable({"prompts": self._changed(_PROMPTS, self._behaviour.canary_prompts)})
            case "tools/call":
                await self._be_slow(str(params.get("name")))
                return self._called(params)
        if self._worker.is_canary and self._behaviour.canary_knows_all_methods:
            return {"resultType": "complete"}
        raise RpcError(METHOD_NOT_FOUND, f"no method {message['method']}", 404)

    def _check_version(self, params: Json) -> None:
        asked = (params.get("_meta") or {}).get(META_VERSION)
        if asked is not None and asked != MODERN[-1]:
            data = {"supported": [MODERN[-1]], "requested": asked}
            raise RpcError(UNSUPPORTED_VERSION, "unsupported protocol version", 400, data)

    def _discovered(self) -> Json:
        behaviour = self._behaviour if self._worker.is_canary else UpgradeBehaviour()
        capabilities: Json = {name: {} for name in behaviour.canary_capabilities}
        info = {"name": "reference-orchestrator", "version": "0.2.0"}
        found = {"supportedVersions": [MODERN[-1]], "capabilities": capabilities}
        return _cacheable({**found, "_meta": {META_SERVER_INFO: info}})

    async def _be_slow(self, tool: str) -> None:
        if self._worker.is_canary and tool == self._behaviour.canary_slow_tool:
            await asyncio.sleep(self._behaviour.canary_delay_s * self._behaviour.scale)

    def _changed(self, items: list[Json], change: Any) -> list[Json]:
        changed: list[Json] = change([dict(item) for item in items]) if self._worker.is_canary else items
        return changed

    def _called(self, params: Json) -> Json:
        name, arguments = params.get("name"), params.get("arguments") or {}
        if name not in TOOLS:
            raise RpcError(INVALID_PARAMS, f"no tool {name}")
        if problem := _wrong(str(name), arguments):
            if self._worker.is_canary and self._behaviour.canary_crashes_on_bad_input:
                raise RuntimeError("the worker fell over its input")
            return _said({"ok": False, "error": {"code": "invalid_input", "message": problem}}, failed=True)
        try:
            said = self._worker.call(str(name), arguments)
        except Refusal as refusal:
            error = {"code": refusal.code, "message": str(refusal)}
            said = {"ok": False, "error": error, "tool": name}
        return _wrapped(said) if self._behaviour.wraps_texts else _said(said)


def _wrong(name: str, arguments: Json) -> str:
    """What is wrong with the arguments, by the types of their schema."""
    schema = next(tool["inputSchema"] for tool in listed() if tool["name"] == name)
    types = {"integer": int, "boolean": bool, "string": str}
    for key in schema.get("required", ()):
        if key not in arguments:
            return f"{key} is missing"
    for key, known in schema["properties"].items():
        if key in arguments and not isinstance(arguments[key], types[known["type"]]):
            return f"{key} is no {known['type']}"
    return ""


def _wrapped(value: Any) -> Json:
    text = json.dumps(value, indent=2)
    block = {"type": "text", "text": text}
    return {"resultType": "complete", "content": [block], "structuredContent": {"result": text}}


def _said(value: Any, *, failed: bool = False) -> Json:
    failed = failed or (isinstance(value, dict) and value.get("ok") is False)
    block = {"type": "text", "text": json.dumps(value)}
    return {"resultType": "complete", "content": [block]} | ({"isError": True} if failed else {})


def _cacheable(result: Json) -> Json:
    return {"resultType": "complete", "ttlMs": 0, "cacheScope": "private", **result}


def _error(id: Any, error: RpcError) -> Response:
    return Response.of_json({"jsonrpc": "2.0", "id": id, "error": error.error}, error.status)
