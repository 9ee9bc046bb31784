"""Faults of versions and extensions under 2026-07-28, and of server/discover."""

from conformance.protocol.revisions import LEGACY, MODERN
from conformance.reference.catalogue import fault
from conformance.reference.exchange import Message, Request, Response
from conformance.reference.transformations import errors, requests, responses, results

REFUSED = "version-unsupported-error"
CONSISTENT = "version-unsupported-error-consistent"
UNSUPPORTED_VERSION = -32022


def is_unknown_version(request: Request) -> bool:
    return request.body_revision is not None and request.body_revision not in (*MODERN, *LEGACY)


def speak_the_newest(request: Request) -> None:
    """What the server sees is a request under the newest revision."""
    request.params["_meta"]["io.modelcontextprotocol/protocolVersion"] = MODERN[-1]
    request.headers["mcp-protocol-version"] = MODERN[-1]


@fault(breaks=REFUSED)
@requests("tools/list", when=is_unknown_version)
def unknown_version_served(request: Request) -> None:
    """tools/list is served under any version."""
    speak_the_newest(request)


@fault(breaks=REFUSED)
@requests("resources/read", when=is_unknown_version)
def unknown_version_read(request: Request) -> None:
    """Resources are read under any version."""
    speak_the_newest(request)


@fault(breaks=REFUSED)
@requests("tools/call", when=is_unknown_version)
def unknown_version_called(request: Request) -> None:
    """Tools are called under any version."""
    speak_the_newest(request)


@fault(breaks=REFUSED)
@requests("server/discover", when=lambda request: _names_alike(request, "2099-12-31"))
def future_version_served(request: Request) -> None:
    """A version that is later than any is taken for the newest."""
    speak_the_newest(request)


def _names_alike(request: Request, version: str) -> bool:
    return version == request.body_revision == request.headers.get("mcp-protocol-version")


@fault(breaks=CONSISTENT)
@errors()
def refusal_repeats_nothing(error: Message, request: Request) -> None:
    """The refusal of a version does not say which one was requested."""
    if error["code"] == UNSUPPORTED_VERSION:
        del error["data"]["requested"]


@fault(breaks=CONSISTENT)
@errors()
def refusal_repeats_another_version(error: Message, request: Request) -> None:
    """The refusal of a version names the newest as the one requested."""
    if error["code"] == UNSUPPORTED_VERSION:
        error["data"]["requested"] = "2000-01-01"


@fault(breaks=CONSISTENT)
@errors()
def refusal_lists_versions_as_text(error: Message, request: Request) -> None:
    """The supported versions of a refusal are one string."""
    if error["code"] == UNSUPPORTED_VERSION:
        error["data"]["supported"] = ", ".join(error["data"]["supported"])


@fault(breaks=CONSISTENT)
@errors()
def refusal_lists_other_versions(error: Message, request: Request) -> None:
    """A refusal lists a version that server/discover does not."""
    if error["code"] == UNSUPPORTED_VERSION:
        error["data"]["supported"].append("2027-01-01")


@fault(breaks="version-ext-id-key-format")
@results("server/discover")
def extension_without_prefix(result: Message, request: Request) -> None:
    """An extension has an identifier without a prefix."""
    result["capabilities"].setdefault("extensions", {})["tracing"] = {}


@fault(breaks="version-ext-id-key-format")
@results("server/discover")
def extension_with_a_bad_label(result: Message, request: Request) -> None:
    """A label of the prefix of an extension begins with a digit."""
    result["capabilities"].setdefault("extensions", {})["com.1example/tracing"] = {}


@fault(breaks="discover-implemented")
@responses("server/discover")
def discover_unknown(response: Response, request: Request) -> Response:
    """server/discover is an unknown method."""
    unknown = Response.of_error(request, -32601, "Method not found", status=404)
    return unknown if response.status == 200 else response


@fault(breaks="discover-implemented")
@responses("server/discover")
def discover_crashes(response: Response, request: Request) -> Response:
    """server/discover ends in an internal error."""
    crash = Response.of_error(request, -32603, "Internal error", status=500)
    return crash if response.status == 200 else response


@fault(breaks="discover-result-shape")
@results("server/discover")
def discover_without_versions(result: Message, request: Request) -> None:
    """The discover result has no supportedVersions."""
    del result["supportedVersions"]


@fault(breaks="discover-result-shape")
@results("server/discover")
def discover_lists_numbers(result: Message, request: Request) -> None:
    """The supported versions are numbers."""
    result["supportedVersions"] = [20260728]


@fault(breaks="discover-supported-versions-truthful")
@results("server/discover")
def discover_hides_its_version(result: Message, request: Request) -> None:
    """The version that everything is served under is not in supportedVersions."""
    result["supportedVersions"] = list(LEGACY)


@fault(breaks="version-ext-fallback-or-reject")
@results(("server/discover", "resources/templates/list"))
def extension_for_everyone(result: Message, request: Request) -> None:
    """A result type of an extension is sent to clients that did not declare it."""
    if request.rpc_method == "server/discover":
        result["capabilities"].setdefault("extensions", {})["com.example/drafts"] = {}
    else:
        result["resultType"] = "draft"
