"""The healthy endpoint on the wire of the legacy revisions: sessions, streams, batches, cancellation."""

import json
import threading
from typing import Any

import httpx
import pytest

from conformance.protocol.revisions import LEGACY
from conformance.reference.embedded import Embedded

from .clients import BASE, Client, connect, handshake, messages_in, streamed

WATCHED = "test://watched-resource"


@pytest.fixture(scope="module", params=LEGACY)
def client(request: pytest.FixtureRequest, http: httpx.Client, embedded: Embedded) -> Client:
    return connect(http, embedded.url(), request.param, sampling={}, elicitation={})


@pytest.fixture
def latest(http: httpx.Client, embedded: Embedded) -> Client:
    return connect(http, embedded.url(), "2025-11-25", sampling={}, elicitation={})


def test_notification_is_accepted_without_a_body(client: Client) -> None:
    cancelled = {"method": "notifications/cancelled", "params": {"requestId": 999}}

    response = client.post({"jsonrpc": "2.0", **cancelled})

    assert (response.status_code, response.content) == (202, b"")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", -32700),
        (b"", -32700),
        (b"\xff\xfe{}", -32700),
        (b"null", -32600),
        (b"[]", -32600),
        (b'"text"', -32600),
        (b"{}", -32600),
        (b'{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600),
        (b'{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600),
        (b'{"jsonrpc":"2.0","id":true,"method":"ping"}', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":7}', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}', -32600),
    ],
)
def test_what_is_no_message_is_refused(client: Client, body: bytes, code: int) -> None:
    response = client.http.post(client.url, content=body, headers={**BASE, **client.headers})

    assert response.status_code == 400
    assert response.json()["error"]["code"] == code
    assert response.json().get("id", 1) == 1


def test_request_without_a_session_is_a_bad_request(http: httpx.Client, embedded: Embedded) -> None:
    response = Client(http, embedded.url(), "2025-11-25").send("tools/list")

    assert response.status_code == 400
    assert "mcp-session-id" not in response.headers
    assert "id" not in response.json()


def test_failed_handshake_opens_no_session(http: httpx.Client, embedded: Embedded) -> None:
    response = Client(http, embedded.url(), "2025-11-25").send("initialize", {"protocolVersion": 7})

    assert messages_in(response)[-1]["error"]["code"] == -32602
    assert "mcp-session-id" not in response.headers


def test_ended_and_unknown_sessions_are_not_found(http: httpx.Client, embedded: Embedded) -> None:
    client = connect(http, embedded.url(), "2025-03-26")

    assert http.delete(client.url, headers={**BASE, **client.headers}).status_code == 200
    assert client.send("ping").status_code == 404
    assert client.post([{"jsonrpc": "2.0", "id": 1, "method": "ping"}]).status_code == 404
    client.headers["mcp-session-id"] = "never-given-out"
    assert client.send("ping").status_code == 404


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST"])
def test_unknown_version_header_is_a_bad_request(latest: Client, method: str) -> None:
    headers = {**BASE, **latest.headers, "mcp-protocol-version": "1999-01-01"}

    (message,) = latest.prepared("tools/list")
    response = latest.http.request(method, latest.url, json=message, headers=headers)

    assert response.status_code == 400


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_other_methods_are_not_allowed(latest: Client, method: str) -> None:
    response = latest.http.request(method, latest.url, headers={**BASE, **latest.headers})

    assert response.status_code == 405
    assert "POST" in response.headers["allow"]


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost.evil.example"},
        {"origin": "http://localhost:80.evil.example"},
        {"host": "evil.example"},
        {"host": "localhost.evil.example:80"},
    ],
)
def test_foreign_origin_or_host_is_forbidden(latest: Client, headers: dict[str, str]) -> None:
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}

    response = latest.http.post(latest.url, json=ping, headers={**BASE, **latest.headers, **headers})

    assert response.status_code == 403
    assert "id" not in response.json()


@pytest.mark.parametrize("origin", ["http://localhost", "http://127.0.0.1:9", "http://[::1]:1"])
def test_local_origin_is_served(latest: Client, origin: str) -> None:
    assert latest.post({"jsonrpc": "2.0", "id": 1, "method": "ping"}, origin=origin).status_code == 200


def test_batch_is_served_in_2025_03_26(http: httpx.Client, embedded: Embedded) -> None:
    client = connect(http, embedded.url(), "2025-03-26")
    call = {"name": "test_tool_with_progress", "_meta": {"progressToken": "t"}}

    response = client.post(
        [
            {"jsonrpc": "2.0", "id": 1, "method": "ping"},
            {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 99}},
            {"jsonrpc": "2.0", "id": "1", "method": "tools/call", "params": call},
            {"jsonrpc": "2.0", "id": 2, "method": "no/such/method"},
        ]
    )

    messages = messages_in(response)
    answers = {json.dumps(message["id"]): message for message in messages if "id" in message}
    assert set(answers) == {"1", '"1"', "2"}
    assert answers["2"]["error"]["code"] == -32601
    assert sum("method" in message for message in messages) == 3


def test_batch_without_requests_is_accepted(http: httpx.Client, embedded: Embedded) -> None:
    client = connect(http, embedded.url(), "2025-03-26")
    cancelled = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 99}}

    response = client.post([cancelled, cancelled])

    assert (response.status_code, response.content) == (202, b"")


