"""Hostile text as HTML: visible, bounded, escaped."""

import pytest

from conformance.report.html.inert import differing, inert, marked_lines, web_address


def test_control_characters_are_visible_and_length_is_told() -> None:
    assert inert("a\x1b[2J\u202eb\ud800") == "a\\x1b[2J\\u202eb\\ud800"
    assert inert("x" * 3_000, 10) == "xxxxxxxxxx… (3,000 characters)"
    assert len(inert("\x00" * 10_000_000, 100)) < 300


def test_marks_are_the_only_markup() -> None:
    lines = marked_lines([("  <script>alert(1)</script>", True), ("a & b", False), ("   ", True)])

    assert lines == "  <mark>&lt;script&gt;alert(1)&lt;/script&gt;</mark>\na &amp; b\n   "


def test_only_differences_of_texts_that_are_alike_are_marked() -> None:
    assert differing("at most 5 tools", "at most 7 tools") == (
        "at most <mark>5</mark> tools", "at most <mark>7</mark> tools",
    )  # fmt: skip
    assert differing("a JSON-RPC result", "HTTP 500") == ("a JSON-RPC result", "HTTP 500")
    assert differing("<b>", "<i>") == ("&lt;<mark>b</mark>&gt;", "&lt;<mark>i</mark>&gt;")


def test_another_status_is_what_differs() -> None:
    assert differing("HTTP 401 (expired)", 'HTTP 200, application/json, {"<b>": 1}') == (
        "<mark>HTTP 401</mark> (expired)", '<mark>HTTP 200</mark>, application/json, {"&lt;b&gt;": 1}',
    )  # fmt: skip


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//example.com", "file:///etc/passwd", "http://[", "", "https://"],
)
def test_only_web_addresses_become_links(url: str) -> None:
    assert web_address(url) == ""
    assert web_address("https://example.com/a#b") == "https://example.com/a#b"
