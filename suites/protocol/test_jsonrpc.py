"""Messages: requests, responses, notifications and batches (basic/index#messages; JSON-RPC 2.0)."""

from collections.abc import Callable
from typing import Any

import pytest

from conformance.checks import (
    code_of,
    expect,
    need_result,
    not_applicable,
    not_testable,
    requirement,
    revisions,
    shorten,
)
from conformance.checks.http_probes import cheap_method, judged, plain_methods
from conformance.checks.outcomes import Blocked
from conformance.checks.served import expect_served
from conformance.protocol.messages import (
    HEADER_MISMATCH,
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    PARSE_ERROR,
    SESSION_HEADER,
    JsonObject,
    fresh_id,
    notification,
    request,
)
from conformance.protocol.peer import Peer
from conformance.protocol.reply import Reply
from conformance.protocol.revisions import era_of
from conformance.target.config import RunConfig
from conformance.target.profile import Surface
from conformance.target.roles import advice, fill

UNKNOWN_METHODS = ("tools/no-such-method", "toString")

ID_KINDS: dict[str, Any] = {
    "a string": "conformance-\u00fcnic\u00f6de-\u4f60",
    "a string of digits": "7",
    "zero": 0,
    "a negative integer": -17,
    "the largest integer that JSON keeps": 2**53 - 1,
}

ASKING = ("sampling-tool", "elicitation-tool")
"""The roles of tools that send requests to the client."""

CLIENT: dict[str, Callable[[Any], JsonObject]] = {
    "sampling/createMessage": lambda params: {
        "role": "assistant", "content": {"type": "text", "text": "Hello."}, "model": "conformance",
    },
    "elicitation/create": lambda params: {"action": "decline"},
}  # fmt: skip
"""What the client answers them with."""

NOT_JSON = {
    "a cut-off object": b'{"jsonrpc":"2.0","id":1,"method":"ping"',
    "plain words": b"this is not JSON",
}


@requirement("base-support-core-components")
def test_the_first_request_of_the_era_is_served(peer: Peer) -> None:
    """The base protocol and the lifecycle of the era are there: its first request and the next get a response."""
    expect(peer.request(cheap_method(peer.revision))).response()


@requirement("jsonrpc-request-answered")
def test_an_unknown_request_is_not_left_without_response(peer: Peer) -> None:
    """A request that a server cannot serve gets a response too; on all traffic, that none gets two is judged."""
    reply = judged(peer.request("conformance/no-such-method", {}, probe=True))

    expect(reply).that(not _is_left_waiting(reply), "a response to a request for an unknown method", reply.outcome)


def _is_left_waiting(reply: Reply) -> bool:
    """Whether nothing has come, or the request was taken for a message that needs no response."""
    waited = reply.exchange.ending in ("deadline", "reset")
    return not reply.responses and (waited or reply.status == 202)


@requirement("jsonrpc-request-id-string-or-integer")
def test_strings_and_integers_are_accepted_as_ids(peer: Peer) -> None:
    """Strings and integers are ids, whatever their value; that they come back unchanged is judged on all traffic."""
    method = cheap_method(peer.revision)
    for kind, id in ID_KINDS.items():
        reply = judged(peer.request(method, id=id, probe=True))
        expect_served(reply, peer, f"a request with {kind} as id")


@requirement("jsonrpc-response-id-matches")
def test_concurrent_requests_get_the_response_with_their_id(peer: Peer) -> None:
    """Requests that run at the same time, their ids of both kinds, each get the response with their own id."""
    method = cheap_method(peer.revision)
    number = fresh_id()
    started = [peer.start(method, id=id) for id in (number, f"Conformance-{number}", fresh_id())]
    replies = [live.wait_for_response(peer.channel.timeout) for live in started]
    for live in started:
        live.close()

    for reply in replies:
        wanted = reply.message["id"]
        ids = [one.get("id") for one in reply.responses]
        right = all(type(id) is type(wanted) and id == wanted for id in ids)
        expect(reply).that(right, f"a response with the id {shorten(wanted)}", f"ids {shorten(ids)}")
        need_result(reply)


