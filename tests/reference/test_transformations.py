"""The kinds of transformation, each over a small ASGI application."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from conformance.reference.asgi import App, Event, Receive, Scope, Send
from conformance.reference.exchange import SESSIONS, Message, Request, Response, Sessions
from conformance.reference.sse import ServerSentEvent
from conformance.reference.transformations import (
    DROP,
    Transformation,
    errors,
    events,
    forever,
    messages,
    notifications,
    requests,
    reset,
    responses,
    responses_to,
    results,
    streams,
    wraps,
)

PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
NOTE = {"jsonrpc": "2.0", "method": "notifications/message", "params": {"data": "caf\u00e9\u2028!"}}


async def as_json(scope: Scope, receive: Receive, send: Send) -> None:
    request = await Request.read(scope, receive)
    if request.rpc_method == "fail":
        await Response.of_error(request, -32601, "no").send_to(send)
    else:
        await Response.of_json({"jsonrpc": "2.0", "id": request.id, "result": {"n": 1}}).send_to(send)


async def as_stream(scope: Scope, receive: Receive, send: Send) -> None:
    request = await Request.read(scope, receive)
    head = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    answer = {"jsonrpc": "2.0", "id": request.id, "result": {"n": 1}}
    wire = b": hello\r\n\r\nid: 1\r\nevent: message\r\ndata: " + json.dumps(NOTE).encode() + b"\r\n\r\n"
    wire += b"data: " + json.dumps(answer).encode() + b"\n\n"
    for piece in (wire[:5], wire[5:40], wire[40:]):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


class Answer:
    """What an application sent."""

    def __init__(self, sent: list[Event]) -> None:
        self.status = sent[0]["status"]
        self.headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        self.body = b"".join(event.get("body", b"") for event in sent[1:])
        self.complete = bool(sent[1:]) and not sent[-1].get("more_body", False)

    @property
    def messages(self) -> list[Any]:
        lines = self.body.decode().split("\n")
        return [json.loads(line[5:]) for line in lines if line.startswith("data:")]


def ask(app: App, message: Any, leave: bool = False) -> Answer:
    sent: list[Event] = []

    async def run() -> None:
        body = [{"type": "http.request", "body": json.dumps(message).encode(), "more_body": False}]

        async def receive() -> Event:
            if not body and not leave:
                await asyncio.Event().wait()
            return body.pop() if body else {"type": "http.disconnect"}

        async def send(event: Event) -> None:
            sent.append(event)

        scope = {"type": "http", "method": "POST", "path": "/mcp", "headers": [], SESSIONS: Sessions()}
        await asyncio.wait_for(app(scope, receive, send), 5)

    asyncio.run(run())
    return Answer(sent)


def test_result_is_edited_in_json_and_in_a_stream() -> None:
    @results("ping")
    def double(result: Message, request: Request) -> None:
        result["n"] *= 2

    in_json, in_stream = ask(double.wrap(as_json), PING), ask(double.wrap(as_stream), PING)

    assert json.loads(in_json.body)["result"] == {"n": 2}
    assert in_json.headers["content-length"] == str(len(in_json.body))
    assert in_stream.messages == [NOTE, {"jsonrpc": "2.0", "id": 1, "result": {"n": 2}}]
    assert in_stream.body.startswith(b": hello\n\nid: 1\nevent: message\ndata: ")


def test_a_result_can_be_replaced() -> None:
    @results()
    def replace(result: Message, request: Request) -> Any:
        return ["no object"]

    assert json.loads(ask(replace.wrap(as_json), PING).body)["result"] == ["no object"]


def test_other_methods_pass_unchanged() -> None:
    @results("tools/list")
    def spoil(result: Message, request: Request) -> None:
        result.clear()

    assert json.loads(ask(spoil.wrap(as_json), PING).body)["result"] == {"n": 1}


def test_error_is_edited() -> None:
    @errors()
    def recode(error: Message, request: Request) -> None:
        error["code"] = -1

    answer = json.loads(ask(recode.wrap(as_json), {**PING, "method": "fail"}).body)

    assert answer["error"]["code"] == -1


def test_notification_is_dropped_and_response_doubled() -> None:
    @notifications("notifications/message")
    def silence(message: Message, request: Request) -> Any:
        return DROP

    @responses_to("ping")
    def twice(message: Message, request: Request) -> Any:
        return [message, message]

    assert [each.get("id") for each in ask(silence.wrap(as_stream), PING).messages] == [1]
    assert [each.get("id") for each in ask(twice.wrap(as_stream), PING).messages] == [None, 1, 1]


def test_every_message_is_seen_and_told_its_cause() -> None:
    seen = []

    @messages("ping")
    def look(message: Message, request: Request) -> None:
        seen.append((message.get("method"), request.rpc_method))

    ask(look.wrap(as_stream), PING)

    assert seen == [("notifications/message", "ping"), (None, "ping")]


def test_events_are_edited() -> None:
    @events()
    def anonymous(event: ServerSentEvent, request: Request) -> None:
        event.put("id", None)

    body = ask(anonymous.wrap(as_stream), PING).body

    assert b"id: " not in body.replace(b'"id": ', b"")
    assert b": hello" in body


def test_http_answer_is_edited() -> None:
    @responses("ping")
    def teapot(response: Response, request: Request) -> None:
        response.status = 418
        response.headers["x-odd"] = "yes"
        if response.body is not None:
            response.body += b" "

    in_json, in_stream = ask(teapot.wrap(as_json), PING), ask(teapot.wrap(as_stream), PING)

    assert (in_json.status, in_json.headers["content-length"]) == (418, str(len(in_json.body)))
    assert (in_stream.status, in_stream.headers["x-odd"], len(in_stream.messages)) == (418, "yes", 2)


def test_a_stream_is_replaced_by_a_body() -> None:
    @responses()
    def instead(response: Response, request: Request) -> Response:
        return Response.of_json({"other": True}, 500)

    answer = ask(instead.wrap(as_stream), PING)

    assert (answer.status, json.loads(answer.body), answer.complete) == (500, {"other": True}, True)


def test_request_is_edited_or_answered() -> None:
    @requests("ping")
    def renumber(request: Request) -> None:
        request.json["id"] = 2

    @requests("ping")
    def refuse(request: Request) -> Response:
        return Response(503)

    assert json.loads(ask(renumber.wrap(as_json), PING).body)["id"] == 2
    assert ask(refuse.wrap(as_json), PING).status == 503


def test_stream_of_its_own() -> None:
    @streams("ping")
    async def own(request: Request) -> AsyncIterator[Any]:
        yield Response(201)
        yield {"a": 1}
        yield b": raw\n\n"

    answer = ask(own.wrap(as_json), PING)

    assert (answer.status, answer.body, answer.complete) == (
        201,
        b'event: message\ndata: {"a": 1}\n\n: raw\n\n',
        True,
    )


def test_hanging_stream_ends_when_the_client_leaves() -> None:
    @streams()
    async def hang(request: Request) -> AsyncIterator[Any]:
        yield {"a": 1}
        await forever()

    assert not ask(hang.wrap(as_json), PING, leave=True).complete


def test_exchange_is_taken_over_with_state() -> None:
    @wraps(state=list)
    async def count(request: Request, app: App, receive: Receive, send: Send, calls: list[int]) -> None:
        calls.append(1)
        request.json["id"] = len(calls)
        await request.pass_on(app, receive, send)

    first, other = count.wrap(as_json), count.wrap(as_json)

    assert [json.loads(ask(app, PING).body)["id"] for app in (first, first, other)] == [1, 2, 1]


def test_condition_selects_requests() -> None:
    @requests(when=lambda request: request.id == 7)
    def refuse(request: Request) -> Response:
        return Response(503)

    app = refuse.wrap(as_json)

    assert [ask(app, {**PING, "id": id}).status for id in (1, 7)] == [200, 503]


def test_batch_is_edited_message_by_message() -> None:
    async def both(scope: Scope, receive: Receive, send: Send) -> None:
        answers: list[Message] = [{"jsonrpc": "2.0", "id": id, "result": {}} for id in (1, 2)]
        await Response.of_json(answers).send_to(send)

    @results("ping")
    def mark(result: Message, request: Request) -> None:
        result["marked"] = True

    body = ask(mark.wrap(both), [PING, {**PING, "id": 2, "method": "other"}]).body

    assert [answer["result"] for answer in json.loads(body)] == [{"marked": True}, {}]


def test_name_and_description_come_from_the_function() -> None:
    @results()
    def some_fault(result: Message, request: Request) -> None:
        """What it does."""

    assert isinstance(some_fault, Transformation)
    assert (some_fault.name, some_fault.description) == ("some-fault", "What it does.")


def test_reset_needs_a_connection() -> None:
    @requests()
    def broken(request: Request) -> None:
        reset(request)

    with pytest.raises(ConnectionAbortedError):
        ask(broken.wrap(as_json), PING)
