"""The healthy endpoint, in each of the five revisions, judged by the schemas of that revision."""

from typing import Any

import httpx
import pytest

from conformance.protocol.revisions import LEGACY, REVISIONS
from conformance.protocol.schemas import check_message, check_result
from conformance.reference.embedded import Embedded

from .clients import ARRAYS, Client, connect, handshake, messages_in

WRITING = (
    "write_note",
    "delete_notes",
    "update_watched_resource",
    "test_trigger_tool_change",
    "test_trigger_prompt_change",
)
ASKING = (
    "test_sampling",
    "test_reconnection",
    "test_elicitation",
    "test_elicitation_sep1034_defaults",
    "test_elicitation_sep1330_enums",
)
UNKNOWN_PROMPT = {"type": "ref/prompt", "name": "no_such_prompt"}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "echo": {"message": "hello"},
    "add": {"a": 1, "b": 2.5},
    "get_weather": {"city": "Delft"},
    "json_schema_2020_12_tool": {"name": "Ada", "email": "ada@example.org"},
    "longRunningOperation": {"duration": 0.05, "steps": 2},
    "typed_arguments": {
        "name": "Ada",
        "level": "low",
        "count": 1,
        "ratio": 0.5,
        "active": True,
        "tags": ["a"],
        "place": {"street": "Main"},
    },
}


@pytest.fixture(scope="module", params=REVISIONS)
def client(request: pytest.FixtureRequest, http: httpx.Client, embedded: Embedded) -> Client:
    return connect(http, embedded.url(), request.param, sampling={}, elicitation={"form": {}}, roots={})


@pytest.mark.parametrize("method", ARRAYS)
def test_lists_have_pages_that_follow_the_schema(client: Client, method: str) -> None:
    pages = client.pages(method)

    assert len(pages) >= 2
    names = [item.get("uriTemplate", item.get("uri", item["name"])) for page in pages for item in page]
    assert len(names) == len(set(names))
    assert check_result(client.revision, method, client.result(method)) == []


@pytest.mark.parametrize("method", ARRAYS)
@pytest.mark.parametrize("cursor", ["nonsense", "", "LTE", "AAAAAHRvb2xzOi0x"])
def test_foreign_cursor_is_invalid_params(client: Client, method: str, cursor: str) -> None:
    assert client.error(method, {"cursor": cursor})["code"] == -32602


def test_cursor_of_another_list_is_invalid_params(client: Client) -> None:
    cursor = client.result("tools/list")["nextCursor"]

    assert client.error("prompts/list", {"cursor": cursor})["code"] == -32602


def test_every_read_only_tool_answers_by_the_schema(client: Client) -> None:
    called = 0
    for tool in (tool for page in client.pages("tools/list") for tool in page):
        if tool["name"] in WRITING or (tool["name"] in ASKING and client.revision in LEGACY):
            continue
        params = {"name": tool["name"], "arguments": ARGUMENTS.get(tool["name"], {})}
        params["_meta"] = {"progressToken": "token"}
        for message in client.all_of("tools/call", params):
            problems = check_message(client.revision, message, sender="server", request_method="tools/call")
            assert problems == [], (tool["name"], message)
        called += 1
    assert called >= 13


def test_annotations_tell_reading_from_writing(client: Client) -> None:
    tools = {tool["name"]: tool.get("annotations") for page in client.pages("tools/list") for tool in page}

    assert tools["write_note"] is None
    if client.revision >= "2025-03-26":
        assert tools["echo"] == {"readOnlyHint": True}
        assert tools["delete_notes"] == {"readOnlyHint": False, "destructiveHint": True}
    else:
        assert tools["echo"] is None


def test_every_resource_can_be_read(client: Client) -> None:
    for resource in (item for page in client.pages("resources/list") for item in page):
        result = client.result("resources/read", {"uri": resource["uri"]})
        assert check_result(client.revision, "resources/read", result) == []
        assert result["contents"][0]["uri"] == resource["uri"]


def test_unknown_resource_error_depends_on_the_era(client: Client) -> None:
    code = -32002 if client.revision in LEGACY else -32602

    assert client.error("resources/read", {"uri": "test://nothing-here"})["code"] == code


def test_every_prompt_can_be_got(client: Client) -> None:
    for prompt in (item for page in client.pages("prompts/list") for item in page):
        arguments = {argument["name"]: "test://x" for argument in prompt.get("arguments", [])}
        result = client.result("prompts/get", {"name": prompt["name"], "arguments": arguments})
        assert check_result(client.revision, "prompts/get", result) == []


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("tools/call", {"name": "no_such_tool", "arguments": {}}),
        ("prompts/get", {"name": "no_such_prompt"}),
        ("prompts/get", {"name": "test_prompt_with_arguments", "arguments": {"arg1": "only one"}}),
        ("completion/complete", {"ref": UNKNOWN_PROMPT, "argument": {"name": "a", "value": ""}}),
    ],
)
def test_wrong_names_are_invalid_params(client: Client, method: str, params: dict[str, Any]) -> None:
    assert client.error(method, params)["code"] == -32602


def test_completion_is_capped_at_a_hundred(client: Client) -> None:
    ref = {"type": "ref/prompt", "name": "test_prompt_with_arguments"}

    many = client.result("completion/complete", {"ref": ref, "argument": {"name": "arg1", "value": "al"}})
    few = client.result("completion/complete", {"ref": ref, "argument": {"name": "arg2", "value": "t"}})

    assert (len(many["completion"]["values"]), many["completion"]["hasMore"]) == (100, True)
    assert few["completion"]["values"] == ["two", "three"]


def test_progress_precedes_the_response(client: Client) -> None:
    params = {"name": "test_tool_with_progress", "_meta": {"progressToken": 7}}

    *progress, response = client.all_of("tools/call", params)

    assert [each["params"]["progress"] for each in progress] == [0, 50, 100]
    assert {each["params"]["progressToken"] for each in progress} == {7}
    assert "result" in response


def test_no_progress_without_a_token(client: Client) -> None:
    assert len(client.all_of("tools/call", {"name": "test_tool_with_progress"})) == 1


@pytest.mark.parametrize("id", [0, -1, 2**60, "", "a", "1"])
def test_id_is_echoed_with_its_type(client: Client, id: Any) -> None:
    (message,) = client.prepared("tools/list")
    message["id"] = id
    headers = client.mirrored(message) if client.revision not in LEGACY else {}  # type: ignore[attr-defined]

    response = client.post(message, **headers)

    (answer,) = messages_in(response)
    assert (type(answer["id"]), answer["id"]) == (type(id), id)


def test_unknown_method(client: Client) -> None:
    response = client.send("no/such/method")

    assert response.status_code == (200 if client.revision in LEGACY else 404)
    assert client.error("no/such/method")["code"] == -32601


@pytest.mark.parametrize("version", [*LEGACY, "2026-07-28", "1999-01-01", "nonsense"])
def test_initialize_negotiates(http: httpx.Client, embedded: Embedded, version: str) -> None:
    client = Client(http, embedded.url(), version)

    result = client.result("initialize", handshake(version))

    assert result["protocolVersion"] == (version if version in LEGACY else "2025-11-25")
    assert check_result(result["protocolVersion"], "initialize", result) == []


def test_discover(http: httpx.Client, embedded: Embedded) -> None:
    client = connect(http, embedded.url(), "2026-07-28")

    result = client.result("server/discover")

    assert check_result("2026-07-28", "server/discover", result) == []
    assert "2026-07-28" in result["supportedVersions"]
