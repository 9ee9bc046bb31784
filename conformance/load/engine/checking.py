"""Was that answer what was asked for? Each one is checked, in microseconds: 200 with an error inside is a failure."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Raw, Struct

from conformance.load.engine.answer import Answer
from conformance.load.results.model import FailureKind

Problem = tuple[FailureKind, str]
MessageId = int | str

TEXT_LENGTH = 200
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What reading JSON may raise; the last where it is nested too deeply."""

NOTHING = Raw(b"")


class Envelope(Struct):
    """A JSON-RPC message, as far as a client has to look."""

    jsonrpc: str = ""
    id: Any = None
    method: str | None = None
    result: Raw = NOTHING
    error: Any = None

    @property
    def has_result(self) -> bool:
        return self.result != NOTHING


class _Tool(Struct):
    content: list[Raw]
    isError: bool = False  # noqa: N815 - the member's name
    resultType: str = "complete"  # noqa: N815


class _Tools(Struct):
    tools: list[Raw]


class _Resources(Struct):
    resources: list[Raw]


class _Templates(Struct):
    resourceTemplates: list[Raw]  # noqa: N815


class _Prompts(Struct):
    prompts: list[Raw]


class _Contents(Struct):
    contents: list[Raw]


class _Messages(Struct):
    messages: list[Raw]


class _Initialized(Struct):
    protocolVersion: str  # noqa: N815
    capabilities: dict[str, Any]


class _Discovered(Struct):
    supportedVersions: list[str]  # noqa: N815
    capabilities: dict[str, Any]


_FORMS: dict[str, type[Struct]] = {
    "tools/call": _Tool,
    "tools/list": _Tools,
    "resources/list": _Resources,
    "resources/templates/list": _Templates,
    "resources/read": _Contents,
    "prompts/list": _Prompts,
    "prompts/get": _Messages,
    "initialize": _Initialized,
    "server/discover": _Discovered,
}
_envelope = msgspec.json.Decoder(Envelope).decode
_readers: dict[str, Callable[[Raw], Any]] = {
    method: msgspec.json.Decoder(form).decode for method, form in _FORMS.items()
}
_any_object = msgspec.json.Decoder(dict[str, Raw]).decode


def envelope(data: bytes | str) -> Envelope | None:
    """The message in a body or an event, None when it is no JSON object."""
    try:
        return _envelope(data)
    except UNREADABLE:
        return None


def is_response(message: Envelope | None, id: MessageId) -> bool:
    """Whether it answers the request; an error without an id is the answer to a request that was not understood."""
    if message is None or message.method is not None:
        return False
    return message.id == id or (message.id is None and message.error is not None)


def problem_of_status(answer: Answer) -> Problem | None:
    """What a status says that is no success."""
    if answer.status == 429:
        wait = answer.header(b"retry-after")
        return "rate-limited", f"HTTP 429{f', Retry-After {wait}' if wait else ''}"
    if not 200 <= answer.status < 300:
        return "http", f"HTTP {answer.status}{_in_short(answer.body)}"
    return None


def problem_of_response(message: Envelope | None, id: MessageId, method: str) -> Problem | None:
    """What is wrong with the JSON-RPC response to a request of `method`."""
    if message is None:
        return "content", "the answer is no JSON object"
    if message.error is not None:
        return "jsonrpc", _error(message.error)
    if message.jsonrpc != "2.0" or not message.has_result:
        return "content", "the answer is no JSON-RPC response"
    if message.id != id:
        return "content", f"the response has the id {message.id!r:.40}, not that of the request"
    return _problem_of_result(message.result, method)


def _problem_of_result(result: Raw, method: str) -> Problem | None:
    read = _readers.get(method, _any_object)
    try:
        value = read(result)
    except UNREADABLE as error:
        return "content", f"the result of {method} is not what it has to be: {str(error)[:TEXT_LENGTH]}"
    if isinstance(value, _Tool):
        if value.isError:
            return "tool", f"isError: {bytes(value.content[0])[:TEXT_LENGTH]!r}" if value.content else "isError"
        if value.resultType != "complete":
            return "content", f"the result is not complete: resultType {value.resultType!r:.40}"
    return None


def problem_of_object(body: bytes) -> Problem | None:
    """What is wrong with an answer that has to be some JSON object."""
    try:
        _any_object(body)
    except UNREADABLE:
        return "content", "the answer is no JSON object"
    return None


def _error(error: Any) -> str:
    if isinstance(error, dict):
        return f"error {error.get('code')}: {str(error.get('message'))[:TEXT_LENGTH]}"
    return f"error {str(error)[:TEXT_LENGTH]}"


def _in_short(body: bytes) -> str:
    return f": {body[:TEXT_LENGTH].decode('utf-8', 'replace')}" if body else ""
