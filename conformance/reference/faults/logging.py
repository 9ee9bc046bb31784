"""Faults of logging."""

from typing import Any

from conformance.protocol.messages import META_LOG_LEVEL
from conformance.protocol.revisions import MODERN
from conformance.reference.catalogue import fault
from conformance.reference.exchange import Message, Request, Response
from conformance.reference.transformations import DROP, errors, messages, notifications, requests, responses_to, results

LEVELS = ("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency")
LOG: Message = {"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "error", "data": "Stray"}}


def _meta(request: Request) -> dict[str, Any]:
    meta = request.params.get("_meta")
    return meta if isinstance(meta, dict) else {}


@fault(breaks="logging-capability-declared")
@responses_to(("initialize", "server/discover", "logging/setLevel"))
def logs_without_the_capability(message: Message, request: Request) -> None:
    """The server logs, and declares no logging."""
    if request.rpc_method == "logging/setLevel":
        message.pop("result", None)
        message["error"] = {"code": -32601, "message": "Method not found"}
    elif "result" in message:
        message["result"]["capabilities"].pop("logging", None)


@fault(breaks="logging-message-shape")
@notifications("notifications/message")
def log_level_has_another_name(message: Message, request: Request) -> None:
    """The level of a log message is not one of the eight."""
    message["params"]["level"] = "warn"


@fault(breaks="logging-message-shape")
@notifications("notifications/message")
def log_without_data(message: Message, request: Request) -> None:
    """A log message has its text in another member than data."""
    message["params"]["message"] = message["params"].pop("data")


@fault(breaks="logging-message-shape")
@notifications("notifications/message")
def logger_is_a_number(message: Message, request: Request) -> None:
    """The name of the logger is a number."""
    message["params"]["logger"] = 7


@fault(breaks="logging-set-level-answered")
@requests("logging/setLevel", when=lambda request: request.params.get("level") == "notice")
def one_level_is_refused(request: Request) -> Response:
    """Of the eight levels one is not known to the server."""
    return Response.of_error(request, -32602, "Unknown level")


@fault(breaks="logging-set-level-answered")
@results("logging/setLevel")
def set_level_repeats_the_level(result: Message, request: Request) -> None:
    """The result of logging/setLevel is not empty."""
    result["level"] = request.params["level"]


@fault(breaks="logging-level-filter")
@requests("logging/setLevel", when=lambda request: request.params.get("level") in LEVELS)
def level_has_no_effect(request: Request) -> None:
    """Whatever level is set, everything is logged."""
    request.json = request.message | {"params": {"level": "debug"}}


@fault(breaks="logging-level-filter")
@messages(state=dict)
def only_the_level_itself_is_logged(message: Message, request: Request, chosen: Message) -> Any:
    """Messages above the level that was set are not sent."""
    if request.rpc_method == "logging/setLevel" and "result" in message:
        chosen["level"] = request.params["level"]
    other = message.get("method") == "notifications/message" and message["params"]["level"] != chosen.get("level")
    return DROP if other and "level" in chosen else None


@fault(breaks="logging-error-invalid-level")
@requests("logging/setLevel", when=lambda request: str(request.params.get("level")).lower() in LEVELS)
def levels_in_any_case(request: Request) -> None:
    """Levels are taken in capital letters as well."""
    request.json = request.message | {"params": {"level": request.params["level"].lower()}}


@fault(breaks="logging-error-invalid-level")
@requests("logging/setLevel", when=lambda request: request.params.get("level") not in LEVELS)
def any_level_is_accepted(request: Request) -> Response:
    """A level that does not exist is accepted."""
    return Response.of_json({"jsonrpc": "2.0", "id": request.id, "result": {}})


@fault(breaks="logging-error-invalid-level")
@errors("logging/setLevel")
def invalid_level_is_internal(error: Message, request: Request) -> None:
    """A level that does not exist is an internal error."""
    error["code"] = -32603


@fault(breaks="logging-modern-no-optin-silent")
@requests("tools/call")
def logs_unasked(request: Request) -> None:
    """Tools log for requests that carry no logLevel."""
    request.params.setdefault("_meta", {}).setdefault(META_LOG_LEVEL, "info")


@fault(breaks="logging-modern-threshold")
@requests("tools/call", when=lambda request: META_LOG_LEVEL in _meta(request))
def log_level_is_ignored(request: Request) -> None:
    """Tools log everything, whatever logLevel says."""
    request.params["_meta"][META_LOG_LEVEL] = "debug"


@fault(breaks="logging-modern-invalid-level")
@requests(when=lambda request: _meta(request).get(META_LOG_LEVEL, "info") not in LEVELS)
def any_log_level_is_accepted(request: Request) -> None:
    """A logLevel that does not exist is ignored."""
    del request.params["_meta"][META_LOG_LEVEL]


@fault(breaks="logging-modern-invalid-level")
@errors(when=lambda request: _meta(request).get(META_LOG_LEVEL, "info") not in LEVELS)
def invalid_log_level_is_internal(error: Message, request: Request) -> None:
    """A logLevel that does not exist is an internal error."""
    error["code"] = -32603


@fault(breaks="logging-modern-not-on-listen")
@messages("subscriptions/listen")
def logs_on_the_listen_stream(message: Message, request: Request) -> list[Message]:
    """The server logs on the streams of subscriptions."""
    return [message, LOG]


@fault(breaks="logging-rate-limit", revisions=MODERN)
@notifications("notifications/message")
def log_floods(message: Message, request: Request) -> list[Message]:
    """Each log message is sent a thousand times."""
    return [message] * 1000


@fault(breaks="logging-consistent-logger")
@notifications("notifications/message", state=list)
def logger_changes_its_name(message: Message, request: Request, seen: list[int]) -> None:
    """The logger has another name each time."""
    seen.append(1)
    message["params"]["logger"] = f"logger-{len(seen)}"
