"""The page in a browser: nothing is fetched, nothing runs, and what needs a look is open."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.release.runs import Outcome, checklist, command, release

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
)  # fmt: skip
HOSTILE = "</summary><img src=x onerror=document.title=1><script>document.title=2</script>"


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    directory = tmp_path_factory.mktemp("page")
    steps = command("good", "print('fine')") + command("bad", f"import sys; print({HOSTILE!r}); sys.exit(1)")
    checklist(directory, steps.replace('title = "bad"', f'title = "{HOSTILE}"'))
    return release(directory, "--checklist=mine.toml")


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    playwright = pytest.importorskip("playwright.sync_api", reason="no Playwright")
    if not CHROMIUM.exists():
        pytest.skip("no Chromium at /usr/bin/chromium")
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield opened
        opened.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 360])
def test_the_page_says_it_at_once(outcome: Outcome, browser: object, scheme: str, width: int) -> None:
    said: list[str] = []
    fetched: list[str] = []
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[attr-defined]
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


def test_evidence_is_linked_where_it_is(outcome: Outcome, browser: object) -> None:
    page = browser.new_page()  # type: ignore[attr-defined]
    page.goto(next(outcome.directory.glob("reports/release/mine/release.html")).as_uri())
    href = page.locator("#bad a").first.get_attribute("href")

    assert (outcome.directory / "reports/release/mine" / href).is_file()
    page.close()
