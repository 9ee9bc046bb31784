"""Oddities of messages, errors and `_meta`."""

from typing import Any

from conformance.protocol.revisions import MODERN
from conformance.reference.catalogue import oddity
from conformance.reference.exchange import Message, Request, Response
from conformance.reference.transformations import errors, requests, responses, responses_to, results


def _is_unreadable(request: Request) -> bool:
    return request.method == "POST" and bool(request.body) and request.json is None


@oddity(because="A server may refuse what it cannot accept by an HTTP error status, with any body or none.")
@requests(when=_is_unreadable)
def unreadable_body_refused_in_words(request: Request) -> Response:
    """A body that is not JSON is refused with 400 and plain text."""
    response = Response(400, body=b"Bad Request")
    response.headers["content-type"] = "text/plain"
    return response


@oddity(because="JSON-RPC 2.0: the id of an error is null where the id of the request could not be read.")
@requests(when=_is_unreadable)
def parse_error_with_null_as_id(request: Request) -> Response:
    """A body that is not JSON is answered 200 with -32700 and the id null."""
    error = {"code": -32700, "message": "Parse error"}
    return Response.of_json({"jsonrpc": "2.0", "id": None, "error": error})


@oddity(because="The body of a refusal may be a JSON-RPC error without an id, and need not be one at all.")
@requests(when=lambda request: "method" in request.message and request.message.get("jsonrpc") != "2.0")
def gateway_refuses_in_its_own_json(request: Request) -> Response:
    """What is no JSON-RPC is refused with the JSON body of a gateway."""
    return Response.of_json({"error": {"code": 400, "message": "malformed", "status": "INVALID"}}, 400)


@oddity(because="The message objects are open, and so is the error object: receivers ignore what they do not know.")
@responses_to()
def unknown_members_beside_the_result(message: Message, request: Request) -> None:
    """Responses have a member that no schema names."""
    message["x-trace"] = "abc"


@oddity(because="An error may carry data of any type.")
@errors()
def errors_with_data(error: Message, request: Request) -> None:
    """Errors carry a list as data."""
    error.setdefault("data", ["more", {"about": "it"}])


@oddity(because="_meta keys: a prefix of one label, a name alone, an empty name and any value are allowed.")
@results()
def meta_of_a_vendor(result: Message, request: Request) -> None:
    """Results have _meta keys of every legal form."""
    mine: dict[str, Any] = {"vendor/output": 1, "com.example.a-1/x_y.z": None, "note": {"_in": 1}, "com.example/": []}
    result["_meta"] = {**result.get("_meta", {}), **mine}


@oddity(because="Trace context follows W3C, where tracestate may have empty members.", revisions=MODERN)
@results()
def trace_context(result: Message, request: Request) -> None:
    """Results carry trace context."""
    result["_meta"] = {
        **result.get("_meta", {}),
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "tracestate": "vendor=00f067aa0ba902b7,,tenant@sys=x",
        "baggage": "userId=alice,serverNode=DF%2028;prop",
    }


@oddity(because="JSON may be written with escapes and white space; it is UTF-8 all the same.")
@responses()
def json_with_white_space(response: Response, request: Request) -> None:
    """JSON bodies are surrounded by white space."""
    if response.body and response.headers.get("content-type") == "application/json":
        response.body = b"\n  " + response.body + b"\r\n"
