"""Oddities of versions, discovery and caching under 2026-07-28."""

from conformance.protocol.revisions import MODERN
from conformance.reference.catalogue import oddity
from conformance.reference.exchange import Message, Request, Response
from conformance.reference.transformations import errors, requests, results


@oddity(because="A server need not speak any legacy version; the status and an error are what a client sees.")
@requests("initialize")
def no_legacy_versions(request: Request) -> Response:
    """initialize is refused, with an error that names the modern version."""
    return Response.of_error(request, -32601, f"Method not found; this server speaks {MODERN[-1]}", status=400)


@oddity(because="The caching hints of each page are its own; only the scope has to be the same.", revisions=MODERN)
@results(("tools/list", "resources/list", "prompts/list"))
def ttl_shrinks_by_page(result: Message, request: Request) -> None:
    """Later pages have a shorter time to live."""
    result["ttlMs"] = 1000 if "cursor" in request.params else 3_600_000


@oddity(because="ttlMs may be any integer from zero; it is a hint, not a promise.", revisions=MODERN)
@results("server/discover")
def huge_ttl(result: Message, request: Request) -> None:
    """The discover result may be kept for a century, by anyone."""
    result["ttlMs"], result["cacheScope"] = 100 * 365 * 86_400_000, "public"


@oddity(because="Any extension may be declared, if its identifier is well formed.", revisions=MODERN)
@results("server/discover")
def extensions_of_vendors(result: Message, request: Request) -> None:
    """Extensions of several vendors are declared, one with an empty name, one with settings."""
    result["capabilities"]["extensions"] = {"com.example/x.y_z-1": {"depth": 2}, "org.example-labs.t/": {}}


@oddity(because="Servers SHOULD name themselves and may be configured not to; instructions are optional.",
        revisions=MODERN)  # fmt: skip
@results("server/discover")
def discover_says_the_least(result: Message, request: Request) -> None:
    """The discover result has no instructions."""
    result.pop("instructions", None)


@oddity(because="The data of an error may have members that no schema names.", revisions=MODERN)
@errors()
def refusal_with_advice(error: Message, request: Request) -> None:
    """The refusal of a version also says where to read more."""
    if error["code"] == -32022:
        error["data"]["documentation"] = "https://example.com/versions"
