"""A real browser, and axe-core from npm; without them the tests that need them are skipped, and say why."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Dialog, Page

AXE = "4.14.1"


@pytest.fixture
def show(browser: "Browser", tmp_path: Path) -> "Iterator[Callable[..., Page]]":
    """Opens a page from a file. What the browser complains about, asks the network for, or pops up, fails the test."""
    troubles: list[str] = []
    contexts: list[BrowserContext] = []

    def dismiss(dialog: "Dialog") -> None:
        troubles.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def note_address(url: str) -> None:
        if not url.startswith("file:"):
            troubles.append(f"request: {url}")

    def open_page(text: str, fragment: str = "", scheme: str = "light", width: int = 1280) -> "Page":
        file = tmp_path / f"page-{len(contexts)}.html"
        file.write_text(text, encoding="utf-8")
        context = browser.new_context(
            color_scheme="dark" if scheme == "dark" else "light", viewport={"width": width, "height": 900}
        )
        contexts.append(context)
        tab = context.new_page()
        tab.set_default_timeout(10_000)
        tab.on("console", lambda message: troubles.append(f"console: {message.text}"))
        tab.on("pageerror", lambda error: troubles.append(f"error: {error}"))
        tab.on("dialog", dismiss)
        tab.on("request", lambda request: note_address(request.url))
        tab.goto(file.as_uri() + fragment)
        return tab

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core; npm keeps what it has fetched once."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm here, from which axe-core comes")
    directory = Path.home() / ".cache" / "mcp-conformance" / f"axe-core-{AXE}"
    script = directory / "node_modules" / "axe-core" / "axe.min.js"
    if not script.is_file():
        directory.mkdir(parents=True, exist_ok=True)
        options = ("--prefix", str(directory), "--ignore-scripts", "--no-audit", "--no-fund")
        done = subprocess.run(
            [npm, "install", *options, f"axe-core@{AXE}"], capture_output=True, text=True, timeout=120, check=False
        )
        if done.returncode or not script.is_file():
            pytest.skip(f"axe-core cannot be had from npm: {done.stderr[-200:]}")
    return script.read_text(encoding="utf-8")
