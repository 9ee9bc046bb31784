"""Faults of the JSON-RPC framing."""

from conformance.reference.catalogue import fault
from conformance.reference.exchange import Message, Request
from conformance.reference.transformations import errors, responses_to


@fault(breaks="jsonrpc-response-id-matches")
@responses_to("tools/list")
def response_id_as_text(message: Message, request: Request) -> None:
    """The id of a response is a string although the request had a number."""
    message["id"] = f"{message['id']}!"


@fault(breaks="jsonrpc-method-not-found-code")
@errors()
def unknown_method_is_internal_error(error: Message, request: Request) -> None:
    """An unknown method is answered with -32603."""
    if error["code"] == -32601:
        error["code"] = -32603
