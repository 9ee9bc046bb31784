"""Faults of progress."""

from typing import Any

from conformance.protocol.revisions import MODERN
from conformance.reference.catalogue import fault
from conformance.reference.exchange import Message, Request, Response
from conformance.reference.transformations import notifications, requests, responses_to

PROGRESS = "notifications/progress"


def _token(request: Request) -> Any:
    meta = request.params.get("_meta")
    return meta.get("progressToken") if isinstance(meta, dict) else None


@fault(breaks="progress-only-active-tokens")
@notifications(PROGRESS)
def progress_has_another_token(message: Message, request: Request) -> None:
    """Progress is reported under a token that nobody gave."""
    message["params"]["progressToken"] = "token-of-the-server"


@fault(breaks="progress-only-active-tokens")
@notifications(PROGRESS)
def progress_under_a_second_token(message: Message, request: Request) -> list[Message]:
    """Progress is reported once more under a token that nobody gave."""
    return [message, {**message, "params": {**message["params"], "progressToken": "token-of-the-server"}}]


@fault(breaks="progress-only-active-tokens")
@requests("tools/call", when=lambda request: _token(request) is None)
def progress_without_a_token(request: Request) -> None:
    """Progress is reported for requests that gave no token."""
    request.params.setdefault("_meta", {})["progressToken"] = f"call-{request.id}"


@fault(breaks="progress-only-active-tokens", revisions=MODERN)
@notifications(PROGRESS, state=dict)
def progress_keeps_the_first_token(message: Message, request: Request, first: dict[str, Any]) -> None:
    """Progress has the token of the first request that ever gave one."""
    message["params"]["progressToken"] = first.setdefault("token", message["params"]["progressToken"])


@fault(breaks="progress-token-type")
@notifications(PROGRESS)
def progress_token_as_text(message: Message, request: Request) -> None:
    """A token that was a number comes back as a string."""
    message["params"]["progressToken"] = str(message["params"]["progressToken"])


@fault(breaks="progress-token-type")
@requests(when=lambda request: isinstance(_token(request), int))
def integer_token_is_refused(request: Request) -> Response:
    """A request whose token is an integer is an error."""
    return Response.of_error(request, -32602, "progressToken must be a string")


@fault(breaks="progress-value-increases")
@notifications(PROGRESS)
def progress_stands_still(message: Message, request: Request) -> None:
    """Progress has the same value each time."""
    message["params"]["progress"] = 1


@fault(breaks="progress-value-increases")
@notifications(PROGRESS)
def progress_counts_down(message: Message, request: Request) -> None:
    """Progress is what is left to do."""
    message["params"]["progress"] = 100 - message["params"]["progress"]


@fault(breaks="progress-stop-after-completion")
@responses_to("tools/call", when=lambda request: _token(request) is not None)
def progress_after_the_response(message: Message, request: Request) -> list[Message]:
    """A last progress notification follows the response."""
    params = {"progressToken": _token(request), "progress": 1000}
    return [message, {"jsonrpc": "2.0", "method": PROGRESS, "params": params}]


@fault(breaks="progress-message-human-readable")
@notifications(PROGRESS)
def progress_message_is_blank(message: Message, request: Request) -> None:
    """The message of progress is blank."""
    message["params"]["message"] = " "


@fault(breaks="progress-fields-numeric")
@notifications(PROGRESS)
def progress_as_text(message: Message, request: Request) -> None:
    """The progress value is a text."""
    message["params"]["progress"] = f"{message['params']['progress']}%"


@fault(breaks="progress-fields-numeric")
@notifications(PROGRESS)
def total_as_text(message: Message, request: Request) -> None:
    """The total is a text."""
    message["params"]["total"] = "unknown"


@fault(breaks="progress-fields-numeric")
@notifications(PROGRESS)
def progress_names_no_token(message: Message, request: Request) -> None:
    """A progress notification has no token."""
    del message["params"]["progressToken"]


@fault(breaks="progress-rate-limit")
@notifications(PROGRESS)
def progress_floods(message: Message, request: Request) -> list[Message]:
    """Each step is reported in a thousand small ones."""
    params = message["params"]
    return [message | {"params": params | {"progress": params["progress"] + step / 1000}} for step in range(1000)]
