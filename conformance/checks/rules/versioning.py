"""Versioning: what UnsupportedProtocolVersionError tells (2026-07-28 schema#unsupportedprotocolversionerror)."""

from typing import Any

from conformance.checks.invariants import invariant
from conformance.checks.rules.claims import claimed
from conformance.checks.rules.force import VERSION_HEADER
from conformance.protocol.messages import META_VERSION, UNSUPPORTED_VERSION
from conformance.protocol.reply import Reply
from conformance.wire.channel import Context

CONSISTENT = "version-unsupported-error-consistent"


@invariant(CONSISTENT)
def refusals_name_the_versions(reply: Reply, context: Context) -> list[str] | None:
    if reply.error_code != UNSUPPORTED_VERSION:
        return None
    requested = requested_version(reply.message)
    if _header(reply) not in (None, requested):
        requested = None
    return claimed(CONSISTENT, reply, context) or _contradictions(reply, requested)


def _header(reply: Reply) -> str | None:
    """The version in the header of the request: where it differs from the body, either may be the one refused."""
    return next((value for name, value in reply.exchange.request.headers if name.lower() == VERSION_HEADER), None)


def _contradictions(reply: Reply, requested: str | None) -> list[str]:
    """Against the request: another version is repeated, or the refused one is called supported."""
    data = (reply.error or {})["data"]
    if requested is None:
        return []
    problems = []
    if data["requested"] != requested:
        problems.append("data.requested is not the version that was requested")
    if requested in data["supported"]:
        problems.append("data.supported lists the version that was refused")
    if not data["supported"]:
        problems.append("data.supported is empty")
    return problems


def requested_version(message: Any) -> str | None:
    """The protocol version in the `_meta` of a message."""
    params = message.get("params") if isinstance(message, dict) else None
    meta = params.get("_meta") if isinstance(params, dict) else None
    version = meta.get(META_VERSION) if isinstance(meta, dict) else None
    return version if isinstance(version, str) else None
