"""What users say, as the target hears it: sessions, pings, streams, and only what may be called."""

import asyncio
import json
from collections import Counter
from pathlib import Path

from benchmarks.load.targets.answers import CHUNKED
from benchmarks.load.targets.event_answers import data, head
from benchmarks.load.targets.http import Answer, Connection, Request
from benchmarks.load.targets.mcp import TOOL, Call, Endpoint, Json, response, resulted
from benchmarks.load.targets.streams import chunk, event
from tests.load.commands import QUICK, Ran, load
from tests.load.hosting import Counting, hosted

LEGACY, MODERN = "--revision=2025-11-25", "--revision=2026-07-28"
TEXT = {"content": [{"type": "text", "text": "done"}]}


def run(directory: Path, *options: object) -> Ran:
    return load(directory, *options, *QUICK)


class Recording(Endpoint):
    """Keeps of each request of a user its method, session, revision and connection."""

    def __init__(self) -> None:
        super().__init__(eras=("legacy",))
        self.heard: list[tuple[str, str, str, int]] = []

    def handle(self, request: Request, connection: Connection) -> None:
        if "(load)" in request.headers.get("user-agent", ""):
            method = json.loads(request.body)["method"] if request.method == "POST" else request.method
            session, version = (request.headers.get(name, "") for name in ("mcp-session-id", "mcp-protocol-version"))
            self.heard.append((method, session, version, id(connection)))
        super().handle(request, connection)


def test_an_agent_is_one_client_with_one_session(tmp_path: Path) -> None:
    endpoint = Recording()
    with hosted(endpoint) as host:
        done = run(tmp_path, host.url, LEGACY, "--scenario=agent-session", "--rate=20")
    started = sum(phase.arrivals.started for phase in done.result.phases)
    sessions = {session for _, session, _, _ in endpoint.heard if session}
    assert len(sessions) == started == 24
    for session in sessions:
        requests = [one for one in endpoint.heard if one[1] == session]
        assert [one[0] for one in requests] == ["notifications/initialized", "tools/list", "tools/call", "DELETE"]
        assert {one[2] for one in requests} == {"2025-11-25"}
        assert len({one[3] for one in requests}) == 1, "one connection"
    assert [one[0] for one in endpoint.heard if not one[1]] == ["initialize"] * started
    assert endpoint.sessions == set()


class Forgetful(Counting):
    """Forgets all sessions at the call of that number."""

    def __init__(self, number: int) -> None:
        super().__init__(number, lambda: self.sessions.clear())


def test_a_session_that_the_server_forgot_is_opened_again(tmp_path: Path) -> None:
    endpoint = Forgetful(50)
    with hosted(endpoint) as host:
        done = run(tmp_path, host.url, LEGACY, "--users=2", "--think=0.02")
    call = done.operation("tools/call work")
    assert call.failures == {"http": 2}, "each user was told once"
    assert "HTTP 404" in call.examples["http"]
    assert (done.operation("initialize").kind, done.operation("initialize").good) == ("setup", 2)
    assert call.good > 20
    assert endpoint.sessions == set(), "sessions that stayed open are ended with the run"


