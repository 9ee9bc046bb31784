"""JSON-RPC 2.0 framing: what each message is, and which request a response answers (basic/index#messages)."""

import codecs
from collections import Counter
from collections.abc import Iterator
from typing import Any

from conformance.checks.invariants import Judge, invariant
from conformance.checks.rules.claim import Kind, kind_of_message
from conformance.checks.rules.claims import claimed
from conformance.checks.rules.envelope import CONFORM
from conformance.checks.rules.force import expects_no_answer, judged_messages, request_ids
from conformance.protocol.messages import (
    INVALID_PARAMS,
    METHOD_NOT_FOUND,
    MISSING_CAPABILITY,
    JsonObject,
    each,
    is_notification,
    is_request,
)
from conformance.protocol.reply import Reply
from conformance.wire.channel import Context
from conformance.wire.exchange import NOT_UTF8

_SUBJECTS: dict[str, tuple[Kind, ...]] = {
    "jsonrpc-result-xor-error": ("result", "error", "neither"),
    "jsonrpc-result-field-present": ("result", "neither"),
    "jsonrpc-result-and-error-exclusive": ("result", "error"),
    "jsonrpc-error-has-code-and-message": ("error",),
    "jsonrpc-error-has-code-and-message-2024": ("error",),
    "jsonrpc-error-code-integer": ("error",),
    "jsonrpc-request-id-string-or-integer": ("request",),
    "jsonrpc-request-id-not-null": ("request",),
    "result-resulttype-present": ("result",),
}
"""Requirements that are part of the message schemas, with the kinds of message that they speak of."""


def _by_schema(requirement: str, kinds: tuple[Kind, ...]) -> Judge:
    def judge(reply: Reply, context: Context) -> list[str] | None:
        if not any(kind_of_message(one) in kinds for one in judged_messages(reply, context)):
            return None
        return claimed(requirement, reply, context)

    return judge


for _requirement, _kinds in _SUBJECTS.items():
    invariant(_requirement)(_by_schema(_requirement, _kinds))


@invariant(CONFORM)
def messages_are_jsonrpc(reply: Reply, context: Context) -> list[str] | None:
    """JSON-RPC objects, and batches only where the revision has them or one was sent."""
    unreadable = _unreadable(reply, context)
    if not unreadable and next(judged_messages(reply, context), None) is None:
        return None
    arrays = any(isinstance(message.value, list) for message in reply.exchange.messages)
    batched = arrays and not isinstance(context.message, list) and context.revision not in ("2024-11-05", "2025-03-26")
    on_stream = batched and reply.exchange.is_stream
    return [*unreadable, *claimed(CONFORM, reply, context), *(["a batch is sent on a stream"] if on_stream else [])]


def _unreadable(reply: Reply, context: Context) -> list[str]:
    """What is not JSON on a stream; in a JSON body that is judged by http-json-single-object, where it exists."""
    if not reply.exchange.is_stream and context.revision != "2024-11-05":
        return []
    if (reply.status or 0) >= 400:
        return []
    return [f"a message is not JSON: {why}" for why in reply.exchange.malformed if not why.startswith(NOT_UTF8)]


@invariant("jsonrpc-utf8-encoding")
def messages_are_utf8(reply: Reply, context: Context) -> list[str] | None:
    exchange = reply.exchange
    if not exchange.body or not (exchange.is_stream or exchange.media_type == "application/json"):
        return None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(bytes(exchange.body))
    except UnicodeDecodeError as error:
        return [f"the answer to {reply.method or 'a message'} is not UTF-8: {error.reason}"]
    return []


@invariant("jsonrpc-response-id-matches")
def results_carry_the_id_of_their_request(reply: Reply, context: Context) -> list[str] | None:
    results = _responses(reply, context, "result")
    if not results:
        return None
    asked = request_ids(context.message)
    judged = asked or context.message is None
    nameless = any(one.get("id") is None for one in results) and any(map(is_notification, each(context.message)))
    problems = claimed("jsonrpc-response-id-matches", reply, context) if judged and not nameless else []
    return [*problems, *_strangers(results, asked, reply)]


