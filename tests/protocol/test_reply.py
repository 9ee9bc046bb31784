"""A reply finds its response among whatever came back."""

import pytest

from conformance.protocol.reply import NoResult, Reply
from conformance.wire.exchange import Exchange, HttpRequest, Message

ASKED = {"jsonrpc": "2.0", "id": 7, "method": "tools/list"}


def reply(*values: object, status: int | None = 200) -> Reply:
    exchange = Exchange(HttpRequest("POST", "http://127.0.0.1/mcp"), status=status, ending="complete")
    exchange.messages = [Message(0.1, value) for value in values]
    return Reply(exchange, ASKED)


def answer(id: object, **members: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": id, **members}


def test_the_response_is_the_one_with_the_id_of_the_request() -> None:
    found = reply(answer(6, result={"other": 1}), answer(7, result={"mine": 1}))

    assert found.result == {"mine": 1}


def test_an_id_of_another_type_is_not_the_id() -> None:
    found = reply(answer("7", result={"text": 1}), answer(7, result={"number": 1}))

    assert found.result == {"number": 1}


def test_a_sole_response_with_a_wrong_id_still_counts() -> None:
    assert reply(answer("7", result={})).has_result


def test_several_responses_without_the_id_do_not() -> None:
    assert reply(answer(1, result={}), answer(2, result={})).response is None


def test_members_of_a_batch_are_messages() -> None:
    found = reply([answer(7, result={}), {"jsonrpc": "2.0", "method": "notifications/message", "params": {}}])

    assert found.has_result
    assert len(found.notifications) == 1


@pytest.mark.parametrize(
    "found",
    [
        reply(answer(7, error={"code": -32601, "message": "no such method"})),
        reply(answer(7, result=[1])),
        reply("text"),
        reply(),
        reply(status=None),
    ],
)
def test_without_a_result_object_there_is_no_result(found: Reply) -> None:
    with pytest.raises(NoResult) as caught:
        _ = found.result

    assert "tools/list" in str(caught.value)


def test_a_refusal_is_an_error_status_or_an_error() -> None:
    assert reply(status=404).refused
    assert reply(answer(7, error={"code": 1, "message": "no"})).refused
    assert not reply(answer(7, result={})).refused
