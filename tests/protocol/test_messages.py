"""Messages are told apart and encoded as the specification says."""

import pytest

from conformance.protocol.messages import (
    each,
    encode,
    header_value,
    is_notification,
    is_request,
    is_response,
    notification,
    request,
    same_id,
)


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("us-west1", "us-west1"),
        ("Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="),
        (" padded ", "=?base64?IHBhZGRlZCA=?="),
        ("line1\nline2", "=?base64?bGluZTEKbGluZTI=?="),
        ("=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="),
        ("", "=?base64??="),
        ("with\ttab", "with\ttab"),
    ],
)
def test_header_values_are_encoded_only_when_they_have_to_be(value: str, sent: str) -> None:
    assert header_value(value) == sent


@pytest.mark.parametrize(("first", "second"), [(1, "1"), (1, True), (0, False), (1, 2), ("a", "b"), (1, 1.0)])
def test_ids_differ_by_value_and_by_type(first: object, second: object) -> None:
    assert not same_id(first, second)


def test_a_message_is_of_one_kind() -> None:
    asked, told = request("ping"), notification("notifications/initialized")
    answered = {"jsonrpc": "2.0", "id": asked["id"], "result": {}}

    assert [is_request(one) for one in (asked, told, answered)] == [True, False, False]
    assert [is_notification(one) for one in (asked, told, answered)] == [False, True, False]
    assert [is_response(one) for one in (asked, told, answered)] == [False, False, True]


def test_every_request_has_an_id_of_its_own() -> None:
    assert request("ping")["id"] != request("ping")["id"]


def test_a_batch_is_read_message_by_message() -> None:
    assert list(each([1, 2])) == [1, 2]
    assert list(each({"id": 1})) == [{"id": 1}]


def test_text_is_sent_as_utf_8_and_not_escaped() -> None:
    assert "世".encode() in encode({"text": "世"})
