"""Which revision a request belongs to, also when it is wrong about it."""

import json
from typing import Any

import pytest

from conformance.reference.exchange import META_VERSION, SESSIONS, Headers, Request, Sessions

SESSION = {"mcp-session-id": "known"}


def version(name: str) -> dict[str, str]:
    return {"mcp-protocol-version": name}


def meta(name: str) -> dict[str, Any]:
    return {"method": "tools/list", "params": {"_meta": {META_VERSION: name}}}


def hello(name: str) -> dict[str, Any]:
    return {"method": "initialize", "params": {"protocolVersion": name}}


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        ({}, {"method": "ping"}, "2025-03-26"),
        (SESSION, {"method": "ping"}, "2025-06-18"),
        (SESSION | version("1999-01-01"), {"method": "ping"}, "2025-06-18"),
        (SESSION, [{"method": "ping"}], "2025-06-18"),
        (SESSION, "no message", "2025-06-18"),
        (version("2025-11-25"), {"method": "ping"}, "2025-11-25"),
        (version("1999-01-01"), {"method": "ping"}, "2025-03-26"),
        (version("2026-07-28"), {"method": "ping"}, "2026-07-28"),
        (version("2026-07-28") | SESSION, {"method": "ping"}, "2026-07-28"),
        ({}, meta("2026-07-28"), "2026-07-28"),
        (version("2025-11-25"), meta("2026-07-28"), "2026-07-28"),
        (version("2099-01-01"), meta("2099-01-01"), "2026-07-28"),
        ({}, hello("2024-11-05"), "2024-11-05"),
        ({}, hello("2099-01-01"), "2025-11-25"),
    ],
)
def test_revision(headers: dict[str, str], body: Any, expected: str) -> None:
    scope = {SESSIONS: Sessions({"known": "2025-06-18"})}
    request = Request("POST", Headers(headers.items()), json.dumps(body).encode(), scope)

    assert request.revision == expected
