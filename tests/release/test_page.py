"""The page in a browser: nothing is fetched, nothing runs, and what needs a look is open."""

from typing import TYPE_CHECKING, Literal

import pytest

from tests.release.runs import Outcome, checklist, command, release

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HOSTILE = "</summary><img src=x onerror=document.title=1><script>document.title=2</script>"


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    directory = tmp_path_factory.mktemp("page")
    steps = command("good", "print('fine')") + command("bad", f"import sys; print({HOSTILE!r}); sys.exit(1)")
    checklist(directory, steps.replace('title = "bad"', f'title = "{HOSTILE}"'))
    return release(directory, "--checklist=mine.toml")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 360])
def test_the_page_says_it_at_once(
    outcome: Outcome, browser: "Browser", scheme: Literal["dark", "light"], width: int
) -> None:
    said: list[str] = []
    fetched: list[str] = []
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: fetched.append(request.url))
    file = next(outcome.directory.glob("reports/release/mine/release.html")).as_uri()
    page.goto(file)

    assert page.inner_text("h1").endswith("NO-GO")
    assert page.title() == "NO-GO: Mine"
    assert page.locator("details[open]").count() == 1
    assert page.locator("#bad .status").inner_text() == "fail"
    assert HOSTILE in page.locator("#bad .title").inner_text()
    assert page.locator("script, img").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert (said, fetched) == ([], [file])
    page.close()


def test_evidence_is_linked_where_it_is(outcome: Outcome, browser: "Browser") -> None:
    page = browser.new_page()
    page.goto(next(outcome.directory.glob("reports/release/mine/release.html")).as_uri())
    href = page.locator("#bad a").first.get_attribute("href")

    assert href is not None
    assert (outcome.directory / "reports/release/mine" / href).is_file()
    page.close()
