"""Pagination (server/utilities/pagination)."""

from collections.abc import Iterator
from typing import Any

import pytest

from conformance.checks import describe, expect, need_result, not_applicable, not_testable, requirement, violation
from conformance.checks.listing import begins_too_early
from conformance.protocol.messages import INVALID_PARAMS, JsonObject
from conformance.protocol.peer import Peer
from conformance.protocol.reply import Reply
from conformance.target.profile import CAPABILITY_OF, LISTS, Surface

IDENTITY = {"tools": "name", "resources": "uri", "resourceTemplates": "uriTemplate", "prompts": "name"}
MOST_PAGES = 40
"""A walk ends here, so that a list without an end costs no more; long enough to see that pages repeat."""

INVALID = "conformance-no-such-cursor"


@requirement("pagination-results-after-cursor")
@pytest.mark.parametrize("key", LISTS)
def test_pages_do_not_repeat(peer: Peer, surface: Surface, key: str) -> None:
    """Each page begins after the position of its cursor: nothing before it comes again, and the walk goes on."""
    _need_pages(surface, key)
    earlier: list[list[str]] = []
    cursors: set[str] = set()
    for number, reply in enumerate(peer.pages(LISTS[key], limit=MOST_PAGES)):
        result = _page(reply, number)
        page = _identities(result, key)
        again = begins_too_early(page, earlier)
        expect(reply).that(not again, f"items after the cursor on page {number + 1}", f"once more: {again[:3]}")
        earlier.append(page)
        cursor = result.get("nextCursor")
        expect(reply).that(cursor not in cursors, f"a way on from page {number + 1}", f"the cursor {cursor!r} again")
        cursors |= {cursor} if isinstance(cursor, str) else set()


@requirement("pagination-stable-cursors")
@pytest.mark.parametrize("key", LISTS)
def test_a_cursor_gives_the_same_page_again(peer: Peer, surface: Surface, key: str) -> None:
    """Asked twice, with other requests between, a cursor leads to the same items, in whatever order."""
    _need_pages(surface, key)
    cursor = need_result(peer.request(LISTS[key], {})).get("nextCursor")
    if not isinstance(cursor, str):
        not_testable("the list has only one page now")
    first = _page(peer.request(LISTS[key], {"cursor": cursor}), 1)
    peer.request(LISTS[key], {})
    again = peer.request(LISTS[key], {"cursor": cursor})
    expected = f"the same items for the cursor {cursor!r} again"
    expect(again).that(again.has_result, expected)
    expect(again).that(set(_identities(first, key)) == set(_identities(again.result, key)), expected)


@requirement("pagination-invalid-cursor-32602")
@pytest.mark.parametrize("key", LISTS)
def test_an_invented_cursor_is_an_invalid_parameter(peer: Peer, surface: Surface, key: str) -> None:
    """A cursor that the server never gave is answered with -32602."""
    _need_list(surface, key)
    expect(peer.request(LISTS[key], {"cursor": INVALID})).error(INVALID_PARAMS)


@requirement("pagination-invalid-cursor-graceful")
def test_cursors_of_every_kind_are_answered(peer: Peer, surface: Surface) -> None:
    """Garbage, nothing, very long: a result or an error comes back, and the next request works."""
    key = next((key for key in LISTS if _offers(surface, key)), None) or not_applicable("no list is offered")
    for name, cursor in _strange_cursors(peer, surface, key):
        reply = peer.request(LISTS[key], {"cursor": cursor})
        defined = reply.response is not None or 400 <= (reply.status or 0) < 500
        expect(reply).that(defined, f"a result or an error for a cursor that is {name}")
    expect(peer.request(LISTS[key], {})).result()


def _strange_cursors(peer: Peer, surface: Surface, key: str) -> Iterator[tuple[str, Any]]:
    yield "garbage", "\u2603 %00 ../;'\""
    yield "empty", ""
    yield "very long", "c" * 5000
    if surface.pages.get(key, 0) > 1:
        cursor = need_result(peer.request(LISTS[key], {})).get("nextCursor")
        if isinstance(cursor, str) and len(cursor) > 1:
            yield "cut short", cursor[:-1]


def _offers(surface: Surface, key: str) -> bool:
    return surface.declares(CAPABILITY_OF[key]) and key in surface.items and key not in surface.unread


def _need_list(surface: Surface, key: str) -> None:
    if not surface.declares(CAPABILITY_OF[key]):
        not_applicable(f"the capability {CAPABILITY_OF[key]} is not declared")
    if surface.pages.get(key, 0) == 0:
        not_applicable(f"{LISTS[key]} gives no result")


def _need_pages(surface: Surface, key: str) -> None:
    _need_list(surface, key)
    if surface.pages.get(key, 0) < 2:
        not_applicable(f"{LISTS[key]} has only one page")


def _page(reply: Reply, number: int) -> JsonObject:
    """The result behind a cursor that the server has just given."""
    if number and not reply.has_result:
        violation(f"page {number + 1}, for the cursor that page {number} gave", describe(reply), reply)
    return need_result(reply)


def _identities(result: JsonObject, key: str) -> list[str]:
    listed = result.get(key)
    return [str(one.get(IDENTITY[key])) for one in listed or () if isinstance(one, dict)]
