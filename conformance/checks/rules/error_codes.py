"""Error codes: the ranges of 2026-07-28 and their meanings (basic/index#error-codes)."""

from typing import Any

from conformance.checks.header_parameters import annotations
from conformance.checks.invariants import Judge, invariant
from conformance.checks.rules.force import in_force, judged_messages, sent_meta
from conformance.protocol.messages import (
    HEADER_MISMATCH,
    INTERNAL_ERROR,
    INVALID_PARAMS,
    INVALID_REQUEST,
    META_VERSION,
    METHOD_NOT_FOUND,
    MISSING_CAPABILITY,
    PARSE_ERROR,
    UNSUPPORTED_VERSION,
    JsonObject,
)
from conformance.protocol.reply import Reply
from conformance.wire.channel import Context

STANDARD = (PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS, INTERNAL_ERROR)
DEFINED = (HEADER_MISMATCH, MISSING_CAPABILITY, UNSUPPORTED_VERSION)
RETIRED = (-32002, -32042)
LEGACY_RANGE = range(-32019, -31999)
MCP_RANGE = range(-32099, -32019)
RESERVED_RANGE = range(-32768, -32099)

LONGEST_MESSAGE = 200

_ABOUT = {UNSUPPORTED_VERSION: "version", HEADER_MISMATCH: "headers"}


def _errors(reply: Reply, context: Context) -> list[JsonObject]:
    messages = (one for one in judged_messages(reply, context) if isinstance(one, dict))
    return [one["error"] for one in messages if isinstance(one.get("error"), dict)]


def _codes(reply: Reply, context: Context) -> list[int]:
    """The error codes that the modern revision rules; none where an older one may have been applied."""
    codes = [error.get("code") for error in _errors(reply, context)] if in_force(reply, context) else []
    return [code for code in codes if isinstance(code, int) and not isinstance(code, bool)]


def _none_of(refused: Any, words: str) -> Judge:
    def judge(reply: Reply, context: Context) -> list[str] | None:
        codes = _codes(reply, context)
        if not codes:
            return None
        return [f"the error code {code} {words}" for code in codes if refused(code)]

    return judge


invariant("jsonrpc-error-no-retired-codes")(_none_of(lambda code: code in RETIRED, "is retired"))
invariant("jsonrpc-error-reserved-range-only-defined")(
    _none_of(
        lambda code: code in MCP_RANGE and code not in (*DEFINED, *RETIRED),
        "is reserved for the specification, which does not define it",
    )
)
invariant("jsonrpc-error-avoid-legacy-range")(
    _none_of(lambda code: code in LEGACY_RANGE and code not in RETIRED, "is between -32000 and -32019")
)
invariant("jsonrpc-error-app-codes-outside-range")(
    _none_of(
        lambda code: code in RESERVED_RANGE and code not in STANDARD,
        "is in the range that JSON-RPC reserves, and not one that it defines",
    )
)


@invariant("jsonrpc-error-defined-codes-specified-meaning")
def defined_codes_keep_their_meaning(reply: Reply, context: Context) -> list[str] | None:
    """The version of a request that the revision plainly rules is supported; the headers match, but for probes.

    A server that takes unusual headers for wrong ones means what -32020 says; rules of their own are about that.
    """
    codes = [code for code in _codes(reply, context) if code in DEFINED]
    if not codes:
        return None
    wrong = [UNSUPPORTED_VERSION] if sent_meta(context.message).get(META_VERSION) == context.revision else []
    wrong += [HEADER_MISMATCH] if _has_ordinary_headers(reply, context) else []
    return [f"{code} where nothing is wrong with the {_ABOUT[code]}" for code in codes if code in wrong]


def _has_ordinary_headers(reply: Reply, context: Context) -> bool:
    """Whether the mirrored headers are right and spelt plainly, and no parameter could ask for more of them."""
    mirrored = [(name, value) for name, value in reply.exchange.request.headers if name.lower().startswith("mcp-")]
    plain = all(name.islower() and not value.startswith("=?base64?") for name, value in mirrored)
    return plain and not context.probe and not annotations((context.tool or {}).get("inputSchema"))


@invariant("jsonrpc-error-message-single-sentence")
def messages_are_one_sentence(reply: Reply, context: Context) -> list[str] | None:
    texts = [error.get("message") for error in _errors(reply, context)]
    told = [text for text in texts if isinstance(text, str)]
    if not told:
        return None
    problems: list[str] = []
    for text in told:
        if "\n" in text.strip():
            problems.append("an error message has several lines")
        elif len(text) > LONGEST_MESSAGE:
            problems.append(f"an error message is longer than {LONGEST_MESSAGE} characters")
        elif not text.strip():
            problems.append("an error message is empty")
    return problems
