"""A 200 with an error inside is a failure: each answer is judged by what is in it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.load.engine.answer import Answer
from conformance.load.engine.checking import (
    Envelope,
    envelope,
    is_response,
    problem_of_object,
    problem_of_response,
    problem_of_status,
)

TEXT = [{"type": "text", "text": "done"}]
METHODS = (
    "tools/call", "tools/list", "resources/list", "resources/templates/list", "resources/read", "prompts/list",
    "prompts/get", "initialize", "server/discover", "ping", "some/other",
)  # fmt: skip
GOOD: dict[str, Any] = {
    "tools/call": {"content": TEXT},
    "tools/list": {"tools": []},
    "resources/list": {"resources": [{"uri": "a:b"}]},
    "resources/templates/list": {"resourceTemplates": []},
    "resources/read": {"contents": []},
    "prompts/list": {"prompts": [], "nextCursor": "more"},
    "prompts/get": {"messages": []},
    "initialize": {"protocolVersion": "2025-11-25", "capabilities": {}, "serverInfo": {}},
    "server/discover": {"supportedVersions": ["2026-07-28"], "capabilities": {}, "resultType": "complete"},
    "ping": {},
    "some/other": {"anything": 1},
}


def answered(result: Any, id: Any = 7, **members: Any) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": id, "result": result, **members})


def kind(text: str | bytes, method: str = "tools/call") -> str | None:
    problem = problem_of_response(envelope(text), 7, method)
    return problem and problem[0]


@pytest.mark.parametrize("method", METHODS)
def test_a_result_of_its_form_is_good(method: str) -> None:
    assert kind(answered(GOOD[method]), method) is None


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("result", [None, [], "text", 1, True])
def test_a_result_that_is_no_object_is_none(method: str, result: Any) -> None:
    assert kind(answered(result), method) == "content"


@pytest.mark.parametrize("method", [method for method in METHODS if GOOD[method] and method != "some/other"])
def test_a_result_without_what_was_asked_for_is_none(method: str) -> None:
    member = next(iter(GOOD[method]))
    assert kind(answered({}), method) == "content"
    assert kind(answered({**GOOD[method], member: {"no": "list"} if member != "protocolVersion" else 7}), method)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (answered({"content": TEXT, "isError": False}), None),
        (answered({"content": TEXT, "resultType": "complete"}), None),
        (answered({"content": TEXT, "isError": True}), "tool"),
        (answered({"content": [], "isError": True}), "tool"),
        (answered({"content": TEXT, "resultType": "input_required"}), "content"),
        (answered({"content": "text"}), "content"),
        (answered({"content": TEXT, "isError": "false"}), "content"),
        (answered({"content": TEXT}, id=8), "content"),
        (answered({"content": TEXT}, id="7"), "content"),
        (answered({"content": TEXT}, id=None), "content"),
        ('{"jsonrpc":"2.0","result":{"content":[]}}', "content"),
        ('{"id":7,"result":{"content":[]}}', "content"),
        ('{"jsonrpc":"1.0","id":7,"result":{"content":[]}}', "content"),
        ('{"jsonrpc":"2.0","id":7}', "content"),
        ('{"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"no"}}', "jsonrpc"),
        ('{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no"}}', "jsonrpc"),
        ('{"jsonrpc":"2.0","id":7,"error":"no"}', "jsonrpc"),
        ('{"jsonrpc":"2.0","id":7,"result":{"content":[]},"error":{"code":1,"message":"both"}}', "jsonrpc"),
        ("", "content"),
        ("null", "content"),
        ("[]", "content"),
        ('[{"jsonrpc":"2.0","id":7,"result":{"content":[]}}]', "content"),
        ("<html>welcome</html>", "content"),
        ('{"jsonrpc":"2.0","id":7,"result":{"content":[]}', "content"),
        ('{"jsonrpc":"2.0","id":7,"result":{"content":[]}} and more', "content"),
    ],
)  # fmt: skip
def test_an_answer_to_a_call_is_told_by_what_is_in_it(text: str, expected: str | None) -> None:
    assert kind(text) == expected
    assert kind(text.encode()) == expected


def test_the_words_of_a_failure_are_those_of_the_target() -> None:
    error = '{"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"disk full"}}'
    assert problem_of_response(envelope(error), 7, "ping") == ("jsonrpc", "error -32603: disk full")
    failed = answered({"content": [{"type": "text", "text": "no such city"}], "isError": True})
    problem = problem_of_response(envelope(failed), 7, "tools/call")
    assert problem is not None
    assert "no such city" in problem[1]


@pytest.mark.parametrize("size", [10, 100_000])
def test_the_words_of_a_failure_are_few(size: int) -> None:
    big = "x" * size
    for text in (
        json.dumps({"jsonrpc": "2.0", "id": 7, "error": {"code": 1, "message": big}}),
        json.dumps({"jsonrpc": "2.0", "id": 7, "error": big}),
        answered({"content": [{"type": "text", "text": big}], "isError": True}),
        answered({"content": TEXT, "resultType": big}),
        answered({"content": TEXT}, id=big),
    ):
        problem = problem_of_response(envelope(text), 7, "tools/call")
        assert problem is not None
        assert len(problem[1]) < 300
    answer = Answer(0, status=500, body=big.encode())
    problem = problem_of_status(answer)
    assert problem is not None
    assert len(problem[1]) < 300


@pytest.mark.parametrize(
    ("status", "expected"),
    [(200, None), (202, None), (204, None), (299, None), (199, "http"), (301, "http"), (400, "http"), (404, "http"),
     (429, "rate-limited"), (500, "http"), (503, "http"), (999, "http")],
)  # fmt: skip
def test_a_status_tells_of_success_limit_or_failure(status: int, expected: str | None) -> None:
    problem = problem_of_status(Answer(0, status=status, headers={b"retry-after": b"3"}, body=b"why"))
    assert (problem and problem[0]) == expected
    if problem is not None:
        assert str(status) in problem[1]
        assert ("3" if status == 429 else "why") in problem[1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (answered({}), True),
        (answered({}, id=8), False),
        ('{"jsonrpc":"2.0","id":7,"method":"ping"}', False),
        ('{"jsonrpc":"2.0","method":"notifications/progress"}', False),
        ('{"jsonrpc":"2.0","id":7,"error":{"code":1,"message":"no"}}', True),
        ('{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"no"}}', True),
        ('{"jsonrpc":"2.0","error":{"code":1,"message":"no"}}', True),
        ('{"jsonrpc":"2.0","id":8,"error":{"code":1,"message":"no"}}', False),
        ("no json", False),
        ("", False),
    ],
)
def test_the_response_is_found_among_the_messages_of_a_stream(text: str, expected: bool) -> None:
    assert is_response(envelope(text), 7) is expected


@pytest.mark.parametrize(
    ("body", "good"), [(b"{}", True), (b'{"a":[1]}', True), (b"[]", False), (b"", False), (b"x", False)]
)
def test_some_objects_are_enough(body: bytes, good: bool) -> None:
    assert (problem_of_object(body) is None) is good


def test_a_message_knows_whether_it_has_a_result() -> None:
    assert not Envelope().has_result
    null = envelope('{"result":null}')
    assert null is not None
    assert null.has_result


DEEP = 100_000
NASTY = (
    b'{"jsonrpc":"2.0","id":7,"error":' + b"[" * DEEP + b"]" * DEEP + b"}",
    b'{"jsonrpc":"2.0","id":' + b"[" * DEEP + b"]" * DEEP + b',"result":{}}',
    b'{"jsonrpc":"2.0","id":7,"result":' + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b"}",
    b'{"jsonrpc":"2.0","id":7,"result":{"content":[' + b"[" * DEEP + b"]" * DEEP + b"]}}",
    b'{"jsonrpc":"2.0","id":' + b"9" * 10_000 + b',"result":{}}',
    b'{"jsonrpc":"2.0","id":1e999,"result":{}}',
    b'{"jsonrpc":"2.0","id":7,"error":{"code":1,"message":"\\ud800"}}',
    b'{"jsonrpc":"2.0","id":7,"error":{"code":1,"message":"\xff\xfe"}}',
    b'{"jsonrpc":"2.0","id":7,"result":{"content":["\xff"],"isError":true}}',
    b"\xef\xbb\xbf{}",
    b"\x00",
)


@pytest.mark.parametrize("number", range(len(NASTY)))
def test_hostile_answers_are_judged_as_any_other(number: int) -> None:
    """An exception would end a user, and the request would be counted nowhere."""
    data = NASTY[number]
    for method in ("tools/call", "ping", "initialize"):
        message = envelope(data)
        is_response(message, 7)
        problem = problem_of_response(message, 7, method)
        if problem is not None:
            problem[1].encode()
    problem_of_object(data)


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_answer_is_judged(data: bytes) -> None:
    for method in METHODS:
        problem_of_response(envelope(data), 7, method)
    problem_of_object(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(id=st.just(7) | JSON, result=JSON, error=st.none() | JSON, method=st.sampled_from(METHODS))
def test_only_a_result_under_its_id_and_without_an_error_is_good(id: Any, result: Any, error: Any, method: str) -> None:
    members = {} if error is None else {"error": error}
    if kind(answered(result, id=id, **members), method) is None:
        assert id == 7
        assert error is None
        assert isinstance(result, dict)
