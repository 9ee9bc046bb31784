"""Faults of prompts."""

from conformance.protocol.revisions import LEGACY, MODERN
from conformance.reference.catalogue import fault
from conformance.reference.exchange import Message, Request
from conformance.reference.transformations import (
    DROP,
    When,
    errors,
    messages,
    notifications,
    requests,
    responses_to,
    results,
)

_GET = "prompts/get"


def _named(name: str) -> When:
    return lambda request: request.params.get("name") == name


def _failed(message: Message) -> Message:
    return {"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32603, "message": "Internal error"}}


def _undeclare(message: Message) -> None:
    """Nothing that the server says of itself is about prompts."""
    message.get("result", {}).get("capabilities", {}).pop("prompts", None)
    if message.get("method") == "notifications/subscriptions/acknowledged":
        message["params"]["notifications"].pop("promptsListChanged", None)


@fault(breaks="prompts-capability-declared")
@messages()
def prompts_not_declared(message: Message, request: Request) -> None:
    """Prompts are served although the capability is not declared."""
    _undeclare(message)


@fault(breaks="prompts-list-answered", revisions=MODERN)
@responses_to("prompts/list")
def prompts_list_fails(message: Message, request: Request) -> Message | None:
    """prompts/list fails although prompts are declared."""
    return _failed(message) if "result" in message else None


@fault(breaks="prompts-list-not-per-connection", revisions=MODERN)
@results("prompts/list", state=list)
def prompts_list_alternates(result: Message, request: Request, seen: list[int]) -> None:
    """Every second answer leaves out the first prompt."""
    seen.append(1)
    if len(seen) % 2 and "cursor" not in request.params:
        del result["prompts"][0]


@fault(breaks="prompts-list-result-shape")
@results("prompts/list")
def prompt_argument_without_name(result: Message, request: Request) -> None:
    """An argument of a prompt has no name."""
    for prompt in result["prompts"]:
        for argument in prompt.get("arguments", ())[:1]:
            del argument["name"]


@fault(breaks="prompts-list-result-shape")
@results("prompts/list", when=lambda request: "cursor" in request.params)
def prompt_arguments_by_name(result: Message, request: Request) -> None:
    """The arguments of a prompt are an object on pages after the first."""
    result["prompts"][0]["arguments"] = {"tone": {"required": False}}


@fault(breaks="prompts-name-unique")
@results("prompts/list")
def prompt_twice(result: Message, request: Request) -> None:
    """A page has a prompt twice."""
    result["prompts"].append(result["prompts"][0])


@fault(breaks="prompts-get-result-shape")
@results(_GET)
def prompt_of_the_system(result: Message, request: Request) -> None:
    """A message has a role that does not exist."""
    for message in result.get("messages", ())[:1]:
        message["role"] = "system"


@fault(breaks="prompts-get-result-shape")
@results(_GET)
def prompt_content_is_a_list(result: Message, request: Request) -> None:
    """The content of a message is a list of blocks."""
    for message in result.get("messages", ()):
        message["content"] = [message["content"]]


@fault(breaks="prompts-get-result-shape")
@results(_GET, when=_named("test_conversation"))
def prompt_content_is_bare_text(result: Message, request: Request) -> None:
    """The content of a message is a string."""
    result["messages"][1]["content"] = "In a neutral tone."


@fault(breaks="prompts-listed-gettable")
@responses_to(_GET, when=_named("test_simple_prompt"))
def listed_prompt_fails(message: Message, request: Request) -> Message:
    """A listed prompt cannot be got."""
    return _failed(message)


@fault(breaks="prompts-image-base64-mime")
@results(_GET, when=_named("test_prompt_with_image"))
def prompt_image_is_a_data_url(result: Message, request: Request) -> None:
    """Image data is a data URL."""
    content = result["messages"][0]["content"]
    content["data"] = f"data:image/png;base64,{content['data']}"


@fault(breaks="prompts-image-base64-mime")
@results(_GET, when=_named("test_prompt_with_image"))
def prompt_image_type_is_an_extension(result: Message, request: Request) -> None:
    """The mimeType of an image is a file extension."""
    result["messages"][0]["content"]["mimeType"] = "png"


@fault(breaks="prompts-audio-base64-mime")
@results(_GET, when=_named("test_simple_prompt"))
def prompt_audio_without_type(result: Message, request: Request) -> None:
    """Audio content has no mimeType."""
    result["messages"][0]["content"] = {"type": "audio", "data": "UklGRg=="}


@fault(breaks="prompts-embedded-resource-fields")
@results(_GET, when=_named("test_prompt_with_embedded_resource"))
def prompt_resource_without_content(result: Message, request: Request) -> None:
    """An embedded resource has neither text nor blob."""
    del result["messages"][0]["content"]["resource"]["text"]


@fault(breaks="prompts-embedded-resource-fields")
@results(_GET, when=_named("test_prompt_with_embedded_resource"))
def prompt_resource_with_a_path(result: Message, request: Request) -> None:
    """The URI of an embedded resource is a path."""
    result["messages"][0]["content"]["resource"]["uri"] = "notes/today.txt"


@fault(breaks="prompts-embedded-resource-mime")
@results(_GET, when=_named("test_prompt_with_embedded_resource"))
def prompt_resource_without_type(result: Message, request: Request) -> None:
    """An embedded resource has no mimeType."""
    del result["messages"][0]["content"]["resource"]["mimeType"]


@fault(breaks="prompts-content-of-revision", revisions=("2024-11-05",))
@results(_GET, when=_named("test_simple_prompt"))
def prompt_audio_in_2024(result: Message, request: Request) -> None:
    """A prompt has audio content under 2024-11-05."""
    result["messages"][0]["content"] = {"type": "audio", "data": "", "mimeType": "audio/wav"}


@fault(breaks="prompts-error-invalid-name")
@errors(_GET, when=lambda request: "no-such" in str(request.params.get("name")))
def unknown_prompt_is_internal(error: Message, request: Request) -> None:
    """An unknown prompt is an internal error."""
    error["code"] = -32603


@fault(breaks="prompts-error-missing-argument")
@requests(_GET, when=_named("test_prompt_with_arguments"))
def missing_argument_is_empty(request: Request) -> None:
    """A required argument that is missing counts as empty."""
    request.params["arguments"] = {"arg1": "", "arg2": "", **request.params.get("arguments", {})}


@fault(breaks="prompts-validate-arguments")
@requests(_GET, when=_named("test_prompt_with_arguments"))
def prompt_arguments_of_any_type(request: Request) -> None:
    """Arguments of any type are taken for texts."""
    arguments = request.params.get("arguments", {})
    request.params["arguments"] = {name: str(value) for name, value in arguments.items()}


@fault(breaks="prompts-list-changed-notification", revisions=LEGACY)
@notifications("notifications/prompts/list_changed")
def prompt_change_not_announced(message: Message, request: Request) -> list[Message]:
    """No notification follows a change of the prompt list."""
    return DROP


@fault(breaks="prompts-list-changed-only-if-declared", revisions=LEGACY)
@results("initialize")
def prompt_changes_not_declared(result: Message, request: Request) -> None:
    """Changes of the prompt list are announced although listChanged is not declared."""
    result["capabilities"]["prompts"].pop("listChanged", None)


@fault(breaks="prompts-respect-negotiation")
@messages()
def prompts_are_a_stub(message: Message, request: Request) -> None:
    """Prompts are not declared, yet listed, as an empty list."""
    _undeclare(message)
    if "prompts" in message.get("result", {}):
        message["result"]["prompts"] = []
        message["result"].pop("nextCursor", None)
