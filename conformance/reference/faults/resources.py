"""Faults of resources and their templates."""

import base64
from typing import Any

from conformance.protocol.revisions import LEGACY, MODERN
from conformance.reference.asgi import App, Receive, Send
from conformance.reference.catalogue import fault
from conformance.reference.exchange import Message, Request
from conformance.reference.rewriting import rewriting_messages
from conformance.reference.transformations import When, errors, messages, requests, responses_to, results, wraps

_READ = "resources/read"


def _reads(*uris: Any) -> When:
    return lambda request: request.params.get("uri") in uris


def _unknown(request: Request) -> bool:
    return "no-such-resource" in str(request.params.get("uri"))


def _read_instead(request: Request, uri: str) -> None:
    request.message["params"] = {**request.params, "uri": uri}
    request.headers["mcp-name"] = uri


@fault(breaks="resources-capability-declared")
@messages()
def resources_not_declared(message: Message, request: Request) -> None:
    """Resources are served although the capability is not declared; nothing else is about resources."""
    result = message.get("result", {})
    result.get("capabilities", {}).pop("resources", None)
    for block in result.get("content", ()):
        if block["type"] == "resource":
            block.clear()
            block |= {"type": "text", "text": "A resource."}
    if message.get("method") == "notifications/subscriptions/acknowledged":
        for name in ("resourcesListChanged", "resourceSubscriptions"):
            message["params"]["notifications"].pop(name, None)


