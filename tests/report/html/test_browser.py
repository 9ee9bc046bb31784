"""The page in a real browser."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")

from playwright.sync_api import Browser, Page, expect

from conformance.report.comparing import compare
from conformance.report.html import page
from conformance.report.merging import merged
from conformance.report.verdict import Verdict
from tests.report.html.files import BLOCKED, CONTRACT, FAILED, PASSED, WARNED, evidence, exchange, file_of, runs_of
from tests.report.html.test_page import hostile_page

Show = Callable[..., Page]
MANY = [replace(PASSED, requirement=f"kept-{n}", nodeid=f"n{n}", area="logging", rule=f"Rule {n}.") for n in range(120)]


def ordinary(*more: Verdict) -> str:
    return page(runs_of(evidence(FAILED, exchange(), exchange()), WARNED, BLOCKED, PASSED, CONTRACT, *more))


def rows(tab: Page) -> list[str]:
    return tab.locator("#the_rows .row code").all_inner_texts()


def two_targets() -> str:
    files = [file_of([PASSED, FAILED]), file_of([PASSED, WARNED], url="https://other.example/mcp")]
    return page(merged(files), compare([PASSED], [FAILED], names=("old", "new")))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("make", [ordinary, two_targets, lambda: page(runs_of(PASSED))])
def test_axe_finds_nothing(show: Show, axe: str, make: Callable[[], str], scheme: str) -> None:
    tab = show(make(), scheme=scheme)
    tab.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    tab.evaluate(axe)

    found = tab.evaluate("axe.run({ resultTypes: ['violations'] })")

    told = [
        (one["id"], one["nodes"][0]["html"][:200], one["nodes"][0]["failureSummary"]) for one in found["violations"]
    ]
    assert told == []


def test_nothing_hostile_acts_even_when_all_is_open(show: Show) -> None:
    tab = show(hostile_page())

    tab.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")

    expect(tab.locator("#the_rows .row").first).to_be_visible()
    expect(tab.locator("#the_rows .inside table").first).to_be_attached()
    assert tab.evaluate("document.scripts.length") == 2
    assert tab.locator("img, iframe, svg").count() == 0


def test_the_policy_of_the_page_stops_a_script_that_got_in(browser: Browser, tmp_path: Path) -> None:
    forged = ordinary().replace("</main>", "<script>document.title = 'taken'</script></main>")
    (tmp_path / "forged.html").write_text(forged, encoding="utf-8")
    said: list[str] = []
    tab = browser.new_page()

    tab.on("console", lambda message: said.append(message.text))
    tab.goto((tmp_path / "forged.html").as_uri())

    expect(tab).to_have_title(re.compile("^Does not conform"))
    assert "Content Security Policy" in " ".join(said)
    tab.close()


def test_a_cell_of_the_matrix_opens_its_requirements(show: Show) -> None:
    tab = show(ordinary(*MANY))

    tab.get_by_role("link", name="tools, 2025-06-18").click()

    assert rows(tab) == ["tools-call-result-shape", "tools-name-unique", "tools-validate-inputs"]
    expect(tab.locator("#the_list")).to_be_focused()
    expect(tab.locator("select[name=area]")).to_have_value("tools")


def test_the_list_is_filtered_by_everything_and_the_address_keeps_it(show: Show) -> None:
    tab = show(ordinary(*MANY))

    expect(tab.locator("#the_tally")).to_have_text("125 of 125 requirements, 125 verdicts")
    assert len(rows(tab)) == 50
    tab.locator("#the_rest").click()
    assert len(rows(tab)) == 100
    tab.get_by_label("Search").fill("KEPT-11")
    assert rows(tab) == ["kept-11", *[f"kept-11{n}" for n in range(10)]]
    tab.get_by_label("Search").fill("no list")
    assert rows(tab) == ["tools-call-result-shape"]
    tab.get_by_role("button", name="Clear").click()
    tab.get_by_label("Status").select_option("warn")
    assert rows(tab) == ["tools-validate-inputs"]
    assert tab.url.endswith("#?status=warn")
    tab.reload()
    assert rows(tab) == ["tools-validate-inputs"]
    tab.get_by_label("Status").select_option("")
    tab.get_by_label("Level").select_option("SHOULD")
    assert rows(tab) == ["tools-validate-inputs"]
    tab.get_by_label("Level").select_option("")
    tab.get_by_label("Revision or profile").select_option("emcp")
    assert rows(tab) == ["rate-headers-present"]


def test_targets_are_filtered_where_there_are_several(show: Show) -> None:
    tab = show(two_targets())

    tab.get_by_role("link", name="T2", exact=True).click()

    assert rows(tab) == ["ping-respond-empty", "tools-validate-inputs"]
    assert not show(ordinary()).get_by_label("Target", exact=True).is_visible()


def test_a_deep_link_opens_a_finding(show: Show) -> None:
    tab = show(ordinary(), "#tools-validate-inputs")

    finding = tab.locator("details.finding[id=tools-validate-inputs]")
    expect(finding).to_have_attribute("open", "")
    expect(finding.locator("> summary")).to_be_focused()
    expect(finding).to_be_in_viewport()


def test_a_deep_link_opens_a_finding_behind_the_first_ones(show: Show) -> None:
    many = [replace(FAILED, requirement=f"broken-{n}", nodeid=f"b{n}") for n in range(30)]

    tab = show(page(runs_of(*many)), "#broken-29")

    expect(tab.locator("[id=broken-29] .case")).to_be_visible()


def test_a_deep_link_opens_a_requirement_that_is_kept(show: Show) -> None:
    tab = show(ordinary(*MANY), "#kept-99")

    row = tab.locator("#list_kept-99")
    expect(row.locator(".inside td").first).to_have_text("✓ pass")
    expect(row).to_be_in_viewport()


def test_what_blocks_leads_to_its_cause_and_back(show: Show) -> None:
    tab = show(ordinary())

    tab.locator("[id=tools-name-unique] > summary").click()
    tab.locator("[id=tools-name-unique]").get_by_role("link", name="tools-call-result-shape").click()
    row = tab.locator("#list_tools-call-result-shape")
    expect(row).to_contain_text("no list blocked by tools-name-unique")
    row.get_by_role("link", name="tools-name-unique").click()

    expect(tab.locator("[id=tools-name-unique] > summary")).to_be_focused()


def test_an_unknown_address_does_no_harm(show: Show) -> None:
    for fragment in ("#no-such-rule", "#?status=nonsense&area=%E0%A4%A", "#%E0%A4%A", "#<script>"):
        tab = show(ordinary(), fragment)
        expect(tab.locator("#the_tally")).to_contain_text("requirements")


def test_everything_is_reached_with_the_keyboard(show: Show) -> None:
    tab = show(ordinary())

    tab.keyboard.press("Tab")
    expect(tab.get_by_role("link", name="To the findings")).to_be_focused()
    tab.keyboard.press("Enter")
    for _ in range(3):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.parentElement.id") == "tools-name-unique":
            break
    tab.keyboard.press("Enter")

    expect(tab.locator("[id=tools-name-unique]")).to_have_attribute("open", "")


def test_the_curl_line_is_copied(show: Show) -> None:
    tab = show(ordinary(), "#tools-name-unique")
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])

    button = tab.locator("[id=tools-name-unique] button.copy").first
    button.click()

    expect(button).to_have_text("Copied")
    assert tab.evaluate("navigator.clipboard.readText()") == FAILED.replay


def test_the_theme_can_be_chosen(show: Show) -> None:
    tab = show(ordinary(), scheme="dark")
    background = "getComputedStyle(document.body).backgroundColor"

    dark = tab.evaluate(background)
    tab.get_by_role("button", name="Theme").click()

    expect(tab.get_by_role("button", name="Theme")).to_have_text("Theme: light")
    assert tab.evaluate(background) == "rgb(255, 255, 255)" != dark


def test_on_paper_every_finding_is_open_and_the_controls_are_gone(show: Show) -> None:
    tab = show(ordinary())

    tab.emulate_media(media="print")
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")

    assert tab.locator("details.finding:not([open])").count() == 0
    assert not tab.locator("#the_filter").is_visible()
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert tab.locator("details.finding[open]").count() == 0
    assert tab.pdf()[:5] == b"%PDF-"


def test_without_its_script_it_can_be_read(show: Show) -> None:
    """The script is taken out, as where scripts are forbidden."""
    before, _, after = ordinary().rpartition("<script>")

    tab = show(before + after.partition("</script>")[2])

    expect(tab.get_by_role("heading", level=1)).to_have_text("Does not conform to MCP")
    tab.locator("[id=tools-name-unique] > summary").click()
    expect(tab.locator("[id=tools-name-unique] .came").first).to_be_visible()
    expect(tab.get_by_role("link", name="tools, 2025-06-18")).to_be_visible()
    assert not tab.locator("#the_filter").is_visible()


@pytest.mark.parametrize("width", [360, 768])
def test_a_small_window_scrolls_only_down(show: Show, width: int) -> None:
    tab = show(ordinary(), "#tools-name-unique", width=width)

    assert tab.evaluate("document.documentElement.scrollWidth") <= width