@invariant("jsonrpc-error-response-id-matches")
def errors_carry_the_id_of_their_request(reply: Reply, context: Context) -> list[str] | None:
    errors = _responses(reply, context, "error")
    asked = request_ids(context.message)
    if not errors:
        return None
    readable = bool(asked) and not isinstance(context.message, list)
    nameless = [one for one in errors if one.get("id") is None and readable and _was_read(one, reply)]
    malformed = claimed("jsonrpc-error-response-id-matches", reply, context)
    return [
        *(problem for problem in malformed if "is missing" not in problem and "is null" not in problem),
        *(f"the error {_code(one)} for {reply.method or 'a request'} has no id" for one in nameless),
        *_strangers([one for one in errors if _was_read(one, reply)], asked, reply),
    ]


def _responses(reply: Reply, context: Context, kind: Kind) -> list[JsonObject]:
    return [one for one in judged_messages(reply, context) if kind_of_message(one) == kind]


def _strangers(responses: list[JsonObject], asked: dict[tuple[str, Any], str], reply: Reply) -> Iterator[str]:
    """Responses with a well-formed id that none of the requests had. Those on a resumed stream have their own rule."""
    for one in responses:
        id = one.get("id")
        usable = isinstance(id, str | int) and not isinstance(id, bool)
        if asked and usable and not reply.exchange.continued and (type(id).__name__, id) not in asked:
            kinds = " or ".join(sorted({_json_type(name) for name, _ in asked}))
            other = _json_type(type(id).__name__)
            yield f"{reply.method or 'a batch'}: asked with a {kinds} as id, answered with another id (a {other})"


def _json_type(name: str) -> str:
    return "string" if name == "str" else "number"


def _code(error: JsonObject) -> Any:
    body = error.get("error")
    return body.get("code") if isinstance(body, dict) else None


def _was_read(error: JsonObject, reply: Reply) -> bool:
    """Whether the server has certainly read the request: what refuses it by an HTTP status may not have."""
    if isinstance(reply.message, list):
        return (reply.status or 0) < 400
    if (reply.status or 0) < 400:
        return True
    foreign = any(name.lower() == "origin" for name, _ in reply.exchange.request.headers)
    return not foreign and _code(error) in (METHOD_NOT_FOUND, INVALID_PARAMS, MISSING_CAPABILITY)


@invariant("jsonrpc-request-answered")
def requests_are_answered_once(reply: Reply, context: Context) -> list[str] | None:
    """One response for each id; a missing one is judged by the rules of the transport and by a test."""
    asked = request_ids(context.message)
    counts = Counter((type(one.get("id")).__name__, str(one.get("id"))) for one in reply.responses)
    if not asked or not counts:
        return None
    twice = [asked[key] for key in asked if counts[key[0], str(key[1])] > 1]
    return [f"{method} is answered more than once" for method in twice]


@invariant("jsonrpc-notification-no-response")
def notifications_are_not_answered(reply: Reply, context: Context) -> list[str] | None:
    """A result that answers it; an error, and a body without an id, are judged by the rules of the transport."""
    notified = [one for one in each(context.message) if is_notification(one)]
    if not notified or not reply.exchange.answered:
        return None
    results = [one for one in reply.responses if "result" in one and "id" in one]
    answers = [one for one in results if one["id"] is None] if request_ids(context.message) else results
    answered = (reply.status or 0) < 400 and answers
    return [f"{notified[0]['method']} is answered with a JSON-RPC response"] if answered else []


@invariant("jsonrpc-notification-no-id")
def notifications_have_no_id(reply: Reply, context: Context) -> list[str] | None:
    if expects_no_answer(context.message):
        return None
    sent = [one for one in reply.messages if _is_notification_method(one)]
    return [f"{one['method']} has an id" for one in sent if is_request(one)] if sent else None


def _is_notification_method(message: Any) -> bool:
    method = message.get("method") if isinstance(message, dict) else None
    return isinstance(method, str) and method.startswith("notifications/")


@invariant("jsonrpc-request-id-unique-in-session")
def request_ids_are_not_reused(reply: Reply, context: Context) -> list[str] | None:
    """Judged on one stream at a time, where a repetition cannot be the same request delivered again.

    What is no id at all breaks another rule.
    """
    ids = [(type(one["id"]).__name__, str(one["id"])) for one in reply.requests if isinstance(one["id"], str | int)]
    if len(ids) < 2:
        return None
    return ["a request id is used twice on one stream"] if len(set(ids)) < len(ids) else []
