"""What holds for every HTTP answer of Streamable HTTP: status, media type, framing, order on a stream."""

from typing import Any

from conformance.checks.flow import is_progress_of, is_same, tokens_of
from conformance.checks.invariants import invariant
from conformance.protocol.messages import each, is_notification, is_request, is_response, same_id
from conformance.protocol.reply import Reply
from conformance.protocol.resumption import resumes
from conformance.wire.channel import Context
from conformance.wire.exchange import NOT_UTF8

JSON = "application/json"
STREAM = "text/event-stream"
REDIRECTS = (301, 302, 303, 307, 308)

ELSEWHERE = frozenset(
    {
        "notifications/tools/list_changed", "notifications/prompts/list_changed",
        "notifications/resources/list_changed", "notifications/resources/updated",
        "notifications/subscriptions/acknowledged",
    }
)  # fmt: skip
"""Notifications of 2026-07-28 that belong on the stream of `subscriptions/listen` and on no other."""


def _is_success(reply: Reply) -> bool:
    return 200 <= (reply.status or 0) < 300


def _is_single_request(reply: Reply, context: Context) -> bool:
    """One well-formed request of the harness, answered with a success status."""
    return not context.probe and is_request(context.message) and _is_success(reply)


def _is_stream(reply: Reply) -> bool:
    return _is_success(reply) and reply.exchange.is_stream


def _is_cancelled(request: Any, context: Context) -> bool:
    """Whether the request was cancelled, so that it may lawfully be left without a response."""
    return any(same_id(one, request["id"]) for one in context.cancelled)


def _one_way(message: Any) -> bool:
    """Whether the body that was sent asks for no response: notifications and responses only."""
    parts = list(each(message)) if message is not None else []
    return bool(parts) and all(_well_formed_one_way(one) for one in parts)


def _well_formed_one_way(message: Any) -> bool:
    if is_notification(message):
        return message.get("jsonrpc") == "2.0" and isinstance(message["method"], str)
    return is_response(message)


@invariant("http-request-content-type")
def requests_are_answered_as_json_or_stream(reply: Reply, context: Context) -> list[str] | None:
    """Judges successes only: what refuses a request may be a gateway with a body of its own kind."""
    exchange = reply.exchange
    if not _is_single_request(reply, context):
        return None
    if not exchange.body and not exchange.media_type and _is_cancelled(context.message, context):
        return None
    if exchange.media_type not in (JSON, STREAM):
        return [f"{reply.method} is answered as {exchange.media_type or 'no media type'}"]
    return _mislabelled(reply)


def _mislabelled(reply: Reply) -> list[str]:
    """JSON that calls itself an event stream, or the reverse."""
    exchange = reply.exchange
    first = bytes(exchange.body.lstrip()[:6])
    if exchange.is_stream and first.startswith((b"{", b"[")) and not exchange.events:
        return [f"{reply.method}: the body of a {STREAM} answer is plain JSON"]
    if exchange.media_type == JSON and first.startswith((b"data:", b"event:", b"id:")):
        return [f"{reply.method}: the body of an {JSON} answer is an event stream"]
    return []


@invariant("http-json-single-object")
def json_answers_are_one_object(reply: Reply, context: Context) -> list[str] | None:
    exchange = reply.exchange
    if not _is_single_request(reply, context) or exchange.media_type != JSON or exchange.ending != "complete":
        return None
    if _mislabelled(reply) or any(why.startswith(NOT_UTF8) for why in exchange.malformed):
        return None
    if not exchange.messages:
        return [f"{reply.method}: the JSON body is {'not JSON' if exchange.body else 'empty'}"]
    value = exchange.messages[0].value
    return [] if isinstance(value, dict) else [f"{reply.method}: the JSON body is {_kind(value)}"]


def _kind(value: Any) -> str:
    return "an array" if isinstance(value, list) else f"the JSON value {str(value)[:40]}"


@invariant("http-notification-202-empty")
def accepted_notifications_get_202(reply: Reply, context: Context) -> list[str] | None:
    """A body that is a JSON-RPC response to a notification breaks jsonrpc-notification-no-response."""
    if not _one_way(context.message) or not _is_success(reply) or reply.error is not None:
        return None
    what = _sent(reply, context)
    if reply.status != 202:
        return [f"{what} is answered {reply.status}"]
    if is_notification(context.message) and any("id" in one for one in reply.responses):
        return None
    return [f"{what}: the 202 has a body"] if reply.exchange.body else []


@invariant("http-notification-reject-status")
def refused_notifications_get_an_error_status(reply: Reply, context: Context) -> list[str] | None:
    if not _one_way(context.message) or not reply.exchange.answered:
        return None
    refused = _is_success(reply) and reply.error is not None
    return [f"{_sent(reply, context)} is refused with status {reply.status}"] if refused else []


def _sent(reply: Reply, context: Context) -> str:
    return reply.method or ("a batch" if isinstance(context.message, list) else "a response")


@invariant("http-single-endpoint-post")
@invariant("http-single-endpoint-post-get")
def every_request_is_served_at_one_url(reply: Reply, context: Context) -> list[str] | None:
    if context.probe or not is_request(context.message) or reply.status is None:
        return None
    if reply.status in (405, 501, *REDIRECTS):
        return [f"POST of {reply.method} is answered {reply.status}"]
    return []


