"""The body and headers of a refusal."""

import uuid
from typing import Any

from conformance.contracts.paths import at_path
from conformance.contracts.profiles.model import Errors
from conformance.contracts.refusals import body_of
from conformance.wire.exchange import Exchange


def is_json_rpc(exchange: Exchange) -> bool:
    """Whether the refusal came as a JSON-RPC error, which has no error body."""
    body = body_of(exchange)
    return exchange.status == 200 and isinstance(body, dict) and isinstance(body.get("error"), dict)


def envelope_problems(exchange: Exchange, errors: Errors) -> list[str]:
    """What is wrong with the error body of a refusal."""
    body = body_of(exchange)
    if not isinstance(body, dict):
        return ["the body is no JSON object"]
    problems = [
        f"{path} is {_shown(at_path(body, path))}"
        for path in (errors.code, errors.message, errors.trace_id)
        if path and not _is_text(at_path(body, path))
    ]
    if "jsonrpc" in body:
        problems.append("the body has a member jsonrpc")
    return problems + (_surplus(body, errors) if errors.only_members else [])


def _surplus(body: dict[str, Any], errors: Errors) -> list[str]:
    tops = {path.partition(".")[0] for path in (errors.code, errors.message, errors.trace_id) if path}
    return [f"the body has a member {name}" for name in body if name not in tops and name != "jsonrpc"]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _shown(value: Any) -> str:
    return "missing" if value is None else f"{value!r:.60}, no text"


def trace_problems(exchange: Exchange, sent: str, errors: Errors) -> list[str]:
    """Where the trace id of a refusal is not the one that was sent."""
    places = {}
    if errors.trace_header:
        places[f"the header {errors.trace_header}"] = exchange.header(errors.trace_header)
    if errors.trace_id and not is_json_rpc(exchange):
        places[errors.trace_id] = at_path(body_of(exchange), errors.trace_id)
    return [f"{place} is {found!r}, not {sent!r}" for place, found in places.items() if found != sent]


def is_uuid(text: str | None) -> bool:
    try:
        return text is not None and str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
