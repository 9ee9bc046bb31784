"""Oddities of initialization."""

from conformance.protocol.revisions import LEGACY
from conformance.reference.catalogue import oddity
from conformance.reference.exchange import Message, Request, Response
from conformance.reference.transformations import requests, results


def _is_unknown(request: Request) -> bool:
    return request.params.get("protocolVersion") not in LEGACY


@oddity(because="The page on the lifecycle shows this error for a version mismatch.", revisions=LEGACY)
@requests("initialize", when=lambda request: request.params.get("protocolVersion") == LEGACY[0])
def oldest_version_refused(request: Request) -> Response:
    """The oldest version is not supported, and is refused with an error that lists those that are."""
    data = {"supported": list(LEGACY[1:]), "requested": request.params["protocolVersion"]}
    return Response.of_error(request, -32602, "Unsupported protocol version", data=data)


@oddity(because="A server may support a single version; others are answered with that one.", revisions=LEGACY)
@requests("initialize")
def only_one_legacy_version(request: Request) -> None:
    """The newest legacy version is the only one that is spoken."""
    request.params["protocolVersion"] = LEGACY[-1]


@oddity(because="Instructions, title and other optional members may be left out.", revisions=LEGACY)
@results("initialize")
def initialize_says_the_least(result: Message, request: Request) -> None:
    """The initialize result has required members only."""
    result.pop("instructions", None)
    result["serverInfo"] = {"name": "", "version": ""}


@oddity(because="Capabilities are an open set; experimental ones are maps of objects.", revisions=LEGACY)
@results("initialize")
def unknown_capabilities(result: Message, request: Request) -> None:
    """The server declares experimental capabilities, and one that no revision knows."""
    result["capabilities"]["experimental"] = {"com.example/teleport": {"range": 3}}
    result["capabilities"]["com.example/other"] = {}


@oddity(because="The result of ping may carry _meta as any result.", revisions=LEGACY)
@results("ping")
def ping_with_meta(result: Message, request: Request) -> None:
    """The result of ping has _meta."""
    result["_meta"] = {"com.example/load": 0.5}


@oddity(because="How a second initialize in a session is answered is not said.", revisions=LEGACY)
@requests("initialize", when=lambda request: request.session_id is not None)
def second_initialize_refused(request: Request) -> Response:
    """A second initialize in one session is refused."""
    return Response.of_error(request, -32600, "Already initialized", status=400)
