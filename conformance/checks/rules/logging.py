"""Log messages: declared, at the level asked for, on the stream of the request (server/utilities/logging)."""

from typing import Any

from conformance.checks.flow import busiest_second, notified
from conformance.checks.invariants import invariant
from conformance.checks.rules.force import in_force, sent_meta
from conformance.protocol.messages import META_LOG_LEVEL, JsonObject, is_request
from conformance.protocol.reply import Reply
from conformance.protocol.revisions import MODERN
from conformance.wire.channel import Context

MESSAGE = "notifications/message"
LISTEN = "subscriptions/listen"
LEVELS = ("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency")
"""The severities, from low to high."""

MOST_IN_A_SECOND = 500
"""A bound so generous that only a server without any limit exceeds it; the specification names none."""


def level_of(message: JsonObject) -> Any:
    """The level of a log notification; None when it has none."""
    params = message.get("params")
    return params.get("level") if isinstance(params, dict) else None


def below(level: Any, threshold: str) -> bool:
    """Whether a level is less severe than the threshold; what is no level is judged by the shape of the message."""
    return level in LEVELS and LEVELS.index(level) < LEVELS.index(threshold)


@invariant("logging-capability-declared")
def who_logs_declares_it(reply: Reply, context: Context) -> list[str] | None:
    if context.declared is None or not notified(reply, MESSAGE):
        return None
    return [] if "logging" in context.declared else [f"{MESSAGE} is sent, and the capability logging is not declared"]


@invariant("logging-modern-no-optin-silent")
def silence_without_a_level(reply: Reply, context: Context) -> list[str] | None:
    """Log messages on a listen stream are judged by logging-modern-not-on-listen."""
    if not is_request(context.message) or reply.method == LISTEN or not in_force(reply, context):
        return None
    if META_LOG_LEVEL in sent_meta(context.message) or not reply.messages:
        return None
    return [f"{MESSAGE} is sent for {reply.method} without logLevel"] if notified(reply, MESSAGE) else []


@invariant("logging-modern-not-on-listen")
def no_log_on_listen_streams(reply: Reply, context: Context) -> list[str] | None:
    if reply.method != LISTEN or not reply.messages:
        return None
    return [f"{MESSAGE} is sent on the stream of {LISTEN}"] if notified(reply, MESSAGE) else []


@invariant("logging-modern-threshold")
def log_reaches_the_level(reply: Reply, context: Context) -> list[str] | None:
    threshold = sent_meta(context.message).get(META_LOG_LEVEL)
    if context.revision not in MODERN or threshold not in LEVELS or not notified(reply, MESSAGE):
        return None
    levels = {level_of(one) for one in notified(reply, MESSAGE)}
    return [f"a message at {level} is sent, logLevel is {threshold}" for level in levels if below(level, threshold)]


@invariant("logging-rate-limit")
def log_is_no_flood(reply: Reply, context: Context) -> list[str] | None:
    if not notified(reply, MESSAGE):
        return None
    flood = busiest_second(reply, MESSAGE) > MOST_IN_A_SECOND
    return [f"more than {MOST_IN_A_SECOND} log messages come within a second"] if flood else []
