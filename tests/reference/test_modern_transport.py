"""The healthy endpoint on the wire of 2026-07-28: headers, versions, statelessness, multi round-trips."""

import time
from typing import Any

import httpx
import pytest

from conformance.reference.embedded import Embedded

from .clients import BASE, META, ModernClient, connect, messages_in

HEADERS = {"mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "echo"}
CALL = {
    "jsonrpc": "2.0",
    "id": 5,
    "method": "tools/call",
    "params": {"name": "echo", "arguments": {"message": "x"}, "_meta": META},
}


@pytest.fixture
def client(http: httpx.Client, embedded: Embedded) -> ModernClient:
    connected = connect(http, embedded.url(), "2026-07-28", sampling={}, elicitation={"form": {}}, roots={})
    assert isinstance(connected, ModernClient)
    return connected


@pytest.mark.parametrize(
    "changes",
    [
        {"mcp-protocol-version": None},
        {"mcp-protocol-version": "2025-11-25"},
        {"mcp-protocol-version": "2099-01-01"},
        {"mcp-method": None},
        {"mcp-method": "tools/list"},
        {"mcp-method": "TOOLS/CALL"},
        {"mcp-name": None},
        {"mcp-name": "add"},
        {"mcp-name": "=?base64?ZWNobw?="},
        {"mcp-name": "ECHO"},
    ],
)
def test_headers_that_do_not_match_are_refused(client: ModernClient, changes: dict[str, str | None]) -> None:
    headers = {name: value for name, value in (HEADERS | changes).items() if value is not None}

    response = client.post(CALL, **headers)

    assert response.status_code == 400
    assert response.json()["error"]["code"] == -32020
    assert response.json()["id"] == 5


def test_header_with_raw_latin_1_is_refused(client: ModernClient) -> None:
    message = {**CALL, "params": {"name": "caf\u00e9", "arguments": {}, "_meta": META}}
    headers = {**BASE, **HEADERS, "mcp-name": "caf\u00e9"}
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]

    response = client.http.post(client.url, json=message, headers=raw)

    assert (response.status_code, response.json()["error"]["code"]) == (400, -32020)


def test_encoded_name_and_odd_case_of_header_names_are_understood(client: ModernClient) -> None:
    headers = {"MCP-PROTOCOL-VERSION": "2026-07-28", "mCP-mETHOD": "tools/call", "Mcp-Name": "=?base64?ZWNobw==?="}

    assert client.http.post(client.url, json=CALL, headers={**BASE, **headers}).status_code == 200


@pytest.mark.parametrize(
    ("header", "status"),
    [("north", 200), ("=?base64?bm9ydGg=?=", 200), ("south", 400), (None, 400), ("=?base64?!?=", 400)],
)
def test_parameter_headers_are_compared(client: ModernClient, header: str | None, status: int) -> None:
    params = {"name": "test_header_parameters", "arguments": {"region": "north"}}
    (message,) = client.prepared("tools/call", params)
    extra = {} if header is None else {"mcp-param-region": header}

    response = client.post(message, **client.mirrored(message), **extra)

    assert response.status_code == status
    if status == 400:
        assert response.json()["error"]["code"] == -32020


def test_integer_parameter_is_compared_as_a_number(client: ModernClient) -> None:
    (message,) = client.prepared("tools/call", {"name": "test_header_parameters", "arguments": {"limit": 42}})

    response = client.post(message, **client.mirrored(message), mcp_param_limit="42.0")

    assert response.status_code == 200


@pytest.mark.parametrize("version", ["1999-01-01", "2026-07-29", "2025-11-25"])
def test_unsupported_version_names_the_supported_ones(client: ModernClient, version: str) -> None:
    meta = {**META, "io.modelcontextprotocol/protocolVersion": version}
    message = {**CALL, "params": {"name": "echo", "arguments": {"message": "x"}, "_meta": meta}}

    response = client.post(message, **(HEADERS | {"mcp-protocol-version": version}))

    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (400, -32022)
    assert "2026-07-28" in error["data"]["supported"]
    assert error["data"]["requested"] == version


@pytest.mark.parametrize("missing", ["io.modelcontextprotocol/clientCapabilities", None])
def test_missing_metadata_is_invalid_params(client: ModernClient, missing: str | None) -> None:
    params: dict[str, Any] = {"name": "echo", "_meta": {k: v for k, v in META.items() if k != missing}}
    if missing is None:
        del params["_meta"]

    response = client.post({**CALL, "params": params}, **HEADERS)

    assert (response.status_code, response.json()["error"]["code"]) == (400, -32602)


