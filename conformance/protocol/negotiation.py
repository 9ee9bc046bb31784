"""What an answer to `initialize` says about versions (basic/lifecycle#version-negotiation)."""

import json

from conformance.protocol.messages import INVALID_PARAMS, UNSUPPORTED_VERSION
from conformance.protocol.reply import Reply

UNAVAILABLE = frozenset({401, 403, 407, 408, 429, 502, 503, 504})
"""Statuses that say something about access or load, and nothing about MCP."""


def is_about_versions(reply: Reply) -> bool:
    """Whether a refusal of initialize is lawful: the page shows -32602 "Unsupported protocol version" as an example.

    Servers word and number such an error in their own ways, so any refusal that speaks of versions counts.
    """
    if not reply.exchange.answered or reply.has_result:
        return False
    if reply.error is not None:
        told = f"{reply.error.get('message')} {json.dumps(reply.error.get('data'), default=str)}"
        return reply.error_code in (INVALID_PARAMS, UNSUPPORTED_VERSION) or "version" in told.lower()
    return 400 <= (reply.status or 0) < 500 and "version" in reply.exchange.text.lower()


def is_unavailable(reply: Reply) -> bool:
    """Whether access or load, and not the message, is why there is no answer; some servers have one session only."""
    return reply.status in UNAVAILABLE or "already initialized" in reply.exchange.text.lower()