@requirement("jsonrpc-request-id-not-null")
def test_a_request_with_null_as_id_gets_no_result(peer: Peer) -> None:
    """A request whose id is null is not carried out like any other: no result comes back."""
    message = {**_dressed(peer, cheap_method(peer.revision)), "id": None}

    reply = peer.send(message)

    expect(reply).that(not reply.has_result, "no result for a request whose id is null")


@requirement("jsonrpc-request-id-unique-in-session")
def test_requests_of_the_server_have_ids_of_their_own(
    new_peer: Callable[..., Peer], surface: Surface, run_config: RunConfig
) -> None:
    """What a server asks of the client has an id that it did not use before in the session."""
    asking = [played for key in ASKING if (played := fill(key, surface, run_config)) is not None]
    if not asking:
        not_testable(advice(ASKING[0]))
    peer = new_peer(capabilities=_offered(surface.revision), handlers=CLIENT)
    if peer.dialect.headers(None).get(SESSION_HEADER) is None:
        not_applicable("the server gives no session id")
    replies = [peer.call_tool(played.item, played.arguments) for played in asking for _ in range(2)]

    ids = [one["id"] for reply in replies for one in reply.requests if _is_id(one["id"])]
    if len(ids) < 2:
        not_testable("the server sent no two requests on the streams of its tools")
    unlike = {(type(id).__name__, str(id)) for id in ids}
    expect(replies[-1]).that(len(unlike) == len(ids), "requests whose ids are all different", f"ids {shorten(ids)}")