@invariant("http-single-endpoint-post-get")
def get_is_served_at_the_same_url(reply: Reply, context: Context) -> list[str] | None:
    if context.probe or reply.exchange.request.method != "GET" or reply.status is None:
        return None
    return [f"GET is answered {reply.status}, a redirect"] if reply.status in REDIRECTS else []


@invariant("http-sse-eventual-response")
@invariant("http-sse-eventual-response-each-batch")
@invariant("http-sse-no-close-before-response")
def streams_hold_their_responses(reply: Reply, context: Context) -> list[str] | None:
    exchange = reply.exchange
    sent = [one for one in each(context.message) if is_request(one)]
    if context.probe or not sent or not _is_stream(reply) or exchange.ending != "complete":
        return None
    if exchange.malformed:
        return None
    may_resume = context.revision >= "2025-11-25" and any(event.id for event in exchange.events)
    if may_resume or any(_is_cancelled(one, context) for one in sent):
        return None
    answers = [one for one in reply.messages if isinstance(one, dict) and "id" in one and "method" not in one]
    if len(answers) >= len(sent):
        return []
    return [f"the stream of {reply.method or 'a batch'} ended without all of its responses"]


@invariant("http-sse-close-after-response")
@invariant("http-sse-final-response-terminates")
def nothing_follows_the_response(reply: Reply, context: Context) -> list[str] | None:
    """A second response breaks jsonrpc-request-answered, or one of the rules about ids."""
    if not _is_single_request(reply, context) or not _is_stream(reply) or reply.response is None:
        return None
    after = reply.messages[reply.messages.index(reply.response) + 1 :]
    strangers = [one for one in after if not (is_response(one) or _is_late_progress(one, context))]
    return [f"{reply.method}: {_name(one)} follows the response on its stream" for one in strangers]


def _is_late_progress(message: Any, context: Context) -> bool:
    """Progress after the response breaks progress-stop-after-completion."""
    return any(is_progress_of(message, token) for token in tokens_of(context.message))


def _name(message: Any) -> str:
    return str(message.get("method", "a message")) if isinstance(message, dict) else "a message"


@invariant("http-sse-prime-event")
def streams_start_with_an_empty_event(reply: Reply, context: Context) -> list[str] | None:
    events = reply.exchange.events
    if not _is_single_request(reply, context) or not _is_stream(reply) or not events:
        return None
    primed = bool(events[0].id) and not events[0].data
    return [] if primed else ["a stream does not start with an event that has an id and empty data"]


@invariant("http-sse-x-accel-buffering")
def streams_switch_buffering_off(reply: Reply, context: Context) -> list[str] | None:
    if not _is_stream(reply):
        return None
    value = reply.header("x-accel-buffering")
    return [] if (value or "").strip().lower() == "no" else ["an event stream has no header X-Accel-Buffering: no"]


@invariant("http-sse-no-server-requests")
def streams_carry_no_server_requests(reply: Reply, context: Context) -> list[str] | None:
    if not _is_stream(reply):
        return None
    return [f"{one['method']} is sent as a request on the stream of {reply.method}" for one in reply.requests]


@invariant("http-sse-notifications-relate")
def notifications_belong_to_their_request(reply: Reply, context: Context) -> list[str] | None:
    """A progress token that no request has is judged by a rule of its own."""
    if not is_request(context.message) or not _is_stream(reply) or reply.method == "subscriptions/listen":
        return None
    strays = [one["method"] for one in reply.notifications if one["method"] in ELSEWHERE]
    problems = [f"{stray} is sent on the stream of {reply.method}" for stray in strays]
    return problems + _progress_of_others(reply, context)


@invariant("http-sse-messages-relate")
def progress_belongs_to_its_request(reply: Reply, context: Context) -> list[str] | None:
    if not is_request(context.message) or not _is_stream(reply):
        return None
    return _progress_of_others(reply, context)


def _progress_of_others(reply: Reply, context: Context) -> list[str]:
    """Progress of a request that runs at the same time, on the stream of this one."""
    own = tokens_of(context.message)
    others = [one for one in context.tokens if not any(is_same(one, token) for token in own)]
    strayed = any(is_progress_of(one, token) for one in reply.notifications for token in others)
    return [f"the stream of {reply.method} has progress of another request"] if strayed else []


@invariant("http-get-no-response-unless-resume")
def get_streams_carry_no_responses(reply: Reply, context: Context) -> list[str] | None:
    request = reply.exchange.request
    if request.method != "GET" or resumes(reply.exchange) or not _is_stream(reply):
        return None
    return ["a JSON-RPC response is sent on a GET stream that resumes nothing"] if reply.responses else []


@invariant("http-session-id-visible-ascii")
def session_ids_are_visible_ascii(reply: Reply, context: Context) -> list[str] | None:
    session = reply.header("mcp-session-id")
    if reply.method != "initialize" or session is None or not reply.has_result:
        return None
    visible = all(0x21 <= ord(character) <= 0x7E for character in session)
    return [] if visible else ["the session id has characters outside of visible ASCII"]
