"""Faults of subscriptions, in both eras."""

from typing import Any

from conformance.protocol.messages import META_SERVER_INFO, META_SUBSCRIPTION
from conformance.reference.catalogue import fault
from conformance.reference.exchange import Message, Request, Response
from conformance.reference.transformations import DROP, messages, notifications, requests, responses_to

LISTEN = "subscriptions/listen"
ACKNOWLEDGED = "notifications/subscriptions/acknowledged"
UPDATED = "notifications/resources/updated"
LISTS = ("tools", "prompts", "resources")


def _asked(request: Request) -> dict[str, Any]:
    asked = request.params.get("notifications")
    return asked if isinstance(asked, dict) else {}


def _told(request: Request, method: str, **params: Any) -> Message:
    """A notification on the stream of a listen request."""
    return {"jsonrpc": "2.0", "method": method, "params": {**params, "_meta": {META_SUBSCRIPTION: request.id}}}


def _is_acknowledgment(message: Message) -> bool:
    return message.get("method") == ACKNOWLEDGED


@fault(breaks="pattern-subscribe-supported")
@requests(LISTEN)
def listening_is_unknown(request: Request) -> Response:
    """subscriptions/listen is a method that the server does not know."""
    return Response.of_error(request, -32601, "Method not found", status=404)


@fault(breaks="pattern-subscribe-supported")
@requests(LISTEN)
def listening_fails(request: Request) -> Response:
    """subscriptions/listen fails inside."""
    return Response.of_error(request, -32603, "Internal error", status=200)


@fault(breaks="sub-ack-first")
@notifications(ACKNOWLEDGED)
def no_acknowledgment(message: Message, request: Request) -> list[Any]:
    """A subscription is not acknowledged."""
    return DROP


@fault(breaks="sub-nothing-before-ack")
@messages(LISTEN)
def change_before_the_acknowledgment(message: Message, request: Request) -> Any:
    """A change is told before the subscription is acknowledged."""
    if not _is_acknowledgment(message) or not _asked(request).get("toolsListChanged"):
        return None
    return [_told(request, "notifications/tools/list_changed"), message]


@fault(breaks="sub-ack-subset")
@notifications(ACKNOWLEDGED)
def acknowledges_everything(message: Message, request: Request) -> None:
    """The acknowledgment lists all lists, whatever was asked for."""
    message["params"]["notifications"] |= {f"{each}ListChanged": True for each in LISTS}


@fault(breaks="sub-ack-subset")
@notifications(ACKNOWLEDGED)
def acknowledges_a_foreign_uri(message: Message, request: Request) -> None:
    """The acknowledgment names a resource that was not asked for."""
    if "resourceSubscriptions" in _asked(request):
        message["params"]["notifications"]["resourceSubscriptions"] = ["test://another"]


@fault(breaks="meta-subscription-id-on-stream-notifications")
@notifications(("notifications/tools/list_changed", "notifications/prompts/list_changed"))
def change_names_no_subscription(message: Message, request: Request) -> None:
    """The notification of a changed list has no subscription id."""
    message.setdefault("params", {}).pop("_meta", None)


@fault(breaks="meta-subscription-id-on-stream-notifications")
@notifications(ACKNOWLEDGED)
def acknowledgment_names_no_subscription(message: Message, request: Request) -> None:
    """The acknowledgment has no subscription id."""
    del message["params"]["_meta"][META_SUBSCRIPTION]


@fault(breaks="sub-id-equals-request-id")
@notifications(ACKNOWLEDGED)
def subscription_id_as_text(message: Message, request: Request) -> None:
    """The subscription id is the request id as a text."""
    message["params"]["_meta"][META_SUBSCRIPTION] = str(request.id)


@fault(breaks="sub-id-equals-request-id")
@messages(LISTEN)
def subscription_id_of_the_server(message: Message, request: Request) -> None:
    """The subscription id is one that the server invented."""
    meta = message.get("params", {}).get("_meta", {})
    if META_SUBSCRIPTION in meta:
        meta[META_SUBSCRIPTION] = f"subscription-{request.id}"


@fault(breaks="sub-only-requested-types")
@messages(LISTEN)
def tells_of_prompts_unasked(message: Message, request: Request) -> Any:
    """Changes of prompts are told to those who did not ask for them."""
    if not _is_acknowledgment(message) or _asked(request).get("promptsListChanged"):
        return None
    return [message, _told(request, "notifications/prompts/list_changed")]


@fault(breaks="sub-only-requested-types")
@messages(LISTEN)
def tells_of_updates_unasked(message: Message, request: Request) -> Any:
    """Updates of resources are told to those who named none."""
    if not _is_acknowledgment(message) or _asked(request).get("resourceSubscriptions"):
        return None
    return [message, _told(request, UPDATED, uri="test://watched-resource")]