class Asking(Endpoint):
    """Has tools that may be called, that may not, and that do not answer well; asks its client in the middle of a call
    whether it is still there, and waits for the answer."""

    def __init__(self) -> None:
        super().__init__(eras=("legacy",))
        self.called: Counter[str] = Counter()
        self.pongs = 0
        self._waiting: dict[str, tuple[Connection, bytes]] = {}

    def handle(self, request: Request, connection: Connection) -> None:
        message = json.loads(request.body) if request.method == "POST" else {}
        if message.get("id") in self._waiting and "result" in message:
            self.pongs += 1
            waiting, answer = self._waiting.pop(message["id"])
            waiting.send(chunk(data(answer)) + chunk(b""))
            waiting.finish()
            connection.answer(Answer(202, content_type=""))
        else:
            super().handle(request, connection)

    def _answer(self, request: Request, call: Call) -> Answer:
        if call.method != "tools/list":
            return super()._answer(request, call)
        hints: dict[str, Json] = {
            "look": {"readOnlyHint": True}, "odd": {"readOnlyHint": True}, "broken": {"readOnlyHint": True},
            "drop": {"destructiveHint": True, "readOnlyHint": False}, "maybe": {}, "write": {"readOnlyHint": False},
        }  # fmt: skip
        return resulted(call, {"tools": [{**TOOL, "name": name, "annotations": hint} for name, hint in hints.items()]})

    def call(self, request: Request, call: Call, connection: Connection) -> None:
        name = call.arguments()["name"]
        self.called[name] += 1
        if name == "look":
            asked = f"are you there {self.called[name]}?"
            self._waiting[asked] = (connection, response(call, TEXT))
            connection.send(head(CHUNKED) + chunk(event({"jsonrpc": "2.0", "method": "ping", "id": asked})))
        elif name == "odd" and self.called[name] > 1:
            connection.answer(resulted(call, {"content": [{"type": "text"}]}))
        else:
            connection.answer(resulted(call, {**TEXT, "isError": name == "broken"}))


def test_only_tools_that_may_be_called_and_answer_well_are_called(tmp_path: Path) -> None:
    endpoint = Asking()
    with hosted(endpoint) as host:
        done = run(tmp_path, host.url, LEGACY, "--rate=20")
    look, odd = done.operation("tools/call look"), done.operation("tools/call odd")
    assert set(endpoint.called) == {"look", "odd", "broken"}
    assert endpoint.called["broken"] == 1, "when it was tried"
    assert endpoint.pongs == endpoint.called["look"]
    assert (look.good, look.failures) == (10, {})
    assert look.first_event is not None
    assert look.first_event.count == 10
    assert odd.count == 10
    assert odd.failures.get("content", 0) > 0, "a sample was held against the schema of the revision"
    assert "schema" in odd.examples["content"]


class Ending(Endpoint):
    """Ends each stream by itself, soon after it was opened."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = 0

    def stream(self, request: Request, connection: Connection) -> None:
        self.opened += 1
        connection.send(head(CHUNKED) + chunk(b": welcome\n\n"))
        asyncio.get_running_loop().call_later(0.05, self._end, connection)

    def _end(self, connection: Connection) -> None:
        connection.send(chunk(b""))
        connection.finish()


def test_a_stream_that_the_server_ends_early_is_told(tmp_path: Path) -> None:
    endpoint = Ending()
    with hosted(endpoint) as host:
        done = load(
            tmp_path, host.url, LEGACY, "--scenario=stream-holder", "--users=2", "--duration=0.8", "--warm-up=0",
            "--rounds=1",
        )  # fmt: skip
    streams = done.phase.streams
    assert streams is not None
    assert streams.opened == endpoint.opened
    assert streams.opened - 2 <= streams.broken <= streams.opened
    assert streams.opened <= 2 * 9, "a server that ends streams is not hammered"
    assert (done.operation("GET").good, done.operation("GET").failures) == (streams.opened, {}), "it may end them"


class Deaf(Endpoint):
    """Never answers who wants to listen."""

    def listen(self, request: Request, call: Call, connection: Connection) -> None:
        return


def test_a_stream_that_is_never_opened_is_one_failure(tmp_path: Path) -> None:
    with hosted(Deaf()) as host:
        done = load(
            tmp_path, host.url, MODERN, "--scenario=stream-holder", "--users=2", "--duration=0.5", "--warm-up=0",
            "--rounds=1", "--request-timeout=0.6",
        )  # fmt: skip
    listen = done.operation("subscriptions/listen")
    assert (listen.good, listen.failures) == (0, {"timeout": 2})
    assert done.phase.arrivals.started == 2
    assert done.phase.streams is not None
    assert done.phase.streams.opened == 0


def test_a_tool_that_may_not_be_called_is_not_called_when_named(tmp_path: Path) -> None:
    endpoint = Asking()
    with hosted(endpoint) as host:
        done = run(tmp_path, host.url, "--tool=drop", LEGACY)
    assert done.code == 4
    assert "--tool: drop is no tool that this run may call" in done.err
    assert endpoint.called == {}
