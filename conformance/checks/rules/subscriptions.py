"""Subscriptions: what comes on the stream of subscriptions/listen (2026-07-28 basic/patterns/subscriptions)."""

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.checks.flow import PROGRESS, member, notified
from conformance.checks.invariants import invariant
from conformance.checks.rules.force import in_force
from conformance.protocol.messages import META_SUBSCRIPTION, JsonObject, is_request, same_id
from conformance.protocol.reply import Reply
from conformance.wire.channel import Context

LISTEN = "subscriptions/listen"
ACKNOWLEDGED = "notifications/subscriptions/acknowledged"
UPDATED = "notifications/resources/updated"
WATCH = "resourceSubscriptions"
LIST_CHANGES = {
    "notifications/tools/list_changed": "toolsListChanged",
    "notifications/prompts/list_changed": "promptsListChanged",
    "notifications/resources/list_changed": "resourcesListChanged",
}
"""Each notification of a changed list, and the member of the filter that asks for it."""

PROVIDED_BY = {
    "toolsListChanged": ("tools", "listChanged"),
    "promptsListChanged": ("prompts", "listChanged"),
    "resourcesListChanged": ("resources", "listChanged"),
    WATCH: ("resources", "subscribe"),
}
"""The capability, and its flag, that stands behind each member of the filter."""

ABSENT: Any = object()


def _is_subscription(reply: Reply, context: Context) -> bool:
    """Whether this is a subscription that was opened, by a request that breaks no rule."""
    if reply.method != LISTEN or not is_request(context.message) or not in_force(reply, context):
        return False
    return reply.exchange.is_stream and reply.error is None and bool(reply.messages)


def _filter(context: Context) -> Mapping[str, Any]:
    """What the client asked to be told of."""
    asked = member(context.message, "notifications")
    return asked if isinstance(asked, dict) else {}


def subscription_id(message: Any) -> Any:
    """The subscription that a message says it belongs to, or `ABSENT`."""
    holder = message.get("result") if "result" in message else message.get("params")
    meta = holder.get("_meta") if isinstance(holder, dict) else None
    return meta.get(META_SUBSCRIPTION, ABSENT) if isinstance(meta, dict) else ABSENT


def _changes(reply: Reply) -> list[JsonObject]:
    """The notifications that only a subscription delivers."""
    return [one for one in reply.notifications if one["method"] in LIST_CHANGES or one["method"] == UPDATED]


@invariant("sub-ack-first")
def subscriptions_begin_with_an_acknowledgment(reply: Reply, context: Context) -> list[str] | None:
    """What precedes an acknowledgment that does come is judged by sub-nothing-before-ack."""
    if not _is_subscription(reply, context):
        return None
    return [] if notified(reply, ACKNOWLEDGED) else ["messages come on a listen stream, and no acknowledgment"]


@invariant("sub-nothing-before-ack")
def nothing_precedes_the_acknowledgment(reply: Reply, context: Context) -> list[str] | None:
    if not _is_subscription(reply, context):
        return None
    methods = [one["method"] for one in reply.notifications]
    if ACKNOWLEDGED not in methods:
        return None
    return [f"{method} precedes the acknowledgment" for method in methods[: methods.index(ACKNOWLEDGED)]]


@invariant("sub-ack-subset")
def acknowledgments_list_what_was_asked_for(reply: Reply, context: Context) -> list[str] | None:
    if not _is_subscription(reply, context) or not notified(reply, ACKNOWLEDGED):
        return None
    granted = member(notified(reply, ACKNOWLEDGED)[0], "notifications")
    return list(_granted_wrongly(granted, context)) if isinstance(granted, dict) else []


def _granted_wrongly(granted: Mapping[str, Any], context: Context) -> Iterator[str]:
    asked = _filter(context)
    for key, value in granted.items():
        if key not in PROVIDED_BY or not value:
            continue
        if key == WATCH and isinstance(value, list):
            if any(uri not in (asked.get(key) or ()) for uri in value):
                yield f"{key} is acknowledged for a URI that was not asked for"
        elif not asked.get(key):
            yield f"{key} is acknowledged, and was not asked for"
        if asked.get(key) and _cannot_provide(key, context.declared):
            yield f"{key} is acknowledged, and the server does not declare {'.'.join(PROVIDED_BY[key])}"