@fault(breaks="sub-only-requested-uris")
@messages(LISTEN)
def tells_of_every_resource(message: Message, request: Request) -> Any:
    """Who named one resource is told of another."""
    if not _is_acknowledgment(message) or not _asked(request).get("resourceSubscriptions"):
        return None
    return [message, _told(request, UPDATED, uri="other://resource")]


@fault(breaks="sub-no-request-scoped-on-listen")
@messages(LISTEN)
def progress_on_the_listen_stream(message: Message, request: Request) -> Any:
    """Progress of a call is sent to subscriptions."""
    if not _is_acknowledgment(message):
        return None
    return [message, _told(request, "notifications/progress", progressToken="stray", progress=1)]


@fault(breaks="sub-multiple-concurrent")
@requests(LISTEN, state=list, when=lambda request: bool(_asked(request).get("promptsListChanged")))
def only_one_subscription(request: Request, seen: list[int]) -> Response | None:
    """A subscription to prompts alone is refused."""
    if _asked(request).get("toolsListChanged") or len(_asked(request)) > 1:
        return None
    seen.append(1)
    return Response.of_error(request, -32603, "Too many subscriptions") if len(seen) == 2 else None


@fault(breaks="sub-multiple-concurrent")
@messages(LISTEN, state=dict)
def only_the_last_subscription_is_told(message: Message, request: Request, last: dict[str, Any]) -> Any:
    """Changes are told to the subscription that was opened last, and to no other."""
    if _is_acknowledgment(message):
        last["id"] = request.id
    is_change = str(message.get("method")).endswith("/list_changed")
    return DROP if is_change and request.id != last.get("id") else None


@fault(breaks="meta-subscription-id-absent-off-stream")
@notifications("notifications/progress")
def progress_names_a_subscription(message: Message, request: Request) -> None:
    """Progress of a call has a subscription id."""
    message["params"]["_meta"] = {META_SUBSCRIPTION: request.id}


@fault(breaks="sub-graceful-response-has-id")
@messages(LISTEN)
def completion_names_no_subscription(message: Message, request: Request) -> Any:
    """A subscription to nothing ends with a result that names another one."""
    if not _is_acknowledgment(message) or _asked(request):
        return None
    meta = {META_SUBSCRIPTION: "another", META_SERVER_INFO: {"name": "reference", "version": "1"}}
    result = {"resultType": "complete", "_meta": meta}
    return [message, {"jsonrpc": "2.0", "id": request.id, "result": result}]


@fault(breaks="tools-list-changed-on-listen")
@notifications("notifications/tools/list_changed")
def changed_tools_are_not_told(message: Message, request: Request) -> list[Any]:
    """A change of the tools is not told to subscriptions."""
    return DROP


@fault(breaks="prompts-list-changed-on-listen")
@notifications("notifications/prompts/list_changed")
def changed_prompts_are_not_told(message: Message, request: Request) -> list[Any]:
    """A change of the prompts is not told to subscriptions."""
    return DROP


@fault(breaks="resources-list-changed-on-listen")
@notifications("notifications/resources/list_changed")
def changed_resources_are_not_told(message: Message, request: Request) -> list[Any]:
    """A change of the list of resources is not told to subscriptions."""
    return DROP


@fault(breaks="resources-updated-on-listen")
@notifications(UPDATED)
def updates_are_not_told(message: Message, request: Request) -> list[Any]:
    """An update of a resource is not told to subscriptions."""
    return DROP


@fault(breaks="resources-list-changed-notification")
@notifications("notifications/resources/list_changed")
def changed_resources_are_not_notified(message: Message, request: Request) -> list[Any]:
    """A change of the list of resources is not notified."""
    return DROP


@fault(breaks="resources-subscribe-works")
@notifications(UPDATED)
def subscribers_are_not_told(message: Message, request: Request) -> list[Any]:
    """A subscription is accepted, and no update is ever sent."""
    return DROP


@fault(breaks="resources-unsubscribe-works")
@requests("resources/unsubscribe")
def unsubscribe_has_no_effect(request: Request) -> Response:
    """A subscription goes on after resources/unsubscribe."""
    return Response.of_json({"jsonrpc": "2.0", "id": request.id, "result": {}})


@fault(breaks="resources-updated-only-if-subscribed")
@responses_to(("tools/call", "resources/subscribe"), state=set)
def updates_without_a_subscription(message: Message, request: Request, subscribed: set[str | None]) -> Any:
    """Sessions that never subscribed are told of updates."""
    if request.rpc_method == "resources/subscribe":
        subscribed.add(request.session_id)
    if request.params.get("name") != "update_watched_resource" or request.session_id in subscribed:
        return None
    params = {"uri": "test://watched-resource"}
    return [{"jsonrpc": "2.0", "method": UPDATED, "params": params}, message]
