"""Faults of sessions (basic/transports#session-management, up to 2025-11-25)."""

from collections.abc import AsyncIterator
from typing import Any

from conformance.protocol.revisions import REVISIONS
from conformance.reference.asgi import App, Receive, Send
from conformance.reference.catalogue import fault
from conformance.reference.exchange import Request, Response
from conformance.reference.rewriting import Rewriter
from conformance.reference.transformations import forever, requests, responses, streams, wraps

HEADER = "mcp-session-id"


@fault(breaks="http-session-missing-400")
@responses(when=lambda request: request.session_id is None)
def missing_session_is_422(response: Response, request: Request) -> None:
    """A request without the session id is refused with 422."""
    if response.status == 400:
        response.status = 422


@fault(breaks="http-session-missing-400")
@streams(when=lambda request: request.method == "GET" and request.session_id is None)
async def missing_session_listens(request: Request) -> AsyncIterator[bytes]:
    """A GET without the session id opens a stream."""
    yield b": open\n\n"
    await forever()


@fault(breaks="http-session-terminated-404")
@responses(when=lambda request: request.session_id is not None)
def ended_session_is_400(response: Response, request: Request) -> None:
    """A request with the id of an ended session is refused with 400."""
    if response.status == 404:
        response.status = 400


def _ends_session(request: Request) -> bool:
    """A DELETE that is right in all its headers."""
    version = request.headers.get("mcp-protocol-version")
    return request.method == "DELETE" and "origin" not in request.headers and version in (None, *REVISIONS)


@fault(breaks="http-session-terminated-404")
@requests(when=_ends_session)
def delete_ends_nothing(request: Request) -> Response:
    """DELETE is answered with 200, and the session lives on."""
    return Response(200)


@fault(breaks="http-session-terminated-404")
@responses(when=lambda request: request.session_id is not None and "id" not in request.message)
def ended_session_takes_notifications(response: Response, request: Request) -> None:
    """Notifications with the id of an ended session are accepted."""
    if response.status == 404 and request.rpc_method is not None:
        response.status, response.body = 202, b""


@fault(breaks="http-session-id-secure")
@wraps(state=list)
async def session_ids_count(request: Request, app: App, receive: Receive, send: Send, given: list[str]) -> None:
    """Session ids are counted upwards."""
    await _under_other_name(request, app, receive, send, given, "session-of-conformance-{:08d}")


@fault(breaks="http-session-id-secure")
@wraps(state=list)
async def session_ids_are_short(request: Request, app: App, receive: Receive, send: Send, given: list[str]) -> None:
    """Session ids are short numbers."""
    await _under_other_name(request, app, receive, send, given, "{}")


@fault(breaks="http-session-id-visible-ascii")
@wraps(state=list)
async def session_id_with_space(request: Request, app: App, receive: Receive, send: Send, given: list[str]) -> None:
    """Session ids have a space in them."""
    await _renamed(request, app, receive, send, " ")


@fault(breaks="http-session-id-visible-ascii")
@wraps(state=list)
async def session_id_with_umlaut(request: Request, app: App, receive: Receive, send: Send, given: list[str]) -> None:
    """Session ids have a letter outside of ASCII in them."""
    await _renamed(request, app, receive, send, "\u00fc")


async def _renamed(request: Request, app: App, receive: Receive, send: Send, mark: str) -> None:
    """Puts `mark` after the first four characters of each session id."""
    if request.session_id is not None:
        request.headers[HEADER] = request.session_id.replace(mark, "", 1)

    def rename(response: Response) -> Response:
        if (session := response.headers.get(HEADER)) is not None:
            response.headers[HEADER] = session[:4] + mark + session[4:]
        return response

    await request.pass_on(app, receive, Rewriter(send, rename, None))


async def _under_other_name(
    request: Request, app: App, receive: Receive, send: Send, given: list[str], pattern: str
) -> None:
    """Gives out `pattern` with the number of the session in place of its id."""
    names: dict[Any, str] = {pattern.format(number): session for number, session in enumerate(given)}
    if request.session_id in names:
        request.headers[HEADER] = names[request.session_id]

    def rename(response: Response) -> Response:
        if (session := response.headers.get(HEADER)) is not None:
            if session not in given:
                given.append(session)
            response.headers[HEADER] = pattern.format(given.index(session))
        return response

    await request.pass_on(app, receive, Rewriter(send, rename, None))
