"""Trace context in `_meta` (2026-07-28 basic/index#_meta; W3C Trace Context, W3C Baggage)."""

import re
from typing import Any

from conformance.checks.invariants import invariant
from conformance.checks.rules.force import in_force, judged_messages
from conformance.checks.rules.meta_fields import meta_objects
from conformance.protocol.reply import Reply
from conformance.wire.channel import Context

_TRACEPARENT = re.compile(
    r"(?P<version>[0-9a-f]{2})-(?P<trace>[0-9a-f]{32})-(?P<parent>[0-9a-f]{16})-[0-9a-f]{2}(?P<more>-.*)?"
)
_STATE_KEY = r"[a-z0-9][a-z0-9_\-*/]{0,255}(@[a-z][a-z0-9_\-*/]{0,13})?"
_STATE_MEMBER = re.compile(rf"{_STATE_KEY}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{{0,255}}[\x21-\x2b\x2d-\x3c\x3e-\x7e]")
_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_VALUE = r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*"
_PROPERTY = rf"[ \t]*;[ \t]*{_TOKEN}([ \t]*=[ \t]*{_VALUE})?"
_BAGGAGE_MEMBER = re.compile(rf"{_TOKEN}[ \t]*=[ \t]*{_VALUE}({_PROPERTY})*")


def is_traceparent(value: str) -> bool:
    """Version 00 has four fields; later versions may have more; all zeros and version ff are invalid."""
    found = _TRACEPARENT.fullmatch(value)
    if found is None or found["version"] == "ff" or not found["trace"].strip("0") or not found["parent"].strip("0"):
        return False
    return found["version"] != "00" or found["more"] is None


def is_tracestate(value: str) -> bool:
    """Up to 32 members; empty members are allowed."""
    members = [one.strip(" \t") for one in value.split(",")]
    return len(members) <= 32 and all(not one or _STATE_MEMBER.fullmatch(one) for one in members)


def is_baggage(value: str) -> bool:
    return all(_BAGGAGE_MEMBER.fullmatch(one.strip(" \t")) for one in value.split(","))


_FORMATS = {"traceparent": is_traceparent, "tracestate": is_tracestate, "baggage": is_baggage}


@invariant("meta-trace-context-format")
def trace_context_is_well_formed(reply: Reply, context: Context) -> list[str] | None:
    messages = judged_messages(reply, context) if in_force(reply, context) else ()
    metas = [meta for message in messages for meta in meta_objects(message)]
    carried: list[tuple[str, Any]] = [(key, meta[key]) for meta in metas for key in _FORMATS if key in meta]
    if not carried:
        return None
    wrong = [key for key, value in carried if not (isinstance(value, str) and _FORMATS[key](value))]
    return [f"{key} in _meta is not what the W3C format allows" for key in dict.fromkeys(wrong)]
