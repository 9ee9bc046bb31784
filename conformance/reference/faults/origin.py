"""Faults of Origin validation."""

from conformance.reference.asgi import App, Receive, Send
from conformance.reference.catalogue import fault
from conformance.reference.exchange import Request, Response
from conformance.reference.rewriting import Rewriter
from conformance.reference.transformations import requests, responses, wraps

LOCAL_PREFIXES = ("http://localhost", "http://127.0.0.1")


def _has_origin(request: Request) -> bool:
    return "origin" in request.headers


@fault(breaks="http-origin-validated")
@requests(when=_has_origin)
def origin_not_checked(request: Request) -> None:
    """Every Origin is accepted."""
    request.headers.remove("origin")


@fault(breaks="http-origin-validated")
@requests(when=lambda request: (request.headers.get("origin") or "").startswith(LOCAL_PREFIXES))
def origin_checked_by_prefix(request: Request) -> None:
    """An Origin that begins like a local one is accepted."""
    request.headers.remove("origin")


@fault(breaks="http-origin-validated")
@requests(when=lambda request: request.headers.get("origin") == "null")
def origin_null_accepted(request: Request) -> None:
    """The Origin "null" is accepted."""
    request.headers.remove("origin")


@fault(breaks="http-origin-validated")
@requests("tools/list", when=_has_origin)
def origin_not_checked_on_lists(request: Request) -> None:
    """A foreign page may list the tools."""
    request.headers.remove("origin")


@fault(breaks="http-origin-validated", revisions=("2025-03-26", "2025-06-18", "2025-11-25"))
@requests(when=lambda request: _has_origin(request) and request.method == "GET")
def origin_not_checked_on_get(request: Request) -> None:
    """A foreign page may listen."""
    request.headers.remove("origin")


@fault(breaks="http-origin-validated", revisions=("2025-03-26", "2025-06-18", "2025-11-25"))
@requests(when=lambda request: request.rpc_method == "initialize")
def origin_not_checked_on_initialize(request: Request) -> None:
    """A foreign page may open a session."""
    request.headers.remove("origin")


@fault(breaks="http-origin-validated", revisions=("2025-03-26", "2025-06-18", "2025-11-25"))
@wraps(when=lambda request: _has_origin(request) and request.method == "DELETE")
async def origin_checked_after_the_deed(request: Request, app: App, receive: Receive, send: Send) -> None:
    """A DELETE from a foreign page ends the session, and is answered 403."""
    request.headers.remove("origin")
    await request.pass_on(app, receive, Rewriter(send, lambda response: Response(403), None))


@fault(breaks="http-origin-invalid-403")
@responses(when=_has_origin)
def foreign_origin_is_400(response: Response, request: Request) -> None:
    """A foreign Origin is refused with 400."""
    if response.status == 403:
        response.status = 400


@fault(breaks="http-origin-invalid-403")
@responses(when=_has_origin)
def foreign_origin_is_401(response: Response, request: Request) -> None:
    """A foreign Origin is refused with 401."""
    if response.status == 403:
        response.status = 401


@fault(breaks="http-origin-invalid-403")
@responses(when=_has_origin)
def foreign_origin_is_200(response: Response, request: Request) -> None:
    """A foreign Origin is refused with a JSON-RPC error and status 200."""
    if response.status == 403 and response.json is not None:
        response.status = 200
        response.json = response.json | {"id": request.id}
