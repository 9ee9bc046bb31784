"""Whole messages: what may be sent, by whom, and how a broken one is described."""

from typing import Any

import pytest

from conformance.protocol import schemas
from conformance.protocol.revisions import REVISIONS

from .cases import load

ACCEPTED = [
    pytest.param(revision, entry, id=f"{revision}-{index}-{entry['page']}")
    for index, entry in enumerate(load("messages"))
    for revision in REVISIONS
    if entry.get("since", "") <= revision <= entry.get("until", "9999")
]
REFUSED = [pytest.param(entry, id=entry["why"]) for entry in load("refused")]


@pytest.mark.parametrize(("revision", "entry"), ACCEPTED)
def test_a_message_like_those_in_the_specification_is_accepted(revision: str, entry: dict[str, Any]) -> None:
    method = entry.get("answers")

    assert schemas.check_message(revision, entry["message"], sender=entry["sender"], request_method=method) == []


@pytest.mark.parametrize("entry", REFUSED)
def test_a_broken_message_is_described_field_by_field(entry: dict[str, Any]) -> None:
    problems = schemas.check_message(
        entry["revision"],
        entry["message"],
        sender=entry.get("sender", "server"),
        request_method=entry.get("answers"),
    )

    assert {problem.path: problem.message for problem in problems} == entry["problems"]
    assert len(problems) == len(entry["problems"])


@pytest.mark.parametrize("revision", REVISIONS)
def test_the_union_of_messages_lists_every_method_of_a_sender(revision: str) -> None:
    for sender in ("client", "server"):
        union = schemas.check_definition(revision, f"{sender.capitalize()}Notification", {"method": "none"})

        tag = next(problem.message for problem in union if problem.path == "/method")

        assert all(f'"{method}"' in tag for method in schemas.notification_methods(revision, sender))


def test_the_methods_of_each_sender_follow_the_revision() -> None:
    assert "elicitation/create" not in schemas.request_methods("2025-03-26", "server")
    assert "elicitation/create" in schemas.request_methods("2025-06-18", "server")
    assert schemas.request_methods("2026-07-28", "server") == frozenset()
    assert schemas.notification_methods("2026-07-28", "client") == {"notifications/cancelled"}


def test_problems_are_sorted_by_place_with_numbers_as_numbers() -> None:
    tools = [{"name": 1, "inputSchema": {"type": "object"}} for _ in range(12)]

    problems = schemas.check_result("2025-06-18", "tools/list", {"tools": tools})

    assert [problem.path for problem in problems] == [f"/tools/{index}/name" for index in range(12)]
