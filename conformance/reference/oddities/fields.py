"""Oddities of members and their order."""

from typing import Any

from conformance.reference.catalogue import oddity
from conformance.reference.exchange import Message, Request
from conformance.reference.transformations import responses_to, results


@oddity(because="Results are open: a receiver ignores members that it does not know.")
@results()
def unknown_result_members(result: Message, request: Request) -> None:
    """Every result has a member that no schema names."""
    result["x-vendor-note"] = {"anything": [1, 2, 3]}


@oddity(because="JSON objects have no order.")
@responses_to()
def members_in_reverse(message: Message, request: Request) -> Any:
    """The members of every response come in reverse order."""
    return dict(reversed(message.items()))
