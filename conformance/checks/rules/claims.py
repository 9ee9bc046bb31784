"""Which rule a schema problem breaks: the most specific one, so that one defect is one finding."""

import re
from collections.abc import Iterator
from typing import Any

from conformance.checks.invariants import Judge, invariant
from conformance.checks.rules.claim import Claim, kind_of_message, named_path
from conformance.checks.rules.envelope import ENVELOPE
from conformance.checks.rules.force import judged_messages, method_answered
from conformance.protocol.messages import MISSING_CAPABILITY, UNSUPPORTED_VERSION
from conformance.protocol.reply import Reply
from conformance.protocol.schemas import Problem, check_message
from conformance.requirements import load
from conformance.wire.channel import Context
from conformance.wire.exchange import Exchange

GENERAL = "schema-server-messages-valid"
LISTS = r"(tools|prompts|resources|resources/templates)/list"


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

_READ_URI = re.compile(r"/result/contents/(\d+)/uri")
_CONTENT = r"/result/messages/\d+/content"
_ANNOTATED = rf"/result/(resources|resourceTemplates|content)/\d+|{_CONTENT}"
_LATER_CONTENT = '^is "(audio|resource_link)"'

_TOLD = "lifecycle-server-responds-capabilities-info"
_CACHEABLE = rf"{LISTS}|resources/read|server/discover"

CLAIMS = (
    *ENVELOPE,
    Claim(_TOLD, "initialize", "/result/(capabilities|serverInfo)$", "is missing"),
    Claim("ping-respond-empty", "ping", "/result"),
    Claim("caching-ttl-non-negative", _CACHEABLE, "/result/ttlMs$", "below the minimum"),
    Claim("caching-hints-present", _CACHEABLE, "/result/(ttlMs|cacheScope)$"),
    Claim("meta-missing-capability-error", ".*", "/error/data", code=MISSING_CAPABILITY),
    Claim("version-unsupported-error-consistent", ".*", "/error/data", code=UNSUPPORTED_VERSION),
    Claim("mrtr-only-supported-methods", ".*", "/result/resultType$", "may not answer"),
    Claim("mrtr-at-least-one-field", ".*", "/result$", "'inputRequests' or 'requestState'"),
    Claim("mrtr-values-allowed-requests", ".*", "/result/inputRequests"),
    Claim("mrtr-requeststate-string", ".*", "/result/requestState$"),
    Claim("tools-inputschema-valid-object", "tools/list", r"/result/tools/\d+/inputSchema$", "^is (?!missing)"),
    Claim("tools-output-schema-object-legacy", "tools/list", r"/result/tools/\d+/outputSchema(/type)?$"),
    Claim("tools-structured-object-legacy", "tools/call", "/result/structuredContent$"),
    Claim("tools-content-base64", "tools/call", r"/result/content/\d+/(data|mimeType)$"),
    Claim("tools-not-2024-audio", "tools/call", r"/result/content/\d+/type$", _LATER_CONTENT),
    Claim("tools-not-2025-03-resource-link", "tools/call", r"/result/content/\d+/type$", _LATER_CONTENT),
    Claim("sub-graceful-response-has-id", "subscriptions/listen", r"/result/_meta(/[^/]*subscriptionId)?$"),
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


def messages_with_method(reply: Reply, context: Context) -> Iterator[tuple[str, Any]]:
    """Each message that the revision rules, and its method: for a response that of the request."""
    for message in judged_messages(reply, context):
        if isinstance(message, dict) and isinstance(message.get("method"), str):
            yield message["method"], message
        else:
            yield method_answered(message, context.message) or "message", message


_latest: tuple[Exchange, int, dict[str, list[str]]] | None = None


def _problems(reply: Reply, context: Context) -> dict[str, list[str]]:
    """Problems by requirement. All judges look at one exchange in turn, so the latest answer is kept."""
    global _latest
    count = len(reply.exchange.messages)
    if _latest is None or _latest[0] is not reply.exchange or _latest[1] != count:
        _latest = (reply.exchange, count, _sorted_out(reply, context))
    return _latest[2]


def _sorted_out(reply: Reply, context: Context) -> dict[str, list[str]]:
    found: dict[str, dict[str, None]] = {}
    for method, message in messages_with_method(reply, context):
        for problem in check_message(context.revision, message, sender="server", request_method=method):
            if _repeats_ours(method, message, problem, context):
                continue
            owner = _owner(method, message, problem, context.revision)
            words = f"{method}{named_path(message, problem)}: {problem.message}"
            found.setdefault(owner, {})[words] = None
    return {owner: list(problems) for owner, problems in found.items()}


def _repeats_ours(method: str, message: Any, problem: Problem, context: Context) -> bool:
    """Whether the problem is with a URI that a probe made up: serving it at all breaks another rule."""
    place = _READ_URI.fullmatch(problem.path)
    if not context.probe or method != "resources/read" or place is None:
        return False
    asked = context.message.get("params") or {}
    return bool(message["result"]["contents"][int(place[1])].get("uri") == asked.get("uri"))


def _owner(method: str, message: Any, problem: Problem, revision: str) -> str:
    rules = load()
    for claim in CLAIMS:
        if claim.covers(method, message, problem) and revision in rules[claim.requirement].revisions:
            return claim.requirement
    return GENERAL


def _shape(requirement: str, method: str) -> Judge:
    def judge(reply: Reply, context: Context) -> list[str] | None:
        subjects = (kind_of_message(one) for name, one in messages_with_method(reply, context) if name == method)
        if not any(kind in ("notification", "result") for kind in subjects):
            return None
        return claimed(requirement, reply, context)

    return judge


for _requirement, _method in SHAPES.items():
    invariant(_requirement)(_shape(_requirement, _method))
