"""Markdown: what a tired operator needs, and nothing in it that a target could click, ping or run."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from conformance.report.markdown import LARGEST, render
from conformance.report.step_summary import ROOM, append
from conformance.report.verdict import Verdict
from tests.report.formats import samples

SPECIFICATION = "https://modelcontextprotocol.io/specification/"


def page(text: str) -> str:
    """As GitHub renders it: tables, bare addresses made into links, HTML let through."""
    return str(MarkdownIt("gfm-like", {"html": True, "linkify": True}).render(text))


def outside_code(rendered: str) -> str:
    return re.sub(r"<(code|pre)\b.*?</\1>", "", rendered, flags=re.DOTALL)


def test_the_verdict_comes_first_and_then_what_is_broken() -> None:
    lines = render(samples.HEAD, samples.ALL).splitlines()
    heads = [line for line in lines if line.startswith("#")]

    assert lines[0] == (
        "## ❌ MCP conformance: 2 requirements broken, 2 requirements warned about, 1 accepted by the baseline;"
        " contracts of acme broken"
    )
    assert [head for head in heads if head.startswith("### ")] == [
        "### Broken (2)", "### Errors of the harness (1)", "### Warned about (3)", "### Accepted by the baseline (1)",
        "### Areas",
    ]  # fmt: skip
    assert "- target `https://example.com/mcp`" in lines
    assert "- judged by mcp-conformance 1.2.3, 12 requests in 3.2 s, started 2026-11-21T19:00:10Z" in lines


def test_a_failure_shows_what_was_expected_and_how_to_see_it() -> None:
    text = render(samples.HEAD, [samples.FAILED, samples.BLOCKED])

    assert "#### `tools-list-result-shape` MUST, 2025-06-18\n\nA list is a list.\n\n" in text
    assert "- expected `a list`\n- received `a string`\n- blocks `tools-call-text`\n" in text
    assert "```sh\ncurl -sS https://example.com/mcp\n```" in text
    assert f'<a href="{samples.LINK}">2025-06-18/server/tools#listing-tools</a>' in page(text)


def test_areas_by_revisions_are_a_table_for_each_family() -> None:
    rendered = page(render(samples.HEAD, [samples.FAILED, samples.PASSED, samples.BREACH]))

    assert rendered.count("<table>") == 2
    assert "<td>0/1 1F</td>" in rendered
    assert "<th>2025-11-25</th>" in rendered
    assert "<td>rate-limit</td>" in rendered


def test_what_is_accepted_is_named_and_no_failure() -> None:
    text = render(samples.HEAD, [samples.PASSED, samples.ACCEPTED])

    assert text.startswith("## ✅ ")
    assert "`tools-name-unique`" in text
    assert "known since May" in text
    assert "2027-01-01" in text
    assert "### Broken" not in text


@pytest.mark.parametrize(
    ("verdicts", "complete", "mark"),
    [
        ([samples.PASSED], True, "✅"),
        ([samples.PASSED], False, "⚠️"),
        ([samples.FAILED], False, "❌"),
        ([], True, "⚠️"),
        ([samples.BLOCKED], True, "⚠️"),
        ([samples.UNTESTABLE], True, "⚠️"),
        ([samples.PASSED, replace(samples.BLOCKED, blocked_by="TargetLost")], True, "⚠️"),
    ],
)
def test_it_is_green_only_where_something_was_judged_to_the_end(
    verdicts: list[Verdict], complete: bool, mark: str
) -> None:
    head = {**samples.HEAD, "summary": {"complete": complete}}

    assert render(head, verdicts).startswith(f"## {mark} MCP conformance: ")
    assert ("incomplete" in render(head, verdicts).splitlines()[0]) is not complete


def test_hostile_text_is_inert() -> None:
    rendered = page(render(samples.hostile_head(), samples.hostile()))

    assert {tag.lower() for tag in re.findall(r"</?([a-zA-Z0-9]+)", rendered)} <= {
        "h2", "h3", "h4", "p", "ul", "li", "a", "code", "pre", "table", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    assert set(re.findall(r'href="([^"]*)"', rendered)) == {samples.LINK}
    assert not re.search(r"@[A-Za-z0-9]", outside_code(rendered))
    assert len(re.findall("<h2>", rendered)) == 1
    assert not {code for code in range(32) if chr(code) in rendered} - {10}
    assert not set(rendered) & set("\x7f\x9b\u202e\u2028\ud800")


@pytest.mark.parametrize("text", ["`", "``` x", "a`", "` `` ```", " ", "\\`", "x" * 700 + "`"])
def test_no_text_ends_its_code_span(text: str) -> None:
    rendered = page(render(samples.HEAD, [replace(samples.FAILED, received=f"{text}<b>"), samples.WARNED]))

    assert "<b>" not in rendered


def test_a_table_keeps_its_columns_whatever_an_area_is_called() -> None:
    rendered = page(render(samples.HEAD, [replace(samples.FAILED, area="a|b`c|d")]))

    assert rendered.count("<tr>") == 2
    assert rendered.count("<td>") == 2


def test_it_is_bounded() -> None:
    many = [
        replace(one, requirement=f"{one.requirement}-{number}", area=f"area-{number}")
        for number in range(2_000)
        for one in samples.hostile("x" * 100_000)[:3]
    ]

    assert len(render(samples.HEAD, many).encode()) <= LARGEST + 100
    assert len(render(samples.hostile_head("x" * 10_000_000), samples.hostile("x" * 10_000_000)).encode()) < 100_000


def test_only_the_first_twenty_are_shown_whole() -> None:
    many = [replace(samples.FAILED, requirement=f"rule-{number}") for number in range(250)]

    text = render(samples.HEAD, many)

    assert text.count("- expected") == 20
    assert "- `rule-20` MUST" in text
    assert "… and 30 more in the report." in text


def test_a_page_is_added_to_and_never_overfilled(tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    path.write_text("before\n")

    append(path, "ours\n")
    assert path.read_text() == "before\n\nours\n"

    path.write_text("x" * (ROOM - 200))
    append(path, "y" * 500)
    assert path.stat().st_size <= ROOM
    assert path.read_text().endswith("did not fit on this page.\n")