def _is_id(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _offered(revision: str) -> JsonObject:
    return {"sampling": {}} | ({"elicitation": {}} if revision >= "2025-06-18" else {})


@requirement("jsonrpc-parse-error-code")
def test_what_is_not_json_is_a_parse_error(peer: Peer) -> None:
    """A body that is not JSON is answered with -32700, or refused by an HTTP status."""
    for what, body in NOT_JSON.items():
        reply = judged(_send_unreadable(peer, body))
        _expect_code_unless_refused(reply, PARSE_ERROR, f"for {what}")


@requirement("jsonrpc-refusal-error-code")
def test_a_refusal_names_its_cause_by_the_standard_code(peer: Peer) -> None:
    """An HTTP refusal that carries a JSON-RPC error says parse error for what is not JSON."""
    reply = judged(_send_unreadable(peer, NOT_JSON["plain words"]))
    if (reply.status or 0) < 400 or reply.error is None:
        not_applicable("the refusal carries no JSON-RPC error")

    expect(reply).error(PARSE_ERROR)


def _send_unreadable(peer: Peer, body: bytes) -> Reply:
    """Sent with the headers of the cheap request, so that the body is the one fault."""
    headers = peer.dialect.headers(_dressed(peer, cheap_method(peer.revision)))
    return peer.send(body, headers=headers)


@requirement("jsonrpc-invalid-request-code")
@pytest.mark.parametrize("what", ["no jsonrpc member", "jsonrpc 1.0", "a number as method", "a string"])
def test_what_is_no_request_object_is_an_invalid_request(peer: Peer, what: str) -> None:
    """JSON that is no JSON-RPC request is answered with -32600, or refused by an HTTP status."""
    method = cheap_method(peer.revision)
    message = _dressed(peer, method)
    changed: dict[str, Any] = {
        "no jsonrpc member": {key: value for key, value in message.items() if key != "jsonrpc"},
        "jsonrpc 1.0": {**message, "jsonrpc": "1.0"},
        "a number as method": {**message, "method": 42},
        "a string": "hello",
    }

    reply = judged(peer.send(changed[what], headers=peer.dialect.headers(message)))

    if reply.error_code == METHOD_NOT_FOUND:
        need_result(peer.request(method))
    _expect_code_unless_refused(reply, INVALID_REQUEST, f"for {what}")


def _expect_code_unless_refused(reply: Reply, code: int, why: str) -> None:
    expect(reply).answered()
    if (reply.status or 0) < 400:
        expect(reply).that(code_of(reply) == code, f"the error {code} or an HTTP error status {why}")


@requirement("jsonrpc-method-not-found-code")
@pytest.mark.parametrize("method", UNKNOWN_METHODS)
def test_an_unknown_method_is_not_found(peer: Peer, method: str) -> None:
    """A method that no server knows is answered with -32601."""
    reply = judged(peer.request(method, {}, probe=True))
    if not reply.exchange.answered or ((reply.status or 0) < 400 and reply.response is None):
        raise Blocked(f"{method} is not answered: {reply.outcome}", by="jsonrpc-request-answered")

    expect(reply).error(METHOD_NOT_FOUND)


@requirement("jsonrpc-invalid-params-code")
def test_missing_and_malformed_parameters_are_invalid_params(peer: Peer, surface: Surface) -> None:
    """Requests without their parameters, or with some of a wrong type, are answered with -32602."""
    stimuli: list[tuple[str, JsonObject]] = [
        (method, params)
        for capability, method, params in (
            ("tools", "tools/call", {"arguments": {}}),
            ("prompts", "prompts/get", {"name": 42}),
            ("resources", "resources/read", {}),
        )
        if surface.declares(capability)
    ]
    if not stimuli:
        not_applicable("neither tools nor prompts nor resources are declared")
    # without a name there is no Mcp-Name header either, which a modern server may notice first
    also = [HEADER_MISMATCH] if era_of(peer.revision) == "modern" else []
    for method, params in stimuli:
        reply = judged(peer.request(method, params, probe=True))
        if also and code_of(reply) not in (INVALID_PARAMS, *also):
            _need_header_mismatch(peer)
        expect(reply).error(INVALID_PARAMS, *also)


def _need_header_mismatch(peer: Peer) -> None:
    """How a request is refused for its headers alone is judged by itself."""
    refusal = peer.request(cheap_method(peer.revision), headers={"mcp-method": None}, probe=True)
    if refusal.refused and code_of(refusal) != HEADER_MISMATCH:
        raise Blocked(f"a missing header is answered {refusal.outcome}", by="http-header-validation-32020")


@requirement("jsonrpc-params-optional")
def test_params_may_be_left_out_or_empty(peer: Peer, surface: Surface) -> None:
    """Where no parameter is required, a request without params, and one with empty params, is served."""
    method = plain_methods(surface)[-1]
    forms: dict[str, JsonObject | None] = {"empty params": {}, "no params": None}
    replies = {what: judged(peer.request(method, params)) for what, params in forms.items()}
    if not any(reply.has_result for reply in replies.values()):
        need_result(replies["empty params"])
    for what, reply in replies.items():
        expect(reply).that(reply.has_result, f"a result for {method} with {what}")


@requirement("jsonrpc-batch-receive")
@revisions("2025-03-26", "2025-03-26")
@pytest.mark.parametrize("what", ["two requests and a notification", "one request", "notifications only"])
def test_batches_are_accepted(peer: Peer, surface: Surface, what: str) -> None:
    """A batch gets a response for each of its requests, and none for a notification."""
    need_result(peer.request("ping"))
    useless = notification("notifications/cancelled", {"requestId": "conformance-unknown"})
    sent: list[JsonObject] = {
        "two requests and a notification": [request("ping"), useless, request(plain_methods(surface)[-1], {})],
        "one request": [request("ping")],
        "notifications only": [useless, dict(useless)],
    }[what]
    wanted = [one["id"] for one in sent if "id" in one]

    reply = judged(peer.send(sent, probe=False))

    ids = [one.get("id") for one in reply.responses]
    expect(reply).status_class(2)
    expect(reply).that(sorted(map(str, ids)) == sorted(map(str, wanted)), f"responses to {len(wanted)} requests", ids)


def _dressed(peer: Peer, method: str) -> JsonObject:
    """A request with what its era adds, to be changed in one place."""
    return peer.dialect.dress(request(method))
