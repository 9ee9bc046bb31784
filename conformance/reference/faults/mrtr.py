"""Faults of results that ask for input."""

from typing import Any

from conformance.protocol.revisions import MODERN
from conformance.reference.catalogue import fault
from conformance.reference.exchange import Message, Request, Response
from conformance.reference.transformations import When, requests, responses_to, results

CALLS = "tools/call"
_FIXTURE = "test_input_required_result_"


def _calls(*names: str) -> When:
    return lambda request: request.params.get("name") in [_FIXTURE + name for name in names]


def _retries(request: Request) -> bool:
    return "inputResponses" in request.params and str(request.params.get("name")).startswith(_FIXTURE)


def _responses(request: Request) -> Message:
    given = request.params["inputResponses"]
    return given if isinstance(given, dict) else {}


def _asks(result: Message) -> bool:
    return result.get("resultType") == "input_required"


def _result(request: Request, kind: str, **members: Any) -> Message:
    meta = {"io.modelcontextprotocol/serverInfo": {"name": "mcp-conformance-reference", "version": "1"}}
    return {"jsonrpc": "2.0", "id": request.id, "result": {"resultType": kind, "_meta": meta, **members}}


def _done(request: Request) -> Message:
    return _result(request, "complete", content=[{"type": "text", "text": "Done."}])


@fault(breaks="result-resulttype-known-values", revisions=MODERN)
@results("completion/complete")
def result_type_invented(result: Message, request: Request) -> None:
    """The type of a result is a word of the server's own."""
    result["resultType"] = "done"


@fault(breaks="mrtr-only-supported-methods", revisions=MODERN)
@results("completion/complete")
def completion_asks_for_input(result: Message, request: Request) -> None:
    """completion/complete asks for more before it completes."""
    del result["completion"]
    result |= {"resultType": "input_required", "requestState": "more"}


@fault(breaks="mrtr-values-allowed-requests", revisions=MODERN)
@results(CALLS, when=_calls("elicitation"))
def input_request_of_another_kind(result: Message, request: Request) -> None:
    """The client is asked for a ping."""
    if _asks(result):
        result["inputRequests"]["more"] = {"method": "ping"}


@fault(breaks="mrtr-values-allowed-requests", revisions=MODERN)
@results(CALLS, when=_calls("sampling"))
def input_requests_as_array(result: Message, request: Request) -> None:
    """inputRequests is an array."""
    if _asks(result):
        result["inputRequests"] = list(result["inputRequests"].values())


@fault(breaks="mrtr-requeststate-string", revisions=MODERN)
@results(CALLS, when=_calls("request_state"))
def request_state_as_object(result: Message, request: Request) -> None:
    """requestState is an object."""
    if "requestState" in result:
        result["requestState"] = {"sealed": result["requestState"]}


@fault(breaks="mrtr-at-least-one-field", revisions=MODERN)
@results(CALLS, when=_calls("list_roots"))
def question_without_content(result: Message, request: Request) -> None:
    """A result asks for input and does not say for what."""
    result.pop("inputRequests", None)


@fault(breaks="mrtr-no-undeclared-input-kind", revisions=MODERN)
@requests(CALLS, when=_calls("capabilities"))
def asks_for_roots_undeclared(request: Request) -> Response | None:
    """The client is asked for its roots although it declared none."""
    if request.params["_meta"]["io.modelcontextprotocol/clientCapabilities"]:
        return None
    asked = {"roots": {"method": "roots/list"}}
    return Response.of_json(_result(request, "input_required", inputRequests=asked))


@fault(breaks="mrtr-retry-independent", revisions=MODERN)
@requests(CALLS, when=_retries)
def retry_is_unknown(request: Request) -> Response | None:
    """A retry with all inputs is refused, as if the question had been forgotten."""
    if not _responses(request):
        return None
    return Response.of_error(request, -32602, "No such question", status=200)


@fault(breaks="mrtr-ignore-unexpected-responses", revisions=MODERN)
@requests(CALLS, when=_retries)
def unexpected_response_refused(request: Request) -> Response | None:
    """A response that nobody asked for is an error."""
    if "conformance-unexpected" not in _responses(request):
        return None
    return Response.of_error(request, -32602, "Unexpected response", status=200)


@fault(breaks="mrtr-missing-responses-rerequest", revisions=MODERN)
@requests(CALLS, when=_retries)
def missing_response_refused(request: Request) -> Response | None:
    """A retry without the inputs is an error."""
    if request.params["inputResponses"] != {}:
        return None
    return Response.of_error(request, -32602, "Missing response", status=200)


@fault(breaks="mrtr-protocol-error-jsonrpc", revisions=MODERN)
@requests(CALLS, when=_retries)
def malformed_responses_taken(request: Request) -> Response | None:
    """inputResponses of any type are taken."""
    return None if isinstance(request.params["inputResponses"], dict) else Response.of_json(_done(request))


@fault(breaks="mrtr-validate-input-responses", revisions=MODERN)
@requests(CALLS, when=_retries)
def wrong_responses_taken(request: Request) -> Response | None:
    """Responses of any shape are taken."""
    wrong = [one for one in _responses(request).values() if not isinstance(one, dict) or one.get("action") == 5]
    return Response.of_json(_done(request)) if wrong else None


@fault(breaks="mrtr-requeststate-reject-tampered", revisions=MODERN)
@responses_to(CALLS, when=_calls("tampered_state"))
def tampered_state_taken(message: Message, request: Request) -> Message | None:
    """Any requestState is taken."""
    if "error" not in message or "requestState" not in request.params:
        return None
    return _done(request)
