"""Oddities of notifications: log messages, progress, subscriptions."""

from typing import Any

from conformance.protocol.messages import META_SERVER_INFO, META_SUBSCRIPTION
from conformance.protocol.revisions import LEGACY, MODERN
from conformance.reference.catalogue import oddity
from conformance.reference.exchange import Message, Request
from conformance.reference.sse import ServerSentEvent
from conformance.reference.transformations import DROP, events, messages, notifications, results

PROGRESS = "notifications/progress"
ACKNOWLEDGED = "notifications/subscriptions/acknowledged"


@oddity(because="Data of a log message is any JSON value; a logger name is optional.")
@notifications("notifications/message")
def log_data_is_structured(message: Message, request: Request) -> None:
    """Log messages have an object for data, and no logger."""
    message["params"].pop("logger", None)
    message["params"]["data"] = {"text": message["params"]["data"], "details": [None, 1.5, {"deep": True}]}


@oddity(because="A server may choose to log nothing.")
@notifications("notifications/message")
def nothing_is_logged(message: Message, request: Request) -> list[Any]:
    """No log message is ever sent."""
    return DROP


@oddity(because="Results may have metadata.", revisions=LEGACY)
@results("logging/setLevel")
def set_level_with_metadata(result: Message, request: Request) -> None:
    """The result of logging/setLevel has metadata."""
    result["_meta"] = {"com.example/took": 3}


@oddity(because="A receiver may choose not to send any progress.")
@notifications(PROGRESS)
def no_progress(message: Message, request: Request) -> list[Any]:
    """Progress is never reported."""
    return DROP


@oddity(because="Progress only has to increase; it may be a fraction, of any size and sign, and total may be unknown.")
@notifications(PROGRESS)
def progress_in_fractions(message: Message, request: Request) -> None:
    """Progress is a negative fraction that grows, without a total or a message."""
    params = message["params"]
    params.pop("total", None)
    params.pop("message", None)
    params["progress"] = params["progress"] / 1000 - 1


@oddity(because="Progress may exceed the total, which is not bound to stay the same.")
@notifications(PROGRESS)
def total_moves(message: Message, request: Request) -> None:
    """The total differs each time, and progress exceeds it."""
    message["params"]["total"] = message["params"]["progress"] / 2


@oddity(because="Metadata is open: other keys may stand beside the subscription id.", revisions=MODERN)
@messages("subscriptions/listen")
def subscriptions_with_more_metadata(message: Message, request: Request) -> None:
    """What comes on a listen stream has metadata of the vendor."""
    meta = message.get("params", {}).get("_meta", {})
    if META_SUBSCRIPTION in meta:
        meta["com.example/sequence"] = 1


@oddity(because="Each kind that the server does not agree to is left out of the acknowledgment.", revisions=MODERN)
@notifications(ACKNOWLEDGED)
def nothing_is_agreed_to(message: Message, request: Request) -> None:
    """No subscription is granted anything."""
    message["params"]["notifications"] = {}


@oddity(because="A server may end a subscription at any time, with a result that names it.", revisions=MODERN)
@messages("subscriptions/listen")
def subscriptions_to_nothing_end(message: Message, request: Request) -> Any:
    """A subscription to nothing is ended as soon as it is acknowledged."""
    if message.get("method") != ACKNOWLEDGED or request.params.get("notifications"):
        return None
    meta = {META_SUBSCRIPTION: request.id, META_SERVER_INFO: {"name": "reference", "version": "1"}}
    result = {"resultType": "complete", "_meta": meta}
    return [message, {"jsonrpc": "2.0", "id": request.id, "result": result}]


@oddity(because="Comments of the event stream format may come at any time.", revisions=MODERN)
@events("subscriptions/listen")
def listen_stream_begins_with_a_comment(event: ServerSentEvent, request: Request) -> list[ServerSentEvent]:
    """Comments surround the events of a listen stream."""
    comment = ServerSentEvent(fields=[("", "keep-alive")])
    return [comment, event, comment]
