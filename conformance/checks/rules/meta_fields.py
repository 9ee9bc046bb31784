"""`_meta`: the names of its keys, and what 2026-07-28 puts there (basic/index#_meta)."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from conformance.checks.invariants import Judge, invariant
from conformance.checks.rules.claims import claimed
from conformance.checks.rules.force import expects_no_answer, in_force, judged_messages, sent_meta
from conformance.protocol.messages import (
    INVALID_PARAMS,
    META,
    META_CAPABILITIES,
    META_SERVER_INFO,
    META_VERSION,
    MISSING_CAPABILITY,
)
from conformance.protocol.reply import Reply
from conformance.wire.channel import Context

OPAQUE = frozenset(
    {
        "arguments", "capabilities", "data", "experimental", "extensions", "input", "inputSchema", "metadata",
        "outputSchema", "requestedSchema", "structuredContent", "_meta",
    }
)  # fmt: skip
"""Members whose value belongs to the application: a `_meta` inside is not that of the protocol."""

_LABEL = re.compile(r"[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])?")
_NAME = re.compile(r"([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?")
_TOP_LEVEL = frozenset({"ai", "app", "com", "dev", "edu", "gov", "io", "net", "org"})
_RESERVED = ("mcp", "modelcontextprotocol")

KNOWN = frozenset(
    META + name
    for name in (
        "clientCapabilities", "clientInfo", "logLevel", "model-immediate-response", "protocolVersion", "related-task",
        "serverInfo", "subscriptionId",
    )
)  # fmt: skip
"""Keys under a prefix of MCP that some revision defines."""


def meta_objects(node: Any) -> Iterator[dict[str, Any]]:
    """Every `_meta` object of a message, wherever the schemas have one."""
    if isinstance(node, list):
        for child in node:
            yield from meta_objects(child)
    if not isinstance(node, dict):
        return
    if isinstance(node.get("_meta"), dict):
        yield node["_meta"]
    for key, child in node.items():
        if key not in OPAQUE:
            yield from meta_objects(child)


def _keys(reply: Reply, context: Context) -> list[str]:
    messages = judged_messages(reply, context) if in_force(reply, context) else ()
    return [key for message in messages for meta in meta_objects(message) for key in meta]


def _each_key(problem: Callable[[str, str], str | None]) -> Judge:
    """A rule about every key, as a function of the key and the revision."""

    def judge(reply: Reply, context: Context) -> list[str] | None:
        keys = dict.fromkeys(_keys(reply, context))
        if not keys:
            return None
        found = ((key, problem(key, context.revision)) for key in keys)
        return [f"the _meta key {key[:80]!r} {words}" for key, words in found if words]

    return judge


def labels(key: str) -> list[str]:
    """The labels of a key's prefix; empty without a prefix."""
    prefix, slash, _ = key.rpartition("/")
    return prefix.split(".") if slash else []


def prefix_is_no_series(key: str, revision: str) -> str | None:
    return "has a prefix that is not labels with dots between" if "" in labels(key) or key.count("/") > 1 else None


def label_is_malformed(key: str, revision: str) -> str | None:
    if key.count("/") > 1:
        return None
    wrong = [label for label in labels(key) if label and not _LABEL.fullmatch(label)]
    return f"has the prefix label {wrong[0][:40]!r}" if wrong else None


def name_is_malformed(key: str, revision: str) -> str | None:
    name = key.rpartition("/")[2]
    return None if _NAME.fullmatch(name) else "has a name that does not begin and end with a letter or digit"


def prefix_is_forward_dns(key: str, revision: str) -> str | None:
    found = labels(key)
    forward = len(found) > 1 and found[-1].lower() in _TOP_LEVEL and found[0].lower() not in _TOP_LEVEL
    return "has a prefix that is not in reverse DNS order" if forward and not is_reserved(key, revision) else None


def prefix_is_taken(key: str, revision: str) -> str | None:
    undefined = is_reserved(key, revision) and key not in KNOWN
    return "has a prefix that is reserved for MCP, which does not define it" if undefined else None


def is_reserved(key: str, revision: str) -> bool:
    """2025-06-18 reserves a known label before the last one, later revisions the second label."""
    found = labels(key)
    return any(label in _RESERVED for label in (found[:-1] if revision == "2025-06-18" else found[1:2]))


invariant("meta-prefix-label-format")(_each_key(prefix_is_no_series))
invariant("meta-prefix-label-chars")(_each_key(label_is_malformed))
invariant("meta-name-format")(_each_key(name_is_malformed))
invariant("meta-prefix-reverse-dns")(_each_key(prefix_is_forward_dns))
invariant("meta-reserved-prefix-mcp")(_each_key(prefix_is_taken))


@invariant("meta-server-info-in-results")
def results_name_the_server(reply: Reply, context: Context) -> list[str] | None:
    """A malformed serverInfo is judged by the schema; what answers a notification is no result at all."""
    if not reply.has_result or not in_force(reply, context) or expects_no_answer(context.message):
        return None
    meta = reply.result.get("_meta")
    named = isinstance(meta, dict) and META_SERVER_INFO in meta
    return [] if named else [f"the result of {reply.method} does not name the server"]


@invariant("meta-missing-field-http-400")
def incomplete_requests_get_400(reply: Reply, context: Context) -> list[str] | None:
    """Judged where a request without the client's capabilities, or a version, is refused for that."""
    lacks = {META_VERSION, META_CAPABILITIES} - set(sent_meta(context.message))
    if not lacks or "id" not in (context.message or {}) or reply.error_code != INVALID_PARAMS:
        return None
    return [] if reply.status == 400 else [f"a request without required _meta fields is refused with {reply.status}"]


@invariant("meta-missing-capability-error")
def missing_capabilities_are_named(reply: Reply, context: Context) -> list[str] | None:
    """The schema of the error says how; a test looks at what is named."""
    if reply.error_code != MISSING_CAPABILITY:
        return None
    return claimed("meta-missing-capability-error", reply, context)


@invariant("meta-missing-capability-http-400")
def missing_capabilities_get_400(reply: Reply, context: Context) -> list[str] | None:
    if reply.error_code != MISSING_CAPABILITY:
        return None
    return [] if reply.status == 400 else [f"the error {MISSING_CAPABILITY} has the HTTP status {reply.status}"]