def _cannot_provide(key: str, declared: Mapping[str, Any] | None) -> bool:
    """Whether the capability is missing, or its flag is false in so many words."""
    if declared is None:
        return False
    capability, flag = PROVIDED_BY[key]
    value = declared.get(capability)
    return value is None or (isinstance(value, dict) and value.get(flag) is False)


@invariant("meta-subscription-id-on-stream-notifications")
def notifications_name_their_subscription(reply: Reply, context: Context) -> list[str] | None:
    """Another id is judged by sub-id-equals-request-id, what does not belong on the stream by other rules."""
    if not _is_subscription(reply, context):
        return None
    delivered = [*notified(reply, ACKNOWLEDGED), *_changes(reply)]
    nameless = [one["method"] for one in delivered if subscription_id(one) is ABSENT]
    return [f"{method} on a listen stream has no subscription id" for method in dict.fromkeys(nameless)]


@invariant("sub-id-equals-request-id")
def subscription_ids_are_those_of_the_requests(reply: Reply, context: Context) -> list[str] | None:
    if not _is_subscription(reply, context):
        return None
    own = context.message["id"]
    named = [(one["method"], subscription_id(one)) for one in (*notified(reply, ACKNOWLEDGED), *_changes(reply))]
    wrong = [method for method, id in named if id is not ABSENT and not same_id(id, own)]
    return [f"{method} has another subscription id than its listen request" for method in dict.fromkeys(wrong)]


@invariant("meta-subscription-id-absent-off-stream")
def other_notifications_name_no_subscription(reply: Reply, context: Context) -> list[str] | None:
    if reply.method == LISTEN or not reply.notifications:
        return None
    named = [one["method"] for one in reply.notifications if subscription_id(one) is not ABSENT]
    return [f"{method} in the answer to {reply.method} has a subscription id" for method in dict.fromkeys(named)]


@invariant("sub-only-requested-types")
def subscriptions_tell_what_was_asked_for(reply: Reply, context: Context) -> list[str] | None:
    if not _is_subscription(reply, context):
        return None
    asked = _filter(context)
    told = [(one["method"], LIST_CHANGES.get(one["method"], WATCH)) for one in _changes(reply)]
    unasked = [(method, key) for method, key in dict.fromkeys(told) if not asked.get(key)]
    return [f"{method} is sent, and {key} was not asked for" for method, key in unasked]


@invariant("sub-only-requested-uris")
def updates_concern_resources_asked_for(reply: Reply, context: Context) -> list[str] | None:
    """A server may also tell of sub-resources of what was asked for."""
    watched = _filter(context).get(WATCH)
    if not _is_subscription(reply, context) or not watched:
        return None
    told = [member(one, "uri") for one in notified(reply, UPDATED)]
    strays = [uri for uri in told if isinstance(uri, str) and not any(uri.startswith(one) for one in watched)]
    return [f"an update of {uri[:200]} is sent, and was not asked for" for uri in dict.fromkeys(strays)]


@invariant("sub-no-request-scoped-on-listen")
def no_progress_on_listen_streams(reply: Reply, context: Context) -> list[str] | None:
    """Log messages are judged by logging-modern-not-on-listen."""
    if not _is_subscription(reply, context):
        return None
    return [f"{PROGRESS} is sent on a listen stream"] if notified(reply, PROGRESS) else []


@invariant("sub-graceful-response-has-id")
def completions_name_their_subscription(reply: Reply, context: Context) -> list[str] | None:
    if not _is_subscription(reply, context) or not reply.has_result:
        return None
    right = same_id(subscription_id(reply.response), context.message["id"])
    return [] if right else ["the result that ends a subscription does not have its subscription id"]
