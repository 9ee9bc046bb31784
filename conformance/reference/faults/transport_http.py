"""Faults of Streamable HTTP."""

from conformance.reference.catalogue import fault
from conformance.reference.exchange import Request, Response
from conformance.reference.transformations import requests, responses


@fault(breaks="http-notification-202-empty")
@responses(when=lambda request: request.rpc_method is not None and "id" not in request.message)
def notification_answered_200(response: Response, request: Request) -> None:
    """An accepted notification is answered with 200 and a body."""
    if response.status == 202:
        response.status = 200
        response.json = {"jsonrpc": "2.0", "result": {}}


@fault(breaks="http-origin-validated")
@requests(when=lambda request: "origin" in request.headers)
def origin_not_checked(request: Request) -> None:
    """Every Origin is accepted."""
    request.headers.remove("origin")
