"""Faults of caching hints."""

from conformance.reference.catalogue import fault
from conformance.reference.exchange import Message, Request
from conformance.reference.transformations import results

HINTS = "caching-hints-present"


@fault(breaks=HINTS)
@results("tools/list")
def list_without_ttl(result: Message, request: Request) -> None:
    """tools/list has no ttlMs."""
    del result["ttlMs"]


@fault(breaks=HINTS)
@results("resources/templates/list")
def templates_without_scope(result: Message, request: Request) -> None:
    """The last page of resources/templates/list has no cacheScope."""
    if "nextCursor" not in result:
        del result["cacheScope"]


@fault(breaks=HINTS)
@results("resources/read")
def resource_without_hints(result: Message, request: Request) -> None:
    """resources/read has no hints."""
    result.pop("ttlMs", None)
    result.pop("cacheScope", None)


@fault(breaks=HINTS)
@results("server/discover")
def ttl_as_text(result: Message, request: Request) -> None:
    """ttlMs of server/discover is text."""
    result["ttlMs"] = "60000"


@fault(breaks=HINTS)
@results("prompts/list")
def unknown_scope(result: Message, request: Request) -> None:
    """cacheScope is a word that does not exist."""
    result["cacheScope"] = "shared"


@fault(breaks="caching-ttl-non-negative")
@results("prompts/list")
def negative_ttl(result: Message, request: Request) -> None:
    """ttlMs is -1, meant as never stale."""
    result["ttlMs"] = -1


@fault(breaks="caching-same-scope-all-pages")
@results("tools/list")
def last_page_public(result: Message, request: Request) -> None:
    """The last page of tools/list is public, the others are private."""
    if "nextCursor" not in result:
        result["cacheScope"] = "public"


@fault(breaks="caching-input-required-no-hints")
@results()
def interim_results_cached(result: Message, request: Request) -> None:
    """A result that asks for input says how long it may be cached."""
    if result.get("resultType") == "input_required":
        result["ttlMs"] = 1000