@pytest.mark.parametrize("method", ["ping", "logging/setLevel", "resources/subscribe", "no/such/method"])
def test_methods_that_the_revision_lacks_are_not_found(client: ModernClient, method: str) -> None:
    response = client.send(method, {"level": "info", "uri": "test://static-text"})

    assert (response.status_code, response.json()["error"]["code"]) == (404, -32601)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_get_and_delete_are_not_allowed(client: ModernClient, method: str) -> None:
    response = client.http.request(method, client.url, headers={**BASE, "mcp-protocol-version": "2026-07-28"})

    assert response.status_code == 405


def test_session_header_is_ignored_and_none_is_given(client: ModernClient) -> None:
    response = client.send("tools/list", mcp_session_id="whatever", last_event_id="1-1")

    assert response.status_code == 200
    assert "mcp-session-id" not in response.headers


def test_results_carry_type_and_caching_hints(client: ModernClient) -> None:
    result = client.result("tools/list")

    assert (result["resultType"], result["ttlMs"], result["cacheScope"]) == ("complete", 0, "private")


def test_log_only_when_the_request_asks(client: ModernClient) -> None:
    call: dict[str, Any] = {"name": "test_logging_tool", "arguments": {}}

    silent = client.all_of("tools/call", call)
    logged = client.all_of("tools/call", {**call, "_meta": {"io.modelcontextprotocol/logLevel": "debug"}})
    above = client.all_of("tools/call", {**call, "_meta": {"io.modelcontextprotocol/logLevel": "error"}})

    assert [len(messages) for messages in (silent, logged, above)] == [1, 2, 1]


def test_disconnect_is_a_cancellation(client: ModernClient) -> None:
    slow = {"duration": 20, "steps": 100}
    call = {"name": "longRunningOperation", "arguments": slow, "_meta": {"progressToken": 1}}

    def ticks() -> str:
        return str(client.result("resources/read", {"uri": "test://ticks"})["contents"][0]["text"])

    with client.stream("tools/call", call) as messages:
        next(messages)
    readings: list[str] = []
    deadline = time.monotonic() + 5
    while len(readings) < 2 or readings[-1] != readings[-2]:
        assert time.monotonic() < deadline, readings
        time.sleep(0.5)
        readings.append(ticks())


def test_listen_delivers_what_was_asked_for(client: ModernClient) -> None:
    wanted = {"notifications": {"toolsListChanged": True, "resourceSubscriptions": ["test://watched-resource"]}}

    with client.stream("subscriptions/listen", wanted) as messages:
        acknowledged = next(messages)
        client.call("test_trigger_prompt_change")
        client.call("test_trigger_tool_change")
        client.call("update_watched_resource")
        got = [next(messages)["method"], next(messages)["method"]]
    client.call("test_trigger_prompt_change")
    client.call("test_trigger_tool_change")

    assert acknowledged["method"] == "notifications/subscriptions/acknowledged"
    assert got == ["notifications/tools/list_changed", "notifications/resources/updated"]


def test_input_is_asked_for_and_given(client: ModernClient) -> None:
    call: dict[str, Any] = {"name": "test_input_required_result_request_state", "arguments": {}}
    first = client.result("tools/call", call)
    answer = {"action": "accept", "content": {"name": "Ada"}}
    retry = {**call, "inputResponses": {"user_name": answer}, "requestState": first["requestState"]}

    assert first["resultType"] == "input_required"
    assert client.result("tools/call", retry)["content"][0]["text"] == "state-ok: Ada"
    forged = {**retry, "requestState": first["requestState"][:-1] + "!"}
    assert client.error("tools/call", forged)["code"] == -32602


def test_every_round_has_a_new_state(client: ModernClient) -> None:
    call: dict[str, Any] = {"name": "test_input_required_result_multi_round", "arguments": {}}
    states = []
    result = client.result("tools/call", call)
    while result["resultType"] == "input_required":
        states.append(result["requestState"])
        answers = {key: {"action": "accept", "content": {"name": "Ada"}} for key in result["inputRequests"]}
        result = client.result("tools/call", {**call, "inputResponses": answers, "requestState": states[-1]})

    assert len(set(states)) == 2


def test_missing_capability(http: httpx.Client, embedded: Embedded) -> None:
    poor = connect(http, embedded.url(), "2026-07-28")

    response = poor.send("tools/call", {"name": "test_missing_capability"})

    error = messages_in(response)[-1]["error"]
    assert (response.status_code, error["code"]) == (400, -32021)
    assert error["data"]["requiredCapabilities"] == {"sampling": {}}
