"""Faults of the JSON-RPC framing."""

from typing import Any

from conformance.protocol.revisions import LEGACY, MODERN
from conformance.reference.asgi import App, Receive, Send
from conformance.reference.catalogue import fault
from conformance.reference.exchange import Message, Request, Response
from conformance.reference.rewriting import rewriting_messages
from conformance.reference.transformations import errors, notifications, requests, responses, responses_to, wraps

OLD = ("2024-11-05", "2025-03-26", "2025-06-18")
LISTS = ("tools/list", "prompts/list", "resources/list")


def _has_integer_id(request: Request) -> bool:
    return isinstance(request.id, int) and not isinstance(request.id, bool)


def _is_notification(request: Request) -> bool:
    return request.rpc_method is not None and "id" not in request.message


def _is_unknown(request: Request) -> bool:
    return (request.rpc_method or "").startswith("conformance/")


def _is_unreadable(request: Request) -> bool:
    return request.method == "POST" and bool(request.body) and request.json is None


def _error(code: int, *, status: int = 200, id: Any = None) -> Response:
    return Response.of_json({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": "Refused"}}, status)


@fault(breaks="jsonrpc-response-id-matches")
@responses_to("tools/list")
def response_id_as_text(message: Message, request: Request) -> None:
    """The id of a result is a string although the request had a number."""
    if "result" in message:
        message["id"] = f"{message['id']}!"


@fault(breaks="jsonrpc-response-id-matches")
@responses_to("prompts/list", when=_has_integer_id)
def response_id_one_too_high(message: Message, request: Request) -> None:
    """The result of prompts/list has the next id."""
    if "result" in message:
        message["id"] += 1


@fault(breaks="jsonrpc-response-id-matches")
@responses_to(when=lambda request: isinstance(request.id, str) and request.id.isdigit())
def string_ids_become_numbers(message: Message, request: Request) -> None:
    """A string of digits as id comes back as a number."""
    message["id"] = int(message["id"])


@fault(breaks="jsonrpc-response-id-matches")
@responses_to("resources/list")
def result_with_null_as_id(message: Message, request: Request) -> None:
    """The result of resources/list has the id null."""
    if "result" in message:
        message["id"] = None


@fault(breaks="jsonrpc-error-response-id-matches")
@responses_to(when=lambda request: request.rpc_method is not None)
def error_without_id(message: Message, request: Request) -> None:
    """Errors of requests that were understood have no id."""
    if "error" in message:
        message.pop("id", None)


@fault(breaks="jsonrpc-error-response-id-matches")
@responses_to(when=lambda request: request.rpc_method is not None)
def error_with_another_id(message: Message, request: Request) -> None:
    """Errors have an id that no request had."""
    if "error" in message and "id" in message:
        message["id"] = "error-0"


@fault(breaks="jsonrpc-request-id-string-or-integer")
@requests(when=lambda request: request.id == 0)
def zero_is_no_id(request: Request) -> Response:
    """A request whose id is 0 is taken for a notification."""
    return Response(202)


@fault(breaks="jsonrpc-request-id-string-or-integer")
@requests(when=lambda request: isinstance(request.id, int) and request.id < 0)
def negative_ids_refused(request: Request) -> Response:
    """A request with a negative id is refused."""
    return _error(-32600, status=400, id=request.id)


@fault(breaks="jsonrpc-request-id-not-null")
@wraps(when=lambda request: "id" in request.message and request.id is None)
async def null_id_served(request: Request, app: App, receive: Receive, send: Send) -> None:
    """A request whose id is null is served."""
    request.json = {**request.message, "id": 1}
    await request.pass_on(app, receive, rewriting_messages(send, lambda message: [message | {"id": None}]))


@fault(breaks="jsonrpc-messages-conform-2-0")
@responses_to("tools/list")
def response_without_version(message: Message, request: Request) -> None:
    """The response to tools/list has no jsonrpc member."""
    del message["jsonrpc"]


@fault(breaks="jsonrpc-messages-conform-2-0")
@responses_to()
def errors_of_json_rpc_1(message: Message, request: Request) -> None:
    """Errors say that they are JSON-RPC 1.0."""
    if "error" in message:
        message["jsonrpc"] = "1.0"


@fault(breaks="jsonrpc-messages-conform-2-0")
@notifications()
def notification_without_version(message: Message, request: Request) -> None:
    """Notifications have no jsonrpc member."""
    del message["jsonrpc"]


@fault(breaks="jsonrpc-messages-conform-2-0", revisions=("2025-11-25", *MODERN))
@responses_to("resources/list")
def result_beside_error_member(message: Message, request: Request) -> None:
    """A result comes with an error member that is null."""
    if "result" in message:
        message["error"] = None


@fault(breaks="jsonrpc-result-and-error-exclusive", revisions=OLD)
@responses_to("resources/list")
def result_beside_null_error(message: Message, request: Request) -> None:
    """A result comes with an error member that is null."""
    if "result" in message:
        message["error"] = None


@fault(breaks="jsonrpc-result-xor-error", revisions=OLD)
@responses_to("completion/complete")
def response_without_result(message: Message, request: Request) -> None:
    """The response to completion/complete has neither result nor error."""
    message.pop("result", None)


@fault(breaks="jsonrpc-result-field-present", revisions=("2025-11-25", *MODERN))
@responses_to("completion/complete")
def response_without_result_member(message: Message, request: Request) -> None:
    """The response to completion/complete has neither result nor error."""
    message.pop("result", None)


@fault(breaks="jsonrpc-error-has-code-and-message", revisions=(*LEGACY[1:], *MODERN))
@errors()
def error_without_message(error: Message, request: Request) -> None:
    """Errors have no message."""
    del error["message"]


@fault(breaks="jsonrpc-error-has-code-and-message-2024", revisions=("2024-11-05",))
@errors()
def error_without_message_2024(error: Message, request: Request) -> None:
    """Errors have no message."""
    del error["message"]


@fault(breaks="jsonrpc-error-has-code-and-message", revisions=(*LEGACY[1:], *MODERN))
@errors()
def error_without_code(error: Message, request: Request) -> None:
    """Errors have no code."""
    del error["code"]


@fault(breaks="jsonrpc-error-code-integer")
@errors()
def error_code_as_text(error: Message, request: Request) -> None:
    """Error codes are strings."""
    error["code"] = str(error["code"])


@fault(breaks="jsonrpc-error-code-integer")
@errors()
def error_code_with_fraction(error: Message, request: Request) -> None:
    """Error codes have a fraction."""
    error["code"] -= 0.5


@fault(breaks="jsonrpc-error-message-single-sentence")
@errors()
def error_message_with_stack_trace(error: Message, request: Request) -> None:
    """Error messages hold a stack trace."""
    error["message"] += "\n  File server.py, line 1, in serve\nKeyError: 'name'"


@fault(breaks="jsonrpc-request-answered", revisions=LEGACY)
@requests(when=_is_unknown)
def unknown_method_swallowed(request: Request) -> Response:
    """A request for an unknown method is accepted, and never answered."""
    return Response(202)


@fault(breaks="jsonrpc-request-answered", revisions=LEGACY)
@responses_to("tools/list")
def answered_twice(message: Message, request: Request) -> list[Message]:
    """The response to tools/list comes twice."""
    return [message, message]


@fault(breaks="jsonrpc-notification-no-response")
@responses(when=_is_notification)
def notification_answered(response: Response, request: Request) -> None:
    """A notification is answered with a result whose id is null."""
    if response.status == 202:
        response.headers["content-type"] = "application/json"
        response.json = {"jsonrpc": "2.0", "id": None, "result": {}}


@fault(breaks="jsonrpc-notification-no-id")
@notifications("notifications/progress")
def progress_with_id(message: Message, request: Request) -> None:
    """Progress notifications have an id."""
    message["id"] = 1


@fault(breaks="jsonrpc-notification-no-id")
@notifications("notifications/message")
def log_with_id(message: Message, request: Request) -> None:
    """Log notifications have an id."""
    message["id"] = "log-1"


@fault(breaks="jsonrpc-batch-receive", revisions=("2025-03-26",))
@requests(when=lambda request: isinstance(request.json, list))
def batch_refused(request: Request) -> Response:
    """Batches are refused."""
    return _error(-32600, status=400)


@fault(breaks="jsonrpc-batch-receive", revisions=("2025-03-26",))
@requests(when=lambda request: isinstance(request.json, list) and all("id" not in one for one in request.json))
def batch_of_notifications_refused(request: Request) -> Response:
    """A batch without a request is refused."""
    return _error(-32600, status=400)


@fault(breaks="jsonrpc-utf8-encoding", revisions=MODERN)
@responses("completion/complete")
def latin_1(response: Response, request: Request) -> None:
    """The answer to completion/complete is encoded in Latin-1."""
    if response.body and b'"result"' in response.body:
        response.body = response.body.replace(b'{"jsonrpc"', '{"x-note":"é","jsonrpc"'.encode("latin-1"), 1)


@fault(breaks="jsonrpc-parse-error-code")
@requests(when=_is_unreadable)
def parse_error_is_internal_error(request: Request) -> Response:
    """A body that is not JSON is answered with -32603."""
    return _error(-32603)


@fault(breaks="jsonrpc-parse-error-code")
@requests(when=_is_unreadable)
def parse_error_swallowed(request: Request) -> Response:
    """A body that is not JSON is accepted."""
    return Response(202)


@fault(breaks="jsonrpc-refusal-error-code")
@requests(when=_is_unreadable)
def parse_error_refused_as_internal_error(request: Request) -> Response:
    """A body that is not JSON is refused with 400 and -32603."""
    return _error(-32603, status=400)


@fault(breaks="jsonrpc-invalid-request-code")
@requests(when=lambda request: "method" in request.message and "jsonrpc" not in request.message)
def version_assumed(request: Request) -> None:
    """A message without the member jsonrpc is served."""
    request.json = {"jsonrpc": "2.0", **request.message}


@fault(breaks="jsonrpc-invalid-request-code")
@requests(when=lambda request: request.message.get("jsonrpc") == "1.0")
def json_rpc_1_is_method_not_found(request: Request) -> Response:
    """A request of JSON-RPC 1.0 is answered with -32601."""
    return _error(-32601, id=request.id)


@fault(breaks="jsonrpc-method-not-found-code")
@errors()
def unknown_method_is_internal_error(error: Message, request: Request) -> None:
    """An unknown method is answered with -32603."""
    if error["code"] == -32601:
        error["code"] = -32603


@fault(breaks="jsonrpc-method-not-found-code", revisions=LEGACY)
@requests(when=lambda request: (request.rpc_method or "").startswith("tools/no-such"))
def unknown_method_gets_a_result(request: Request) -> Response:
    """A method that starts like a known one gets an empty result."""
    return Response.of_json({"jsonrpc": "2.0", "id": request.id, "result": {}})


@fault(breaks="jsonrpc-invalid-params-code")
@errors("tools/call", when=lambda request: "name" not in request.params)
def missing_name_is_internal_error(error: Message, request: Request) -> None:
    """tools/call without a name is answered with -32603."""
    error["code"] = -32603


@fault(breaks="jsonrpc-params-optional", revisions=LEGACY)
@requests(LISTS, when=lambda request: "params" not in request.message)
def params_demanded(request: Request) -> Response:
    """A list is refused without params."""
    return _error(-32602, id=request.id)


@fault(breaks="jsonrpc-request-id-unique-in-session", revisions=LEGACY)
@responses_to("tools/call")
def two_pings_with_one_id(message: Message, request: Request) -> list[Message]:
    """While a tool runs the client is pinged twice, with the same id."""
    ping = {"jsonrpc": "2.0", "id": "ping-1", "method": "ping"}
    return [ping, dict(ping), message]


@fault(breaks="jsonrpc-request-id-unique-in-session", revisions=LEGACY)
@responses_to("tools/call")
def a_ping_with_one_id_in_each_call(message: Message, request: Request) -> list[Message]:
    """The client is pinged in each call of a tool, always with the same id."""
    return [{"jsonrpc": "2.0", "id": 1, "method": "ping"}, message]
