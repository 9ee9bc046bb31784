"""JSON-RPC messages: how to build them and how to tell them apart (JSON-RPC 2.0; basic/index#messages)."""

import base64
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from conformance import __version__

JsonObject = dict[str, Any]

CLIENT_INFO: JsonObject = {"name": "mcp-conformance", "version": __version__}

META = "io.modelcontextprotocol/"
META_VERSION = META + "protocolVersion"
META_CLIENT_INFO = META + "clientInfo"
META_CAPABILITIES = META + "clientCapabilities"
META_LOG_LEVEL = META + "logLevel"
META_SERVER_INFO = META + "serverInfo"
META_SUBSCRIPTION = META + "subscriptionId"

SESSION_HEADER = "mcp-session-id"
VERSION_HEADER = "mcp-protocol-version"
POST_HEADERS: Mapping[str, str] = {
    "content-type": "application/json",
    "accept": "application/json, text/event-stream",
}

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
HEADER_MISMATCH = -32020
MISSING_CAPABILITY = -32021
UNSUPPORTED_VERSION = -32022

_ids = itertools.count(1)


def fresh_id() -> int:
    """A request id that this process has not used yet."""
    return next(_ids)


def request(method: str, params: Mapping[str, Any] | None = None, *, id: Any = None) -> JsonObject:
    message: JsonObject = {"jsonrpc": "2.0", "id": fresh_id() if id is None else id, "method": method}
    if params is not None:
        message["params"] = dict(params)
    return message


def notification(method: str, params: Mapping[str, Any] | None = None) -> JsonObject:
    message: JsonObject = {"jsonrpc": "2.0", "method": method}
    if params is not None:
        message["params"] = dict(params)
    return message


def result_response(id: Any, result: Mapping[str, Any]) -> JsonObject:
    return {"jsonrpc": "2.0", "id": id, "result": dict(result)}


def error_response(id: Any, code: int, message: str) -> JsonObject:
    return {"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}}


def encode(message: Any) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def each(value: Any) -> Iterator[Any]:
    """The messages of a JSON value: itself, or the members of a batch."""
    if isinstance(value, list):
        yield from value
    else:
        yield value


def is_request(message: Any) -> bool:
    return isinstance(message, dict) and "method" in message and "id" in message


def is_notification(message: Any) -> bool:
    return isinstance(message, dict) and "method" in message and "id" not in message


def is_response(message: Any) -> bool:
    return isinstance(message, dict) and "method" not in message and ("result" in message or "error" in message)


def same_id(first: Any, second: Any) -> bool:
    """Ids are equal in value and in JSON type: 1 and "1" differ, and so do 1 and true."""
    return type(first) is type(second) and first == second


_PLAIN_HEADER = re.compile(r"[\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?")


def header_value(value: str) -> str:
    """A body value as the value of a mirrored header (2026-07-28 streamable-http#value-encoding)."""
    sentinel = value.startswith("=?base64?") and value.endswith("?=")
    if value and _PLAIN_HEADER.fullmatch(value) and not sentinel:
        return value
    return f"=?base64?{base64.b64encode(value.encode()).decode()}?="
