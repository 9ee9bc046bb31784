"""A real browser for the tests of pages."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from benchmarks.browser import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Not for longer than a module: while Playwright runs, no other event loop can run in this thread."""
    with chromium() as running:
        if running is None:
            pytest.skip("no Chromium here (on Debian: apt-get install chromium), or no Playwright")
        yield running
