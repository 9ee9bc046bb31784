"""The body and headers of a refusal."""

import uuid
from typing import Any

from conformance.contracts.paths import at_path
from conformance.contracts.profiles.model import Errors
from conformance.contracts.refusals import body_of
from conformance.wire.exchange import Exchange


def envelope_problems(exchange: Exchange, errors: Errors) -> list[str]:
    """What is wrong with the error body of a refusal."""
    body = body_of(exchange)
    if not isinstance(body, dict):
        return ["the body is no JSON object"]
    problems = [
        f"{path} is {_shown(at_path(body, path))}"
        for path in (errors.code, errors.message, errors.trace_id)
        if path and not is_text(at_path(body, path))
    ]
    if "jsonrpc" in body:
        problems.append("the body has a member jsonrpc")
    return problems + (_surplus(body, errors) if errors.only_members else [])


def media_type_problems(exchange: Exchange, errors: Errors) -> list[str]:
    """Why the media type is none of those that are promised; what ends in +json is JSON (RFC 6839 3.1)."""
    found = exchange.media_type
    if found in errors.media_types or (found.endswith("+json") and "application/json" in errors.media_types):
        return []
    return [f"Content-Type {found or 'is missing'}"]


def _surplus(body: dict[str, Any], errors: Errors) -> list[str]:
    tops = {path.partition(".")[0] for path in (errors.code, errors.message, errors.trace_id) if path}
    return [f"the body has a member {name}" for name in body if name not in tops and name != "jsonrpc"]


def is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _shown(value: Any) -> str:
    return "missing" if value is None else f"{value!r:.60}, no text"


def trace_problems(exchange: Exchange, sent: str, errors: Errors) -> list[str]:
    """Where the trace id of a refusal is not the one that was sent. That the body has none is a matter of its form."""
    places = {}
    if errors.trace_header:
        places[f"the header {errors.trace_header}"] = exchange.header(errors.trace_header)
    written = at_path(body_of(exchange), errors.trace_id) if errors.trace_id else None
    if is_text(written):
        places[errors.trace_id] = written
    return [f"{place} is {found!r}, not {sent!r}" for place, found in places.items() if found != sent]


def is_uuid(text: str | None) -> bool:
    try:
        return text is not None and str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
