"""Faults of pagination."""

from conformance.reference.catalogue import fault
from conformance.reference.exchange import Message, Request, Response
from conformance.reference.transformations import errors, requests, results

_LISTS = ("tools/list", "resources/list", "resources/templates/list", "prompts/list")
_INVENTED = "conformance-no-such-cursor"


def _has_cursor(request: Request) -> bool:
    return "cursor" in request.params


@fault(breaks="pagination-cursor-string")
@results(_LISTS, when=_has_cursor)
def next_cursor_null(result: Message, request: Request) -> None:
    """The last page has a nextCursor that is null."""
    result.setdefault("nextCursor", None)


@fault(breaks="pagination-cursor-string")
@results("resources/templates/list")
def next_cursor_number(result: Message, request: Request) -> None:
    """A nextCursor is a number."""
    if "nextCursor" in result:
        result["nextCursor"] = 2


@fault(breaks="pagination-results-after-cursor")
@results("resources/list", state=dict)
def page_begins_with_last_item(result: Message, request: Request, last: dict[str, Message]) -> None:
    """A page begins with the last item of the page before it."""
    if _has_cursor(request) and last.get("item") not in (None, *result["resources"]):
        result["resources"].insert(0, last["item"])
    last["item"] = result["resources"][-1]


@fault(breaks="pagination-results-after-cursor")
@results("prompts/list", state=list)
def pages_without_end(result: Message, request: Request, pages: list[int]) -> None:
    """A list never ends: the last page has the cursor that led to it."""
    if "nextCursor" not in result and _has_cursor(request):
        result["nextCursor"] = request.params["cursor"]


@fault(breaks="pagination-stable-cursors")
@results("resources/list", when=_has_cursor, state=list)
def cursor_shifts(result: Message, request: Request, uses: list[int]) -> None:
    """Every second use of a cursor begins one item later."""
    uses.append(1)
    if len(uses) % 2:
        del result["resources"][0]


@fault(breaks="pagination-invalid-cursor-32602")
@requests(_LISTS, when=lambda request: request.params.get("cursor") == _INVENTED)
def invented_cursor_ignored(request: Request) -> None:
    """A cursor that the server never gave is ignored."""
    del request.params["cursor"]


@fault(breaks="pagination-invalid-cursor-32602")
@errors(_LISTS, when=lambda request: request.params.get("cursor") == _INVENTED)
def invented_cursor_is_internal(error: Message, request: Request) -> None:
    """A cursor that the server never gave is an internal error."""
    error["code"] = -32603


@fault(breaks="pagination-invalid-cursor-graceful")
@requests(_LISTS, when=lambda request: len(str(request.params.get("cursor"))) > 1000)
def long_cursor_crashes(request: Request) -> Response:
    """A very long cursor makes the server fail without a JSON-RPC answer."""
    return Response(500, body=b"Internal Server Error")
