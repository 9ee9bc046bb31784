"""Progress: tokens of running requests, values that grow, nothing after the end (basic/utilities/progress)."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from conformance.checks.flow import (
    PROGRESS,
    Token,
    arrivals,
    busiest_second,
    is_progress_of,
    is_same,
    is_token,
    member,
    notified,
    token_of,
    tokens_of,
)
from conformance.checks.invariants import invariant
from conformance.protocol.reply import Reply
from conformance.protocol.resumption import resumes
from conformance.wire.channel import Context
from conformance.wire.exchange import Exchange

LISTEN = "subscriptions/listen"
MOST_IN_A_SECOND = 500
"""A bound so generous that only a server without any limit exceeds it; the specification names none."""


def reported(reply: Reply) -> list[Token]:
    """The usable tokens of the progress notifications in an answer."""
    tokens = [member(one, "progressToken") for one in notified(reply, PROGRESS)]
    return [token for token in tokens if is_token(token)]


def _strays(reply: Reply, context: Context) -> Iterator[Token]:
    """Reported tokens that no request has which runs meanwhile."""
    known = [*tokens_of(context.message), *context.tokens]
    return (token for token in reported(reply) if not any(is_same(token, one) for one in known))


def _respelt(token: Token, given: Iterable[Token]) -> bool:
    return any(str(token) == str(one) for one in given)


def _is_subject(reply: Reply, context: Context) -> bool:
    if reply.method == LISTEN or resumes(reply.exchange):
        return False
    if context.message is None:
        return reply.exchange.request.method == "GET" and bool(reported(reply))
    return bool(reported(reply) or tokens_of(context.message) or reply.method == "tools/call")


@invariant("progress-only-active-tokens")
def progress_has_tokens_of_running_requests(reply: Reply, context: Context) -> list[str] | None:
    """A token that only changed its JSON type is judged by progress-token-type, progress on a listen stream by
    sub-no-request-scoped-on-listen."""
    if not _is_subject(reply, context):
        return None
    given = tokens_of(context.message)
    strays = [token for token in _strays(reply, context) if not _respelt(token, [*given, *context.tokens])]
    if not strays:
        return []
    where = f"for {reply.method or 'a batch'}" if context.message is not None else "on a GET stream"
    what = "another token than that of the request" if given else "a token, and no running request has one like it"
    return [f"{PROGRESS} {where} has {what}"]


@invariant("progress-token-type")
def progress_tokens_keep_their_type(reply: Reply, context: Context) -> list[str] | None:
    if not reported(reply) or (context.message is None and reply.exchange.request.method != "GET"):
        return None
    given = [*tokens_of(context.message), *context.tokens]
    changed = [token for token in _strays(reply, context) if _respelt(token, given)]
    kinds = {"a string" if isinstance(token, str) else "a number" for token in changed}
    return [f"a token comes back as {kind}, which it was not" for kind in sorted(kinds)]


@invariant("progress-value-increases")
def progress_grows(reply: Reply, context: Context) -> list[str] | None:
    parts = (reply.exchange, *reply.exchange.continued)
    series = [values for part in parts for values in _values(part) if len(values) > 1]
    if not series:
        return None
    standing = [(a, b) for values in series for a, b in pairwise(values) if b <= a]
    return [f"progress {later} follows {earlier} for the same token" for earlier, later in standing]


def _values(exchange: Exchange) -> list[list[float]]:
    """The progress values on one connection, by token."""
    series: dict[tuple[bool, Token], list[float]] = {}
    for _, one in arrivals(exchange, PROGRESS):
        token, value = member(one, "progressToken"), member(one, "progress")
        if is_token(token) and isinstance(value, int | float) and not isinstance(value, bool):
            series.setdefault((isinstance(token, str), token), []).append(value)
    return list(series.values())


@invariant("progress-stop-after-completion")
def progress_ends_with_the_response(reply: Reply, context: Context) -> list[str] | None:
    own = token_of(context.message)
    if own is None or reply.response is None or not reply.exchange.is_stream:
        return None
    after = reply.messages[reply.messages.index(reply.response) + 1 :]
    late = any(is_progress_of(one, own) for one in after)
    return [f"{PROGRESS} follows the response to {reply.method}"] if late else []


@invariant("progress-message-human-readable")
def progress_messages_say_something(reply: Reply, context: Context) -> list[str] | None:
    texts = [text for one in notified(reply, PROGRESS) if isinstance(text := member(one, "message"), str)]
    if not texts:
        return None
    return [f"the message of a {PROGRESS} is empty"] if not all(map(str.strip, texts)) else []


@invariant("progress-rate-limit")
def progress_is_no_flood(reply: Reply, context: Context) -> list[str] | None:
    if not notified(reply, PROGRESS):
        return None
    flood = busiest_second(reply, PROGRESS) > MOST_IN_A_SECOND
    return [f"more than {MOST_IN_A_SECOND} progress notifications come within a second"] if flood else []
