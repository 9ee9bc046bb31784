"""A fixed series of exchanges, whose transcripts tell a healthy endpoint from a faulty one."""

import re
from collections.abc import Iterator
from typing import Any

import httpx

from conformance.protocol.revisions import LEGACY

from .clients import BASE, META, handshake

SECONDS = 1.5
_CALLS: dict[str, dict[str, Any]] = {
    name: {}
    for name in (
        "test_simple_text",
        "test_image_content",
        "test_audio_content",
        "test_embedded_resource",
        "test_resource_link",
        "test_multiple_content_types",
        "test_error_handling",
        "test_tool_with_logging",
        "test_tool_with_progress",
        "test_logging_tool",
        "test_streaming_elicitation",
        "test_input_required_result_request_state",
        "test_missing_capability",
        "no_such_tool",
    )
} | {
    "echo": {"message": "hello"},
    "get_weather": {"city": "Delft"},
    "add": {"a": 1, "b": "two"},
    "longRunningOperation": {"duration": 0.1, "steps": 2},
    "test_header_parameters": {"region": "north"},
}
_LISTS = ("tools/list", "resources/list", "resources/templates/list", "prompts/list")
_VOLATILE = re.compile(r"[0-9a-f]{32}|\w{3}, \d\d \w{3} \d{4} [\d:]+ GMT|[A-Za-z0-9_=-]+\.[0-9a-f]{64}")
_EVENT_ID = re.compile(r"^id: .*$", re.MULTILINE)

Transcript = Iterator[str]
Exchange = tuple[str, dict[str, str], Any]


def transcript(http: httpx.Client, url: str, revision: str) -> Transcript:
    """What each exchange of the series brings, without what differs from run to run."""
    known: dict[str, str] = {}

    def numbered(match: re.Match[str]) -> str:
        return known.setdefault(match[0], f"id: #{len(known)}")

    session: dict[str, str] = {}
    for method, headers, body in _exchanges(revision):
        text = _exchange(http, url, method, {**BASE, **session, **headers}, body, session)
        yield f"{method} {headers} {body!r} -> {_EVENT_ID.sub(numbered, _VOLATILE.sub('*', text))}"


def _exchange(
    http: httpx.Client, url: str, method: str, headers: dict[str, str], body: Any, session: dict[str, str]
) -> str:
    content = {"content": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
    try:
        with http.stream(method, url, headers=headers, timeout=SECONDS, **content) as response:
            head = f"{response.status_code} {sorted(response.headers.multi_items())}"
            if "initialize" in str(body) and "mcp-session-id" in response.headers:
                session["mcp-session-id"] = response.headers["mcp-session-id"]
            endless = method == "GET" and response.status_code == 200
            return head if endless else f"{head}\n{response.read().decode()}"
    except httpx.HTTPError as error:
        return type(error).__name__


def _exchanges(revision: str) -> Iterator[Exchange]:
    era = _legacy(revision) if revision in LEGACY else _modern()
    yield from era
    for raw in (b"{", b"null", b"[]", b'{"jsonrpc":"2.0","id":1}', b"\xff"):
        yield "POST", _head(revision, {}), raw


def _legacy(revision: str) -> Iterator[Exchange]:
    head = _head(revision, {})
    yield "POST", {}, _request("initialize", handshake(revision), 0)
    yield "POST", {}, _request("initialize", handshake("1999-01-01"), 0)
    yield "POST", {}, _request("initialize", handshake(revision), 0)
    yield "POST", head, {"jsonrpc": "2.0", "method": "notifications/initialized"}
    for method, params in _requests():
        yield "POST", head, _request(method, params)
    yield "POST", head, [_request("ping", {}), _request("tools/list", {}, "b")]
    yield "POST", {**head, "origin": "http://evil.example"}, _request("ping", {})
    yield "POST", {**head, "mcp-protocol-version": "1999-01-01"}, _request("ping", {})
    yield "POST", {**head, "accept": "application/json"}, _request("ping", {})
    yield "POST", {**head, "mcp-session-id": "unknown"}, _request("ping", {})
    yield "POST", {**head, "mcp-session-id": ""}, _request("ping", {})
    yield "GET", head, None
    yield "PUT", head, None
    yield "DELETE", head, None
    yield "POST", head, _request("ping", {})


def _modern() -> Iterator[Exchange]:
    for method, params in [("server/discover", {}), *_requests()]:
        request = _request(method, {**params, "_meta": {**META, **params.get("_meta", {})}})
        yield "POST", _head("2026-07-28", request), request
    listed = _request("tools/list", {"_meta": META})
    head = _head("2026-07-28", listed)
    for name, value in (("mcp-method", "x"), ("mcp-protocol-version", "2099-01-01"), ("mcp-session-id", "x")):
        yield "POST", {**head, name: value}, listed
    yield "POST", {**head, "origin": "http://evil.example"}, listed
    yield "POST", head, _request("tools/list", {})
    yield "POST", head, {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}
    future = {**META, "io.modelcontextprotocol/protocolVersion": "2099-01-01"}
    yield "POST", {**head, "mcp-protocol-version": "2099-01-01"}, _request("tools/list", {"_meta": future})
    called = _request("tools/call", {"name": "echo", "arguments": {"message": "x"}, "_meta": META})
    yield "POST", {**_head("2026-07-28", called), "mcp-name": "add"}, called
    yield "POST", {**_head("2026-07-28", called), "mcp-name": "=?base64?ZWNobw==?="}, called
    yield "GET", head, None
    yield "DELETE", head, None


def _requests() -> Iterator[tuple[str, dict[str, Any]]]:
    yield "ping", {}
    for method in _LISTS:
        yield method, {}
        yield method, {"cursor": "nonsense"}
    for name, arguments in _CALLS.items():
        meta = {"progressToken": "p", "io.modelcontextprotocol/logLevel": "debug"}
        yield "tools/call", {"name": name, "arguments": arguments, "_meta": meta}
    for uri in ("test://static-text", "test://static-binary", "test://template/123/data", "test://nothing"):
        yield "resources/read", {"uri": uri}
    yield "resources/subscribe", {"uri": "test://watched-resource"}
    yield "resources/unsubscribe", {"uri": "test://watched-resource"}
    yield "prompts/get", {"name": "test_simple_prompt"}
    yield "prompts/get", {"name": "test_prompt_with_arguments", "arguments": {"arg1": "a", "arg2": "b"}}
    yield "prompts/get", {"name": "test_prompt_with_arguments"}
    yield "prompts/get", {"name": "no_such_prompt"}
    prompt = {"type": "ref/prompt", "name": "test_prompt_with_arguments"}
    yield "completion/complete", {"ref": prompt, "argument": {"name": "arg1", "value": "a"}}
    yield "completion/complete", {"ref": {**prompt, "name": "none"}, "argument": {"name": "a", "value": ""}}
    yield "logging/setLevel", {"level": "debug"}
    yield "logging/setLevel", {"level": "shout"}
    yield "no/such/method", {}


def _request(method: str, params: dict[str, Any], id: Any = 1) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": id, "method": method, "params": params}


def _head(revision: str, request: dict[str, Any]) -> dict[str, str]:
    if revision < "2025-06-18":
        return {}
    head = {"mcp-protocol-version": revision}
    if revision in LEGACY:
        return head
    params = request.get("params", {})
    name = params.get("name", params.get("uri"))
    parameters = {"mcp-param-region": "north"} if name == "test_header_parameters" else {}
    return head | {"mcp-method": request.get("method", "")} | ({"mcp-name": name} if name else {}) | parameters
