"""Hooks of the docs site: the published schemas are part of it, so that links to them work there too."""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parent.parent
PUBLISHED = ("schemas/contracts", "schemas/reports")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    for directory in PUBLISHED:
        for path in sorted((ROOT / directory).glob("*.json")):
            files.append(File.generated(config, f"{directory}/{path.name}", abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """In the repository, schemas are a directory above the pages; in the site, they are beside them."""
    return markdown.replace("](../schemas/", "](schemas/").replace("](../../schemas/", "](../schemas/")
