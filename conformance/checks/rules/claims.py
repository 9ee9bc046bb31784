"""Which rule a schema problem breaks: the most specific one, so that one defect is one finding."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conformance.checks.invariants import Judge, invariant
from conformance.protocol.messages import is_notification
from conformance.protocol.reply import Reply
from conformance.protocol.schemas import Problem, check_message
from conformance.requirements import load
from conformance.wire.channel import Context
from conformance.wire.exchange import Exchange

GENERAL = "schema-server-messages-valid"
LISTS = r"(tools|prompts|resources|resources/templates)/list"


@dataclass(frozen=True, slots=True)
class Claim:
    """`requirement` owns problems in messages of `method` (of the request, for a response) at `path`, a JSON Pointer.

    Both are regular expressions, and so is `says`, which is searched for in the words of the problem; `path` may
    match a beginning. `beside` is the member "type" of the object that has the problem, for content blocks.
    """

    requirement: str
    method: str
    path: str = ""
    says: str = ""
    beside: str = ""

    def covers(self, method: str, message: Any, problem: Problem) -> bool:
        return (
            re.fullmatch(self.method, method) is not None
            and re.match(self.path, problem.path) is not None
            and re.search(self.says, problem.message) is not None
            and (not self.beside or _type_beside(message, problem.path) == self.beside)
        )


def _type_beside(message: Any, pointer: str) -> Any:
    found = message
    for step in pointer.split("/")[1:-1]:
        if isinstance(found, list) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        else:
            found = found.get(step) if isinstance(found, dict) else None
    return found.get("type") if isinstance(found, dict) else None


SHAPES = {
    "lifecycle-initialize-result-shape": "initialize",
    "discover-result-shape": "server/discover",
    "tools-list-result-shape": "tools/list",
    "tools-call-result-shape": "tools/call",
    "resources-list-result-shape": "resources/list",
    "resources-templates-result-shape": "resources/templates/list",
    "resources-read-result-shape": "resources/read",
    "prompts-list-result-shape": "prompts/list",
    "prompts-get-result-shape": "prompts/get",
    "completion-result-shape": "completion/complete",
    "logging-message-shape": "notifications/message",
    "progress-fields-numeric": "notifications/progress",
}
"""Requirements that are the schema of one method, and nothing else."""

_CONTENT = r"/result/messages/\d+/content"
_ANNOTATED = rf"/result/(resources|resourceTemplates|content)/\d+|{_CONTENT}"
_LATER_CONTENT = '"(audio|resource_link)"'

CLAIMS = (
    Claim("pagination-cursor-string", LISTS, r"/result/nextCursor$"),
    Claim("resources-annotations-range", ".*", rf"({_ANNOTATED})/annotations(/|$)"),
    Claim("resources-custom-scheme-rfc3986", "resources/list", r"/result/resources/\d+/uri$", r'^is "[^"/?#]+:'),
    Claim("resources-binary-encoded", "resources/read", r"/result/contents/\d+/blob$", "not a valid"),
    Claim("prompts-content-of-revision", "prompts/get", rf"{_CONTENT}/type$", _LATER_CONTENT),
    Claim("prompts-image-base64-mime", "prompts/get", rf"{_CONTENT}/(data|mimeType)$", beside="image"),
    Claim("prompts-audio-base64-mime", "prompts/get", rf"{_CONTENT}/(data|mimeType)$", beside="audio"),
    Claim("prompts-embedded-resource-fields", "prompts/get", rf"{_CONTENT}/resource(/|$)"),
    Claim("completion-max-100", "completion/complete", r"/result/completion/values$", "at most"),
    *(Claim(requirement, method, r"/(result|params)") for requirement, method in SHAPES.items()),
)
"""The first that covers a problem owns it, if its requirement is in force in the revision."""


def claimed(requirement: str, reply: Reply, context: Context) -> list[str]:
    """The schema problems of an exchange that a requirement owns, in words."""
    return _problems(reply, context).get(requirement, [])


def messages_with_method(reply: Reply) -> Iterator[tuple[str, Any]]:
    """Each message of the target, and its method: for a response that of the request."""
    for message in reply.messages:
        if isinstance(message, dict) and isinstance(message.get("method"), str):
            yield message["method"], message
        else:
            yield reply.method or "message", message


_latest: tuple[Exchange, int, dict[str, list[str]]] | None = None


def _problems(reply: Reply, context: Context) -> dict[str, list[str]]:
    """Problems by requirement. All judges look at one exchange in turn, so the latest answer is kept."""
    global _latest
    count = len(reply.exchange.messages)
    if _latest is None or _latest[0] is not reply.exchange or _latest[1] != count:
        _latest = (reply.exchange, count, _sorted_out(reply, context.revision))
    return _latest[2]


def _sorted_out(reply: Reply, revision: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for method, message in messages_with_method(reply):
        for problem in check_message(revision, message, sender="server", request_method=reply.method):
            words = f"{method}{problem.path}: {problem.message}"
            found.setdefault(_owner(method, message, problem, revision), []).append(words)
    return found


def _owner(method: str, message: Any, problem: Problem, revision: str) -> str:
    rules = load()
    for claim in CLAIMS:
        if claim.covers(method, message, problem) and revision in rules[claim.requirement].revisions:
            return claim.requirement
    return GENERAL


def _shape(requirement: str, method: str) -> Judge:
    def judge(reply: Reply, context: Context) -> list[str] | None:
        subjects = (one for name, one in messages_with_method(reply) if name == method)
        if not any(is_notification(one) or "result" in one for one in subjects if isinstance(one, dict)):
            return None
        return claimed(requirement, reply, context)

    return judge


for _requirement, _method in SHAPES.items():
    invariant(_requirement)(_shape(_requirement, _method))
