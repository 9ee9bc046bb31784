"""Judges of notifications: progress tokens over several exchanges, and what a subscription delivers."""

from typing import Any

import pytest

from conformance.checks.rules.progress import (
    progress_grows,
    progress_has_tokens_of_running_requests,
    progress_tokens_keep_their_type,
)
from conformance.checks.rules.subscriptions import (
    acknowledgments_list_what_was_asked_for,
    nothing_precedes_the_acknowledgment,
    updates_concern_resources_asked_for,
)
from conformance.checks.traffic import concurrent_tokens
from conformance.protocol.messages import META_SUBSCRIPTION, META_VERSION
from conformance.protocol.reply import Reply
from conformance.wire.channel import Context, Recorded
from conformance.wire.exchange import Exchange, HttpRequest, Message

MODERN = "2026-07-28"


def exchange(*values: Any, started: float = 0.0, ended: float | None = None) -> Exchange:
    made = Exchange(HttpRequest("POST", "http://localhost/mcp"), started=started)
    made.status, made.headers = 200, (("content-type", "text/event-stream"),)
    made.messages = [Message(0.0, value) for value in values]
    made.ended_at = ended
    return made


def call(token: Any = None) -> dict[str, Any]:
    meta = {} if token is None else {"_meta": {"progressToken": token}}
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "t", **meta}}


def progress(token: Any, value: float = 1) -> dict[str, Any]:
    params = {"progressToken": token, "progress": value}
    return {"jsonrpc": "2.0", "method": "notifications/progress", "params": params}


RESULT = {"jsonrpc": "2.0", "id": 1, "result": {}}


@pytest.mark.parametrize(
    ("given", "reported", "others", "active", "typed"),
    [
        ("a", "a", (), True, True),
        ("a", "b", (), False, True),
        ("a", "b", ("b",), True, True),
        (None, "a", (), False, True),
        (5, 5.0, (), True, True),
        (5, "5", (), True, False),
        ("5", 5, (), True, False),
    ],
)
def test_token_is_judged_by_one_rule_at_most(
    given: Any, reported: Any, others: tuple[Any, ...], active: bool, typed: bool
) -> None:
    reply, context = Reply(exchange(progress(reported)), call(given)), Context(MODERN, call(given), tokens=others)

    assert (progress_has_tokens_of_running_requests(reply, context) == []) is active
    assert (progress_tokens_keep_their_type(reply, context) == []) is typed


@pytest.mark.parametrize(("values", "grows"), [((1, 2, 3), True), ((-1, -0.5), True), ((1, 1), False), ((2, 1), False)])
def test_progress_has_to_increase(values: tuple[float, ...], grows: bool) -> None:
    reply = Reply(exchange(*(progress("a", value) for value in values)), call("a"))

    assert (progress_grows(reply, Context(MODERN, call("a"))) == []) is grows


def test_progress_of_two_tokens_is_not_compared() -> None:
    reply = Reply(exchange(progress("a", 5), progress("b", 1)), call("a"))

    assert progress_grows(reply, Context(MODERN, call("a"))) is None


def test_token_of_a_finished_request_is_not_concurrent() -> None:
    finished = Recorded(exchange(RESULT, started=0.0, ended=1.0), Context(MODERN, call("old")))
    later = Recorded(exchange(RESULT, started=2.0, ended=1.0), Context(MODERN, call("new")))

    assert concurrent_tokens(later, [finished, later]) == ("new",)


def test_request_whose_connection_was_lost_runs_on() -> None:
    lost = Recorded(exchange(started=0.0, ended=1.0), Context(MODERN, call("lost")))
    later = Recorded(exchange(started=2.0, ended=1.0), Context(MODERN, None))

    assert concurrent_tokens(later, [lost, later]) == ("lost",)


def listen(**wanted: Any) -> dict[str, Any]:
    params = {"notifications": wanted, "_meta": {META_VERSION: MODERN}}
    return {"jsonrpc": "2.0", "id": 9, "method": "subscriptions/listen", "params": params}


def told(method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "method": method, "params": {**params, "_meta": {META_SUBSCRIPTION: 9}}}


def acknowledged(**granted: Any) -> dict[str, Any]:
    return told("notifications/subscriptions/acknowledged", notifications=granted)


@pytest.mark.parametrize(
    ("wanted", "granted", "declared", "right"),
    [
        ({}, {}, {}, True),
        ({"toolsListChanged": True}, {}, {"tools": {}}, True),
        ({"toolsListChanged": True}, {"toolsListChanged": True}, {"tools": {}}, True),
        ({"toolsListChanged": True}, {"toolsListChanged": True}, {"tools": {"listChanged": False}}, False),
        ({"toolsListChanged": True}, {"toolsListChanged": True, "promptsListChanged": False}, {"tools": {}}, True),
        ({}, {"toolsListChanged": True}, {"tools": {"listChanged": True}}, False),
        ({"resourceSubscriptions": ["a:b"]}, {"resourceSubscriptions": ["a:c"]}, {"resources": {}}, False),
    ],
)
def test_acknowledgment_is_a_subset(wanted: Any, granted: Any, declared: Any, right: bool) -> None:
    reply = Reply(exchange(acknowledged(**granted)), listen(**wanted))
    context = Context(MODERN, listen(**wanted), declared=declared)

    assert (acknowledgments_list_what_was_asked_for(reply, context) == []) is right


def test_what_precedes_the_acknowledgment_is_named() -> None:
    reply = Reply(exchange(told("notifications/tools/list_changed"), acknowledged()), listen(toolsListChanged=True))

    problems = nothing_precedes_the_acknowledgment(reply, Context(MODERN, listen(toolsListChanged=True)))

    assert problems == ["notifications/tools/list_changed precedes the acknowledgment"]


@pytest.mark.parametrize(("uri", "right"), [("a:b", True), ("a:b/c", True), ("a:d", False)])
def test_update_concerns_what_was_asked_for_or_a_part_of_it(uri: str, right: bool) -> None:
    request = listen(resourceSubscriptions=["a:b"])
    reply = Reply(exchange(acknowledged(), told("notifications/resources/updated", uri=uri)), request)

    assert (updates_concern_resources_asked_for(reply, Context(MODERN, request)) == []) is right
