"""Oddities of resources and their templates."""

from conformance.protocol.revisions import LEGACY
from conformance.reference.catalogue import oddity
from conformance.reference.exchange import Message, Request
from conformance.reference.transformations import responses_to, results


@oddity(because="The order of resources is not defined, and may change from one answer to the next.")
@results("resources/list", state=list)
def resources_in_changing_order(result: Message, request: Request, asked: list[int]) -> None:
    """Every second page is in reverse order."""
    asked.append(1)
    if len(asked) % 2:
        result["resources"].reverse()


@oddity(because="A server may return several contents for one read, such as the files of a directory.")
@results("resources/read", when=lambda request: request.params.get("uri") == "test://settings")
def several_contents(result: Message, request: Request) -> None:
    """A read gives the resource and two more, one of them binary and without a type."""
    result["contents"] += [
        {"uri": "test://settings/a", "text": "a"},
        {"uri": "test://settings/b", "blob": ""},
    ]


@oddity(because="Empty contents are ruled out for resources that do not exist only; one that exists may be empty.")
@results("resources/read", when=lambda request: request.params.get("uri") == "test://empty")
def empty_directory(result: Message, request: Request) -> None:
    """A resource that exists has no contents."""
    result["contents"] = []


@oddity(because="mimeType, description and title are optional, and so are annotations.")
@results(("resources/list", "resources/templates/list"))
def bare_definitions(result: Message, request: Request) -> None:
    """Resources and templates have nothing but what they need."""
    for key in ("resources", "resourceTemplates"):
        for item in result.get(key, ()):
            for name in ("mimeType", "description", "title", "annotations", "size"):
                item.pop(name, None)


@oddity(because="An audience may be empty, and 0 and 1 are within the range of a priority.")
@results("resources/list")
def annotations_at_their_bounds(result: Message, request: Request) -> None:
    """Annotations are at the ends of their ranges, with members that no schema names."""
    for number, resource in enumerate(result["resources"]):
        resource["annotations"] = {"audience": [], "priority": number % 2, "x-team": "core"}


@oddity(because="Templates are optional: a server with resources need not offer them.", revisions=LEGACY)
@responses_to("resources/templates/list")
def templates_not_offered(message: Message, request: Request) -> Message:
    """resources/templates/list is not there."""
    return {"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32601, "message": "Method not found"}}


@oddity(because="A template may consist of an expression alone, and so match every URI.")
@results("resources/templates/list")
def template_of_anything(result: Message, request: Request) -> None:
    """A template takes any URI."""
    if "nextCursor" not in result:
        result["resourceTemplates"].append({"uriTemplate": "{+uri}", "name": "anything"})
