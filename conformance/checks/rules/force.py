"""What an exchange may be held to: which requests it carried, and whether the revision plainly rules it."""

from collections.abc import Iterator
from typing import Any

from conformance.protocol.messages import META_VERSION, each, is_notification, is_request, is_response
from conformance.protocol.reply import Reply
from conformance.protocol.revisions import MODERN, REVISIONS
from conformance.wire.channel import Context
from conformance.wire.exchange import Exchange

VERSION_HEADER = "mcp-protocol-version"


def judged_messages(reply: Reply, context: Context) -> Iterator[Any]:
    """The messages of an exchange that the rules of the revision apply to, members of batches one by one.

    Not those of a refusal whose JSON body is no JSON-RPC message, which HTTP allows, nor what answers a notification
    or a response, which has rules of its own.
    """
    exchange = reply.exchange
    if not (exchange.is_stream or exchange.request.method == "POST") or expects_no_answer(context.message):
        return
    refused = (exchange.status or 0) >= 400
    full = in_force(reply, context)
    for message in reply.messages:
        if refused and not is_jsonrpc_refusal(message):
            continue
        if full or (is_response(message) and "result" not in message):
            yield message


def expects_no_answer(sent: Any) -> bool:
    """Whether a notification or a response was sent."""
    return is_notification(sent) or is_response(sent)


def method_answered(message: Any, sent: Any) -> str | None:
    """The method of the request that a response answers; that of the only request when the id is wrong."""
    methods = request_ids(sent)
    id = message.get("id") if isinstance(message, dict) else None
    key = (type(id).__name__, id if isinstance(id, str | int) else None)
    if key in methods:
        return methods[key]
    called = [str(one["method"]) for one in each(sent) if is_request(one)]
    return called[0] if len(called) == 1 else None


def request_ids(sent: Any) -> dict[tuple[str, Any], str]:
    """The ids of the valid requests in what was sent (a message or a batch), by JSON type and value.

    The id of what is no request object need not be found out (JSON-RPC 2.0, section 5).
    """
    return {(type(one["id"]).__name__, one["id"]): one["method"] for one in each(sent) if _is_valid_request(one)}


def _is_valid_request(message: Any) -> bool:
    if not is_request(message) or message.get("jsonrpc") != "2.0" or not isinstance(message["method"], str):
        return False
    id = message["id"]
    return isinstance(id, str | int) and not isinstance(id, bool) and isinstance(message.get("params", {}), dict)


def in_force(reply: Reply, context: Context) -> bool:
    """Whether the request leaves no doubt that it is made under the revision of the context.

    A probe that withholds or changes the version may lawfully be answered by the rules of another revision.
    """
    if not context.probe:
        return not _negotiated_otherwise(reply, context.revision)
    versions = sent_header(reply.exchange, VERSION_HEADER)
    if context.revision in MODERN:
        return versions == [context.revision] and _body_version(reply.message) in (None, context.revision)
    return versions in ([], [context.revision]) and _body_version(reply.message) is None


def sent_header(exchange: Exchange, name: str) -> list[str]:
    """The values that a request header was sent with."""
    return [value for key, value in exchange.request.headers if key.lower() == name]


def is_jsonrpc_refusal(message: Any) -> bool:
    """Whether the JSON body of an HTTP error is meant as JSON-RPC; gateways and OAuth have their own."""
    if not isinstance(message, dict):
        return False
    return "jsonrpc" in message or ("id" in message and isinstance(message.get("error"), dict))


def sent_meta(message: Any) -> dict[str, Any]:
    """The `_meta` of a request that was sent; empty without one."""
    params = message.get("params") if isinstance(message, dict) else None
    meta = params.get("_meta") if isinstance(params, dict) else None
    return meta if isinstance(meta, dict) else {}


def _body_version(message: Any) -> Any:
    return sent_meta(message).get(META_VERSION)


def _negotiated_otherwise(reply: Reply, revision: str) -> bool:
    """Whether initialize was answered with another revision, whose rules the answer then keeps."""
    version = reply.result.get("protocolVersion") if reply.method == "initialize" and reply.has_result else None
    return version != revision and version in REVISIONS
