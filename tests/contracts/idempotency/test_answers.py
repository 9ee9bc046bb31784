"""Answers under a key: what is a repeated one, what differs, what lacks of its form."""

import json
from typing import Any

import pytest

from conformance.contracts.described import Described
from conformance.contracts.idempotency.answers import Answer, differences, form_problems
from conformance.contracts.idempotency.settings import Form, Idempotency
from conformance.wire.exchange import Exchange, HttpRequest

TASKS = Idempotency(
    request=Described(),
    changed={},
    same=("task_id", "idempotency_key"),
    task="task_id",
    reused="reused",
    result="result",
)
COPIES = Idempotency(request=Described(), changed={}, reused_header="Idempotent-Replayed")


def answer(body: Any, settings: Idempotency = TASKS, status: int = 202, **headers: str) -> Answer:
    fields = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = HttpRequest("POST", "http://127.0.0.1/")
    return Answer(Exchange(request, status=status, headers=fields, body=bytearray(data)), settings)


def test_the_same_task_is_the_same_answer() -> None:
    first = answer({"task_id": 7, "idempotency_key": "k", "reused": False})
    again = answer({"task_id": 7, "idempotency_key": "k", "reused": True, "trace": "other"})

    assert differences(first, again) == []
    assert (first.flagged, again.flagged) == (False, True)


def test_another_task_is_a_difference() -> None:
    first, again = answer({"task_id": 7, "idempotency_key": "k"}), answer({"task_id": 8, "idempotency_key": "k"})

    assert differences(first, again) == ["task_id is 8, and was 7"]


def test_no_task_may_be_null_and_zero() -> None:
    first, again = answer({"task_id": None, "idempotency_key": "k"}), answer({"task_id": 0, "idempotency_key": "k"})

    assert differences(first, again) == []


def test_without_members_the_whole_body_is_compared() -> None:
    first = answer({"id": "ch_1", "amount": 100}, COPIES, 201)

    assert differences(first, answer({"amount": 100, "id": "ch_1"}, COPIES, 201)) == []
    assert differences(first, answer({"id": "ch_2", "amount": 100}, COPIES, 201)) != []


def test_a_body_may_change_with_its_status() -> None:
    waiting, done = answer({"state": "queued"}, COPIES, 202), answer({"state": "done"}, COPIES, 201)

    assert differences(waiting, done) == []
    assert differences(waiting, answer({"state": "running"}, COPIES, 202)) != []


@pytest.mark.parametrize(("headers", "flagged"), [({}, False), ({"Idempotent_Replayed": "true"}, True)])
def test_a_header_may_be_the_flag(headers: dict[str, str], flagged: bool) -> None:
    assert answer({}, COPIES, 201, **headers).flagged is flagged


def test_without_a_flag_nothing_is_said() -> None:
    assert answer({}, Idempotency(request=Described(), changed={})).flagged is None


@pytest.mark.parametrize("reused", ["true", 1, None, [], "yes"])
def test_only_true_is_a_flag(reused: Any) -> None:
    assert answer({"reused": reused}).flagged is False


@pytest.mark.parametrize(
    ("status", "body", "completed"),
    [
        (200, {"result": {}}, True), (200, {"result": []}, True), (200, {}, False), (202, {"result": {}}, False),
        (200, b"<html>", False), (200, b"[" * 100_000, False), (200, "text", False),
    ],
)  # fmt: skip
def test_completed_is_what_has_a_result(status: int, body: Any, completed: bool) -> None:
    assert answer(body, status=status).completed is completed


def test_a_result_is_compared_to_the_letter() -> None:
    assert answer({"result": {"a": 1, "b": 2}}).result != answer({"result": {"b": 2, "a": 1}}).result
    assert answer({"result": {"a": 1}}).result == answer({"result": {"a": 1}, "at": "later"}).result


FORM = Form(
    status=(202,), equal={"status": "accepted", "reused": False}, numbers=("task_id",), key="key", trace="trace",
    objects=("links",), empty=("error",),
)  # fmt: skip
GOOD = {"status": "accepted", "reused": False, "task_id": 1, "key": "k", "trace": "t", "links": {}, "error": None}


def test_a_whole_form_is_right() -> None:
    assert list(form_problems(answer(GOOD), FORM, "k", "t")) == []


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"status": "queued"}, 'status is "queued", not "accepted"'),
        ({"reused": 0}, "reused is 0, not false"),
        ({"task_id": "1"}, 'task_id is "1", no whole number from 1'),
        ({"task_id": True}, "task_id is true, no whole number from 1"),
        ({"task_id": 0}, "task_id is 0, no whole number from 1"),
        ({"key": "other"}, 'key is "other", and k was sent'),
        ({"trace": None}, "trace is null, and the trace header t"),
        ({"links": []}, "links is no object"),
        ({"error": "x"}, 'error is "x"'),
    ],
)
def test_each_member_is_looked_at(change: dict[str, Any], wrong: str) -> None:
    assert list(form_problems(answer({**GOOD, **change}), FORM, "k", "t")) == [wrong]


def test_what_is_no_object_has_no_members() -> None:
    assert list(form_problems(answer(b"oops"), FORM, "k", "t")) == ["the body is no JSON object"]
