"""Accepted forms: the portable profile takes every documented one, the strict one those of the source."""

import json
from typing import Any

import pytest

from conformance.contracts.emcp.forms import filled, form_of, in_words
from conformance.contracts.emcp.settings import Form, Forms
from conformance.contracts.profiles.loading import load_profile
from conformance.protocol.reply import Reply
from conformance.wire.exchange import Exchange, HttpRequest, Message


def reply(status: int, body: Any) -> Reply:
    exchange = Exchange(HttpRequest("POST", "http://localhost/"), status=status)
    exchange.body += json.dumps(body).encode()
    exchange.messages.append(Message(0.1, body))
    return Reply(exchange, {"id": 1, "method": "tools/call"})


def error(code: Any) -> Any:
    return {"jsonrpc": "2.0", "id": 1, "error": {"code": code, "message": "No."}}


IS_ERROR = {"jsonrpc": "2.0", "id": 1, "result": {"content": [], "isError": True}}


def forms(*, strict: bool) -> Forms:
    profile = load_profile("emcp", {}, strict_profile=strict)
    assert profile.emcp is not None
    return profile.emcp.forms


@pytest.mark.parametrize(("answer", "portable", "strict"), [(error(-32602), True, False), (IS_ERROR, True, True)])
def test_the_forms_of_refused_arguments(answer: Any, portable: bool, strict: bool) -> None:
    assert (form_of(reply(200, answer), forms(strict=False).arguments) is not None) is portable
    assert (form_of(reply(200, answer), forms(strict=True).arguments) is not None) is strict


@pytest.mark.parametrize("code", [-32603, "-32602", True, None])
def test_other_codes_are_no_form(code: Any) -> None:
    assert form_of(reply(200, error(code)), forms(strict=False).unknown_tool) is None


def test_an_error_with_an_http_error_is_no_form() -> None:
    assert form_of(reply(500, error(-32602)), forms(strict=False).arguments) is None


def test_forms_are_told_in_words() -> None:
    told = in_words(Form(rpc_code=(-32601, -32602), is_error=True, status=(403,), counteroffer=True))

    assert (
        told
        == "JSON-RPC error -32601 or -32602, or HTTP 403, or a result with isError, or a result with another version"
    )


def test_placeholders_are_filled_at_any_depth() -> None:
    arguments = {"id": "{id}", "where": [{"value": "{limit}"}], "text": "{id} and more", "unknown": "{else}"}

    assert filled(arguments, {"id": 5, "limit": 2}) == {
        "id": 5, "where": [{"value": 2}], "text": "{id} and more", "unknown": "{else}",
    }  # fmt: skip
