"""Caching hints over the pages of a list (2026-07-28 server/utilities/caching)."""

import pytest

from conformance.checks import expect, not_applicable, requirement
from conformance.protocol.peer import Peer
from conformance.target.profile import CAPABILITY_OF, LISTS, Surface

MOST_PAGES = 100


@requirement("caching-same-scope-all-pages")
@pytest.mark.parametrize("key", LISTS)
def test_all_pages_have_the_same_scope(peer: Peer, surface: Surface, key: str) -> None:
    """All pages of one list carry the same cacheScope."""
    if not surface.declares(CAPABILITY_OF[key]):
        not_applicable(f"the capability {CAPABILITY_OF[key]} is not declared")
    if surface.pages.get(key, 0) < 2:
        not_applicable(f"{LISTS[key]} has no second page")
    first = None
    for number, page in enumerate(peer.pages(LISTS[key], limit=MOST_PAGES), 1):
        scope = page.result.get("cacheScope")
        first = first or scope
        expect(page).that(scope in (first, None), f"cacheScope {first} on page {number}, as on page 1", scope)