@pytest.mark.parametrize("revision", [revision for revision in LEGACY if revision != "2025-03-26"])
def test_batch_is_refused_elsewhere(http: httpx.Client, embedded: Embedded, revision: str) -> None:
    response = connect(http, embedded.url(), revision).post([{"jsonrpc": "2.0", "id": 1, "method": "ping"}])

    assert response.status_code == 400
    assert response.json()["error"]["code"] == -32600


def test_ids_of_equal_text_are_different_requests(latest: Client) -> None:
    slow = {"name": "longRunningOperation", "arguments": {"duration": 0.3, "steps": 1}}
    answers: dict[str, Any] = {}

    def call(id: Any) -> None:
        message = {"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": slow}
        answers[json.dumps(id)] = messages_in(latest.post(message))[-1]["id"]

    threads = [threading.Thread(target=call, args=(id,)) for id in (1, "1")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert answers == {"1": 1, '"1"': "1"}


def test_cancelled_request_ends_without_an_answer(latest: Client) -> None:
    slow = {"duration": 30, "steps": 100}
    call = {"name": "longRunningOperation", "arguments": slow, "_meta": {"progressToken": 1}}

    with latest.stream("tools/call", call) as messages:
        assert next(messages)["method"] == "notifications/progress"
        latest.post({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 2}})
        rest = list(messages)

    assert all(message["method"] == "notifications/progress" for message in rest)


def test_disconnect_is_no_cancellation_and_the_stream_can_be_resumed(latest: Client) -> None:
    slow = {"duration": 0.6, "steps": 3}
    call = {"name": "longRunningOperation", "arguments": slow, "_meta": {"progressToken": 1}}
    message = {"jsonrpc": "2.0", "id": "slow", "method": "tools/call", "params": call}
    headers = {**BASE, **latest.headers}

    with latest.http.stream("POST", latest.url, json=message, headers=headers) as response:
        event_id = next(line for line in response.iter_lines() if line.startswith("id:"))[3:].strip()
    with latest.http.stream("GET", latest.url, headers={**headers, "last-event-id": event_id}) as response:
        resumed = list(streamed(response))

    assert resumed[-1]["id"] == "slow"
    assert "result" in resumed[-1]


def test_early_closed_stream_is_resumed(latest: Client) -> None:
    closed = latest.send("tools/call", {"name": "test_reconnection"})
    event_id = next(line for line in closed.text.splitlines() if line.startswith("id:"))[3:].strip()

    headers = {**BASE, **latest.headers, "last-event-id": event_id}
    with latest.http.stream("GET", latest.url, headers=headers) as response:
        (resumed,) = streamed(response)

    assert messages_in(closed) == []
    assert "result" in resumed


def test_another_session_cannot_resume(latest: Client, http: httpx.Client, embedded: Embedded) -> None:
    other = connect(http, embedded.url(), "2025-11-25")
    lines = latest.send("ping").text.splitlines()
    first = next(line for line in lines if line.startswith("id:"))[3:].strip()

    headers = {**BASE, **other.headers, "last-event-id": first}
    with http.stream("GET", other.url, headers=headers) as response:
        assert list(streamed(response)) == []


def test_subscriber_is_told_of_an_update_on_the_get_stream(client: Client) -> None:
    client.result("resources/subscribe", {"uri": WATCHED})
    headers = {**BASE, **client.headers}

    with client.http.stream("GET", client.url, headers=headers) as response:
        second = client.http.get(client.url, headers=headers)
        client.call("update_watched_resource")
        client.call("test_trigger_tool_change")
        messages = streamed(response)
        got = [next(messages), next(messages)]
    client.result("resources/unsubscribe", {"uri": WATCHED})

    assert second.status_code == 405
    assert (got[0]["method"], got[0]["params"]) == ("notifications/resources/updated", {"uri": WATCHED})
    assert got[1] == {"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}


def test_log_level_is_kept(latest: Client) -> None:
    latest.result("logging/setLevel", {"level": "error"})
    quiet = latest.all_of("tools/call", {"name": "test_tool_with_logging"})
    latest.result("logging/setLevel", {"level": "debug"})
    loud = latest.all_of("tools/call", {"name": "test_tool_with_logging"})

    assert len(quiet) == 1
    assert [message["params"]["level"] for message in loud[:-1]] == ["info"] * 3
    assert latest.error("logging/setLevel", {"level": "shout"})["code"] == -32602


def test_tool_asks_the_client(latest: Client) -> None:
    with latest.stream("tools/call", {"name": "test_sampling", "arguments": {}}) as messages:
        question = next(messages)
        text = {"type": "text", "text": "hello"}
        answer = {"role": "assistant", "content": text, "model": "test"}
        accepted = latest.post({"jsonrpc": "2.0", "id": question["id"], "result": answer})
        final = next(messages)

    assert question["method"] == "sampling/createMessage"
    assert accepted.status_code == 202
    assert final["result"]["content"][0]["text"] == "The model said: hello"


@pytest.mark.parametrize("revision", LEGACY)
def test_invalid_arguments(http: httpx.Client, embedded: Embedded, revision: str) -> None:
    (answer,) = connect(http, embedded.url(), revision).all_of("tools/call", {"name": "echo", "arguments": {}})

    if revision == "2025-11-25":
        assert answer["result"]["isError"] is True
    else:
        assert answer["error"]["code"] == -32602


def test_handshake_needs_no_version_header(http: httpx.Client, embedded: Embedded) -> None:
    client = Client(http, embedded.url(), "2024-11-05")

    assert client.result("initialize", handshake("2024-11-05"))["protocolVersion"] == "2024-11-05"