@fault(breaks="resources-list-answered", revisions=MODERN)
@responses_to("resources/list")
def resources_list_unknown(message: Message, request: Request) -> Message | None:
    """resources/list fails although resources are declared."""
    failed = {"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32603, "message": "Internal error"}}
    return failed if "result" in message else None


@fault(breaks="resources-list-not-per-connection", revisions=MODERN)
@results("resources/list", state=list)
def resources_list_alternates(result: Message, request: Request, seen: list[int]) -> None:
    """Every second answer leaves out the first resource."""
    seen.append(1)
    if len(seen) % 2 and "cursor" not in request.params:
        del result["resources"][0]


@fault(breaks="resources-list-not-per-connection", revisions=MODERN)
@results(("resources/list", _READ), state=set)
def resources_list_grows_by_reading(result: Message, request: Request, readers: set[Any]) -> None:
    """A connection that has read a resource sees one more in the list."""
    connection = tuple(request.scope.get("client") or ())
    if request.rpc_method == _READ:
        readers.add(connection)
    elif connection in readers and "cursor" not in request.params:
        result["resources"].append({"uri": "test://unlocked", "name": "unlocked"})


@fault(breaks="resources-list-result-shape")
@results("resources/list")
def resource_without_name(result: Message, request: Request) -> None:
    """The last resource of each page has no name."""
    del result["resources"][-1]["name"]


@fault(breaks="resources-list-result-shape")
@results("resources/list", when=lambda request: "cursor" in request.params)
def resources_missing_on_later_pages(result: Message, request: Request) -> None:
    """Pages after the first have no resources array."""
    del result["resources"]


@fault(breaks="resources-list-result-shape")
@results("resources/list")
def resource_size_is_text(result: Message, request: Request) -> None:
    """A size is a string."""
    result["resources"][0]["size"] = "12"


@fault(breaks="resources-custom-scheme-rfc3986")
@results("resources/list")
def resource_scheme_with_underscore(result: Message, request: Request) -> None:
    """A resource has a scheme that RFC 3986 does not allow."""
    if "nextCursor" not in result:
        result["resources"].append({"uri": "my_app://settings", "name": "settings"})


@fault(breaks="resources-custom-scheme-rfc3986")
@results("resources/templates/list")
def template_scheme_with_underscore(result: Message, request: Request) -> None:
    """A template has a scheme that RFC 3986 does not allow."""
    if "nextCursor" not in result:
        result["resourceTemplates"].append({"uriTemplate": "my_app://{id}", "name": "mine"})


@fault(breaks="resources-templates-result-shape")
@results("resources/templates/list")
def template_not_closed(result: Message, request: Request) -> None:
    """A template has an expression without an end."""
    if "nextCursor" not in result:
        result["resourceTemplates"].append({"uriTemplate": "test://other/{id", "name": "open"})


@fault(breaks="resources-templates-result-shape")
@results("resources/templates/list")
def template_without_name(result: Message, request: Request) -> None:
    """A template has no name."""
    del result["resourceTemplates"][-1]["name"]


@fault(breaks="resources-template-mime-uniform")
@results(_READ, when=lambda request: str(request.params.get("uri")).startswith("test://template/"))
def template_type_differs(result: Message, request: Request) -> None:
    """A resource of a template has another type than the template says."""
    result["contents"][0]["mimeType"] = "application/json"


@fault(breaks="resources-read-result-shape")
@results(_READ)
def contents_without_uri(result: Message, request: Request) -> None:
    """Contents do not name their URI."""
    del result["contents"][0]["uri"]


@fault(breaks="resources-read-result-shape")
@results(_READ)
def contents_are_one_object(result: Message, request: Request) -> None:
    """Contents are an object, not an array."""
    result["contents"] = result["contents"][0]


@fault(breaks="resources-read-result-shape")
@results(_READ, when=_reads("test://settings"))
def contents_without_text_or_blob(result: Message, request: Request) -> None:
    """The last listed resource has neither text nor blob."""
    del result["contents"][0]["text"]


@fault(breaks="resources-read-result-shape")
@results(_READ)
def content_key_is_singular(result: Message, request: Request) -> None:
    """The result has `content` in place of `contents`."""
    result["content"] = result.pop("contents")


@fault(breaks="resources-listed-readable")
@responses_to(_READ, when=_reads("test://settings"))
def listed_resource_unreadable(message: Message, request: Request) -> Message:
    """A listed resource cannot be read."""
    return {"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32603, "message": "Internal error"}}


@fault(breaks="resources-size-true")
@results("resources/list")
def resource_size_of_base64(result: Message, request: Request) -> None:
    """The size of a binary resource is that of its encoded form."""
    for resource in result["resources"]:
        if "size" in resource:
            resource["size"] = resource["size"] * 4 // 3


@fault(breaks="resources-size-true")
@results("resources/list")
def resource_size_of_a_block(result: Message, request: Request) -> None:
    """A text resource has the size of a block on a disk."""
    for resource in result["resources"]:
        if resource["uri"] == "test://static-text":
            resource["size"] = 4096


@fault(breaks="resources-uri-unique")
@results("resources/list")
def resource_twice(result: Message, request: Request) -> None:
    """A page has a resource twice."""
    result["resources"].append(result["resources"][0])


@fault(breaks="resources-uri-unique")
@results("resources/list", state=dict)
def resource_again_on_the_last_page(result: Message, request: Request, first: Message) -> None:
    """The last page has the first resource of the first page again."""
    if "cursor" not in request.params:
        first["resource"] = result["resources"][0]
    elif "nextCursor" not in result and "resource" in first:
        result["resources"].append(first["resource"])


@fault(breaks="resources-not-found-32002", revisions=LEGACY)
@errors(_READ, when=_unknown)
def unknown_resource_32602(error: Message, request: Request) -> None:
    """An unknown resource is answered with -32602 under a legacy revision."""
    error["code"] = -32602


@fault(breaks="resources-not-found-32602", revisions=MODERN)
@errors(_READ, when=_unknown)
def unknown_resource_32603(error: Message, request: Request) -> None:
    """An unknown resource is answered with -32603."""
    error["code"] = -32603


@fault(breaks="resources-not-found-32602", revisions=MODERN)
@requests(_READ, when=_unknown)
def unknown_resource_has_content(request: Request) -> None:
    """An unknown resource is answered with the content of another."""
    _read_instead(request, "test://static-text")


@fault(breaks="resources-not-found-no-empty-contents", revisions=MODERN)
@wraps(_READ, when=_unknown)
async def unknown_resource_is_empty(request: Request, app: App, receive: Receive, send: Send) -> None:
    """An unknown resource is answered with empty contents."""

    def empty(message: Message) -> list[Message]:
        message["result"]["contents"] = []
        return [message]

    _read_instead(request, "test://empty")
    await request.pass_on(app, receive, rewriting_messages(send, empty))


@fault(breaks="resources-validate-uris")
@requests(_READ, when=_reads("not a URI, but words"))
def words_are_read_as_a_uri(request: Request) -> None:
    """What is no URI is taken for that of a resource."""
    _read_instead(request, "test://static-text")


@fault(breaks="resources-validate-uris")
@requests(_READ, when=lambda request: isinstance(request.params.get("uri"), list))
def array_of_uris_is_read(request: Request) -> None:
    """An array is taken for the URI of a default resource."""
    _read_instead(request, "test://static-text")


@fault(breaks="resources-binary-encoded")
@results(_READ, when=_reads("test://static-binary"))
def blob_is_hexadecimal(result: Message, request: Request) -> None:
    """A blob is in hexadecimal digits with a prefix."""
    result["contents"][0]["blob"] = "0x:89504e47"


@fault(breaks="resources-binary-encoded")
@results(_READ, when=_reads("test://static-binary"))
def blob_without_padding(result: Message, request: Request) -> None:
    """A blob is in the URL-safe alphabet and without padding."""
    result["contents"][0]["blob"] = "_-8"


@fault(breaks="resources-binary-encoded")
@results(_READ, when=_reads("test://static-binary"))
def blob_in_hexadecimal_digits(result: Message, request: Request) -> None:
    """A blob is in hexadecimal digits, which pass for Base64."""
    content = result["contents"][0]
    content["blob"] = base64.b64decode(content["blob"]).hex()


@fault(breaks="resources-text-only-if-text")
@results(_READ, when=_reads("test://static-binary"))
def base64_as_text(result: Message, request: Request) -> None:
    """The Base64 of binary data is given as text."""
    content = result["contents"][0]
    content["text"] = content.pop("blob")


@fault(breaks="resources-text-only-if-text")
@results(_READ, when=_reads("test://static-binary"))
def binary_as_text(result: Message, request: Request) -> None:
    """Binary data is given as text."""
    content = result["contents"][0]
    del content["blob"]
    content["text"] = "\ufffdPNG\r\n\x1a\n\0\0\0\rIHDR"


@fault(breaks="resources-annotations-range")
@results("resources/list")
def priority_above_one(result: Message, request: Request) -> None:
    """A priority is beyond its range."""
    result["resources"][0]["annotations"] = {"priority": 5}


@fault(breaks="resources-annotations-range")
@results("tools/call")
def audience_of_strangers(result: Message, request: Request) -> None:
    """A content block is for an audience that does not exist."""
    for block in result.get("content", [])[:1]:
        block["annotations"] = {"audience": ["system"]}


@fault(breaks="resources-annotations-last-modified")
@results("resources/list")
def last_modified_in_words(result: Message, request: Request) -> None:
    """lastModified is a date as people write it."""
    result["resources"][0]["annotations"] = {"lastModified": "Tue, 28 Jul 2026 12:00:00 GMT"}


@fault(breaks="resources-subscribe-works", revisions=LEGACY)
@responses_to("resources/subscribe")
def subscribe_unknown(message: Message, request: Request) -> Message:
    """resources/subscribe is not there although the flag is declared."""
    return {"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32603, "message": "Internal error"}}


@fault(breaks="resources-unsubscribe-works", revisions=LEGACY)
@responses_to("resources/unsubscribe")
def unsubscribe_unknown(message: Message, request: Request) -> Message:
    """resources/unsubscribe fails."""
    return {"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32603, "message": "Internal error"}}


@fault(breaks="resources-list-changed-only-if-declared", revisions=LEGACY)
@results("initialize")
def resource_changes_not_declared(result: Message, request: Request) -> None:
    """Changes of the resource list are announced although listChanged is not declared."""
    result["capabilities"]["resources"].pop("listChanged", None)
