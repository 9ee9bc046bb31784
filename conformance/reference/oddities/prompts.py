"""Oddities of prompts, completions and pages."""

from conformance.reference.asgi import App, Receive, Send
from conformance.reference.catalogue import oddity
from conformance.reference.exchange import Message, Request
from conformance.reference.rewriting import rewriting_messages
from conformance.reference.transformations import results, wraps

_LISTS = ("tools/list", "resources/list", "resources/templates/list", "prompts/list")


@oddity(because="A prompt may have any number of messages, none among them, and no description.")
@results("prompts/get")
def prompts_without_messages(result: Message, request: Request) -> None:
    """Prompts give no messages."""
    if "messages" in result:
        result["messages"] = []
        result.pop("description", None)


@oddity(because="Arguments and all their members but the name are optional.")
@results("prompts/list")
def prompt_arguments_by_name_only(result: Message, request: Request) -> None:
    """Optional arguments say nothing but their names, and prompts without arguments have an empty list."""
    for prompt in result["prompts"]:
        for argument in prompt.setdefault("arguments", []):
            argument.pop("description", None)
            if not argument.get("required"):
                argument.pop("required", None)


@oddity(because="Content of any kind may come from any role, and images may be of any image type.")
@results("prompts/get", when=lambda request: request.params.get("name") == "test_prompt_with_image")
def assistant_shows_a_drawing(result: Message, request: Request) -> None:
    """An image is from the assistant, empty, and of a type with parameters."""
    result["messages"][0] = {
        "role": "assistant",
        "content": {"type": "image", "data": "", "mimeType": "image/svg+xml; charset=utf-8"},
    }


@oddity(because="total and hasMore are optional, and suggestions may be none at all.")
@results("completion/complete")
def completions_without_counts(result: Message, request: Request) -> None:
    """Completions have values alone."""
    result["completion"] = {"values": result["completion"]["values"]}


@oddity(because="A server need not know how many options there are, only that there are more.")
@results("completion/complete")
def completions_have_more_without_total(result: Message, request: Request) -> None:
    """One value comes at a time, with hasMore and no total."""
    values = result["completion"]["values"]
    result["completion"] = {"values": values[:1], "hasMore": len(values) > 1}


@oddity(because="A page may be empty although more follow, and its size is the server's choice.")
@wraps(_LISTS)
async def first_page_is_empty(request: Request, app: App, receive: Receive, send: Send) -> None:
    """The first page of every list is empty, and its cursor an empty string."""
    if "cursor" not in request.params:
        await request.pass_on(app, receive, rewriting_messages(send, _emptied))
        return
    if request.params["cursor"] == "":
        del request.params["cursor"]
    await request.pass_on(app, receive, send)


def _emptied(message: Message) -> list[Message]:
    result = message.get("result", {})
    for key in ("tools", "resources", "resourceTemplates", "prompts"):
        if key in result:
            result |= {key: [], "nextCursor": ""}
    return [message]
