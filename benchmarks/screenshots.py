"""Takes the pictures of the docs, light and dark: `python -m benchmarks.screenshots` writes docs/images/.

Runs the suites on a faulty endpoint of the reference server and a release on the checklist beside this file, and looks
at their pages in Chromium. Needs the extra [dev] and a Chromium.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from benchmarks.browser import chromium
from conformance.reference.embedded import start_embedded

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs/images"
CHECKLIST = Path(__file__).with_suffix(".toml")
FAULT = "notification-answered-200"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTH, HEIGHT = 1200, 900
TIME_LIMIT = 300


def main() -> int:
    with chromium() as browser, start_embedded() as server, tempfile.TemporaryDirectory() as directory:
        if browser is None:
            print("needs Chromium and Playwright", file=sys.stderr)
            return 1
        for name, page in pages(server.fault(FAULT), Path(directory)).items():
            for path in pictures(browser, name, page):
                print(path.relative_to(ROOT))
    return 0


def pages(target: str, directory: Path) -> Mapping[str, Path]:
    """The pages to look at, by the name of their pictures."""
    command(directory, "run", target, "--report-dir=run", "--reports=html")
    command(directory, "release", f"--checklist={CHECKLIST}", f"--target={target}", "--output=release", "--no-input")
    return {"report": directory / "run/report.html", "release": directory / "release" / CHECKLIST.stem / "release.html"}


def command(directory: Path, *arguments: str) -> None:
    """The exit code is not looked at: the target is broken, as it is meant to be."""
    start = "import sys; from conformance.cli import main; sys.exit(main())"
    subprocess.run(
        [sys.executable, "-c", start, *arguments], cwd=directory, stdout=subprocess.DEVNULL, timeout=TIME_LIMIT,
        check=False,
    )  # fmt: skip


def pictures(browser: "Browser", name: str, page: Path) -> Iterator[Path]:
    """The top of a page under each colour scheme; the small prints of a whole page could not be read."""
    IMAGES.mkdir(exist_ok=True)
    for scheme in SCHEMES:
        context = browser.new_context(color_scheme=scheme, viewport={"width": WIDTH, "height": HEIGHT})
        tab = context.new_page()
        tab.goto(page.as_uri())
        path = IMAGES / f"{name}-{scheme}.png"
        tab.screenshot(path=path)
        context.close()
        yield path


if __name__ == "__main__":
    sys.exit(main())
