"""Session ids that look random, and those that do not."""

import secrets
import uuid

import pytest

from conformance.checks.session_ids import weaknesses


@pytest.mark.parametrize(
    "make",
    [lambda: str(uuid.uuid4()), lambda: secrets.token_hex(16), lambda: "mcp-session-" + secrets.token_urlsafe(16)],
)
def test_random_ids_have_no_weakness(make) -> None:  # type: ignore[no-untyped-def]
    for _ in range(200):
        assert weaknesses([make() for _ in range(4)]) == []


@pytest.mark.parametrize(
    "ids",
    [
        ["1", "2", "3"],
        ["session-of-somebody-0009", "session-of-somebody-0010"],
        ["session-of-somebody-9", "session-of-somebody-10"],
        [str(uuid.UUID(int=7)), str(uuid.UUID(int=7))],
        ["1763723682.123456-a-server", "1763723682.125001-a-server"],
        ["short", "other"],
    ],
)
def test_counted_repeated_and_short_ids_are_weak(ids: list[str]) -> None:
    assert weaknesses(ids)
