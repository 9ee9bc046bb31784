"""Reads the pages of the docs: their commands, tables, blocks of code and links."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"

_BLOCK = re.compile(r"^```(?P<language>\S+)[^\n]*\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<address>[^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")


def text_of(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def pages() -> list[Path]:
    """Every page, and the README."""
    return [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def blocks(text: str, language: str) -> list[str]:
    """The blocks of code of one language, without the fences."""
    return [block["body"] for block in _BLOCK.finditer(text) if block["language"] == language]


def commands(text: str) -> list[str]:
    """What is typed in the console blocks, comments left out; `worker$ x` is the command x."""
    lines = [line for block in blocks(text, "console") for line in block.splitlines()]
    typed = [re.sub(r"^\w*\$ ", "", line) for line in lines if re.match(r"\w*\$ ", line)]
    return [re.sub(r"\s{2,}#.*$", "", line).strip() for line in typed]


def rows(text: str) -> Iterator[list[str]]:
    """The cells of each row of each table, without the heads."""
    inside = False
    for line in text.splitlines():
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells and inside:
            yield cells
        inside = bool(cells) and (inside or set("".join(cells)) <= set("- :"))


def code_spans(text: str) -> list[str]:
    """What stands between single backticks, outside of blocks."""
    return _CODE.findall(_BLOCK.sub("", text))


def links(text: str) -> list[str]:
    """Addresses of links, outside of blocks of code."""
    return [link["address"] for link in _LINK.finditer(_BLOCK.sub("", text))]


def anchors(text: str) -> set[str]:
    """The anchors of the headings, as both GitHub and the site make them."""
    heads = re.findall(r"^#+ +(.+)$", _BLOCK.sub("", text), re.MULTILINE)
    named = re.findall(r'<a id="([^"]+)">', text)
    return {re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", head.lower()).strip()) for head in heads} | set(named)
