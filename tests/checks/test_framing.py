"""The judges of framing, error ids and `_meta`, on exchanges that are made by hand."""

from typing import Any

import pytest

from conformance.checks.invariants import invariants, reply_of
from conformance.checks.rules.meta_fields import labels, meta_objects, name_is_malformed
from conformance.checks.rules.trace_context import is_baggage, is_traceparent, is_tracestate
from conformance.requirements import load
from conformance.wire.channel import Context, Recorded
from conformance.wire.exchange import Exchange, HttpRequest, Message

PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
FRAMING = "jsonrpc"


def broken(answer: Any, *, sent: Any = PING, status: int = 200, revision: str = "2025-06-18") -> set[str]:
    """The framing rules that an answer breaks."""
    exchange = Exchange(HttpRequest("POST", "http://127.0.0.1/mcp"), status=status)
    exchange.messages.append(Message(0.0, answer))
    recorded = Recorded(exchange, Context(revision, sent))
    reply, rules = reply_of(recorded), load()
    return {
        one.requirement
        for one in invariants()
        if rules[one.requirement].area == FRAMING
        and revision in rules[one.requirement].revisions
        and one.judge(reply, recorded.context)
    }


def error(id: Any, code: Any = -32601) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": "no"}}


@pytest.mark.parametrize(
    ("answer", "requirement"),
    [
        ({"jsonrpc": "2.0", "id": "1", "result": {}}, "jsonrpc-response-id-matches"),
        ({"jsonrpc": "2.0", "id": None, "result": {}}, "jsonrpc-response-id-matches"),
        (error("1"), "jsonrpc-error-response-id-matches"),
        (error(None), "jsonrpc-error-response-id-matches"),
        ({"id": 1, "result": {}}, "jsonrpc-messages-conform-2-0"),
        ("done", "jsonrpc-messages-conform-2-0"),
        ({"jsonrpc": "2.0", "id": 1, "result": {}, "error": None}, "jsonrpc-result-and-error-exclusive"),
        ({"jsonrpc": "2.0", "id": 1}, "jsonrpc-result-xor-error"),
        (error(1, "-32601"), "jsonrpc-error-code-integer"),
        ({"jsonrpc": "2.0", "id": 1, "error": {"code": -32601}}, "jsonrpc-error-has-code-and-message"),
    ],
)
def test_one_defect_breaks_one_rule(answer: Any, requirement: str) -> None:
    assert broken(answer) == {requirement}


@pytest.mark.parametrize("answer", [{"jsonrpc": "2.0", "id": 1, "result": {}}, error(1)])
def test_a_proper_response_breaks_none(answer: Any) -> None:
    assert broken(answer) == set()


@pytest.mark.parametrize(
    "body", [{"error": "invalid_token"}, {"error": {"code": 404, "message": "no"}}, error(None, -32000)]
)
def test_a_refusal_by_status_may_have_any_body(body: Any) -> None:
    assert broken(body, status=400) == set()


@pytest.mark.parametrize("sent", [{**PING, "jsonrpc": "1.0"}, {**PING, "method": 42}, [PING]])
def test_the_id_of_an_invalid_request_need_not_be_known(sent: Any) -> None:
    assert broken(error(None, -32602), sent=sent, status=400) == set()


def test_a_second_response_is_one_too_many() -> None:
    response = {"jsonrpc": "2.0", "id": 1, "result": {}}

    assert broken([response, response], revision="2025-03-26") == {"jsonrpc-request-answered"}


def test_a_notification_gets_no_result() -> None:
    sent = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    answer: dict[str, object] = {"jsonrpc": "2.0", "id": None, "result": {}}

    assert broken(answer, sent=sent) == {"jsonrpc-notification-no-response"}


def test_meta_inside_what_belongs_to_the_application_is_not_judged() -> None:
    message = {"result": {"_meta": {"a": 1}, "structuredContent": {"_meta": {"_b": 1}}, "tools": [{"_meta": {"c": 1}}]}}

    assert [sorted(meta) for meta in meta_objects(message)] == [["a"], ["c"]]


@pytest.mark.parametrize("key", ["name", "com.example/", "a.b-c/x_y.z", "7", "vendor/output"])
def test_names_that_are_allowed(key: str) -> None:
    assert name_is_malformed(key, "2025-11-25") is None


@pytest.mark.parametrize("key", ["_name", "com.example/name-", "a name", "com.example/.x"])
def test_names_that_are_not(key: str) -> None:
    assert name_is_malformed(key, "2025-11-25")


def test_labels_of_a_prefix() -> None:
    assert labels("com.example/x") == ["com", "example"]
    assert labels("x") == []
    assert labels("/x") == [""]


TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.mark.parametrize("value", [TRACE, "cc" + TRACE[2:] + "-later"])
def test_traceparent_that_is_valid(value: str) -> None:
    assert is_traceparent(value)


@pytest.mark.parametrize(
    "value", ["", TRACE.upper(), TRACE + "-more", "ff" + TRACE[2:], TRACE.replace("b7ad6b7169203331", "0" * 16)]
)
def test_traceparent_that_is_not(value: str) -> None:
    assert not is_traceparent(value)


def test_tracestate_and_baggage() -> None:
    assert is_tracestate("vendor=00f067aa0ba902b7,, tenant@sys=x")
    assert not is_tracestate("Vendor")
    assert is_baggage("userId=alice , node=DF%2028;prop;k=v")
    assert not is_baggage("userId")
