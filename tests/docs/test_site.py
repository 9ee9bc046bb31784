"""The site is built strictly: a link or an anchor that leads nowhere is an error."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

pytest.importorskip("mkdocs", reason="needs the extra [docs]")

FETCHED = {"script": "src", "img": "src", "iframe": "src", "source": "src"}


def build(to: Path, config: Path = ROOT / "mkdocs.yml") -> "subprocess.CompletedProcess[str]":
    """What `make docs` does, into another directory."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", str(config), "--site-dir", str(to)],
        cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("site")
    done = build(directory)
    assert done.returncode == 0, done.stdout + done.stderr
    return directory


class Fetched(HTMLParser):
    """What a browser loads for a page without being asked."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "link" and found.get("rel") in ("canonical", "next", "prev"):
            return
        address = found.get("href") if tag == "link" else found.get(FETCHED.get(tag, ""))
        self.addresses += [address] if address else []


def fetched(site: Path) -> Iterator[tuple[str, str]]:
    for path in site.rglob("*.html"):
        parser = Fetched()
        parser.feed(path.read_text(encoding="utf-8"))
        yield from ((path.name, address) for address in parser.addresses)


def test_pages_load_nothing_from_elsewhere(site: Path) -> None:
    loaded = list(fetched(site))
    assert len(loaded) > 50
    assert [(page, address) for page, address in loaded if re.match(r"(https?:)?//", address)] == []


def test_links_to_schemas_work_in_the_site_too(site: Path) -> None:
    assert 'href="schemas/contracts/profile.json"' in (site / "profiles.html").read_text(encoding="utf-8")
    assert (site / "schemas/contracts/profile.json").is_file()


def test_a_requirement_can_be_linked_to(site: Path) -> None:
    assert 'id="ping-respond-empty"' in (site / "requirements.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("broken", ["[gone](nowhere.md)", "[gone](index.md#no-such-part)"])
def test_a_broken_link_fails_the_build(broken: str, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text(f"# Start\n\n{broken}\n", encoding="utf-8")
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[0]
    own = settings.replace("hooks:\n  - tools/docs_hooks.py\n", "")
    (tmp_path / "mkdocs.yml").write_text(own, encoding="utf-8")
    assert build(tmp_path / "site", tmp_path / "mkdocs.yml").returncode != 0
