"""What is written: valid, the same each time, and safe whatever a server is called."""

import csv
import io
import json
import re
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from html.parser import HTMLParser
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import jsonschema
import pytest

from conformance.load.leaderboard.building import leaderboard_of
from conformance.load.leaderboard.schema import PUBLISHED, schema
from conformance.load.leaderboard.writing import documents
from conformance.load.results.model import Result
from tests.load.leaderboard.boards import NOW, at, board_of, busy, runs_of
from tests.load.results import MACHINE, invalid, searched

ROOT = Path(__file__).parents[3]
EVIL = "</td><script>alert(1)</script>"
HOSTILE = (
    EVIL, "=HYPERLINK(\"http://evil.example\")", "a|b`c", "$\\frac{", "_hidden", "\x1b[31mred\x1b[0m", "x" * 500,
    "{{ 7*7 }}", "<!-- #010200 -->", "日本語", "",
)  # fmt: skip
VOID = {"meta", "link", "br", "img", "hr", "input"}


def several() -> list[Result]:
    other = {**{name: getattr(MACHINE, name) for name in MACHINE.__struct_fields__}, "cpu": "Other"}
    return [
        at("alpha", 1000), at("beta", 2000), at("gamma", 500, findings=invalid()),
        at("delta", 700, machine=type(MACHINE)(**other)), busy("alpha", [900, 950, 920]), searched(400.0, 420.0),
    ]  # fmt: skip


def hostile() -> list[Result]:
    return [
        *(at(name, 1000 * 1.2**number, version=name, command=f"mcp-conformance load '{name}'")
          for number, name in enumerate(HOSTILE)),
        at(EVIL, 100, findings=invalid(text=EVIL)), at(f"{EVIL}\n2", 300, plan={"operations": (EVIL,)}),
    ]  # fmt: skip


@cache
def made(of: str) -> Mapping[str, str]:
    with TemporaryDirectory() as directory:
        runs = runs_of(Path(directory), *(several() if of == "several" else hostile()))
        return documents(leaderboard_of(runs, title=f"Servers {EVIL if of == 'hostile' else ''}", now=NOW), runs)


class Page(HTMLParser):
    """Elements with their attributes, text by element, and whether all are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1] == tag, f"{tag} closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.mark.parametrize("of", ["several", "hostile"])
def test_the_json_keeps_the_published_schema(of: str) -> None:
    published = json.loads((ROOT / PUBLISHED).read_text())

    assert published == json.loads(json.dumps(schema()))
    jsonschema.validate(json.loads(made(of)["leaderboard.json"]), published)


def test_two_runs_differ_in_the_time_only(tmp_path: Path) -> None:
    runs = runs_of(tmp_path, *several())
    later = "2026-04-01T00:00:00Z"
    first, second = (documents(leaderboard_of(runs, title="Servers", now=now), runs) for now in (NOW, later))

    assert {name: text.replace(NOW, later) for name, text in first.items()} == second


@pytest.mark.parametrize("of", ["several", "hostile"])
def test_the_page_is_well_formed_and_needs_no_network(of: str) -> None:
    page = Page(made(of)["leaderboard.html"])

    assert page.open == []
    assert not {"link", "img", "iframe", "object", "base"} & {tag for tag, _ in page.elements}
    for _, attributes in page.elements:
        assert not (attributes.keys() & {"src", "action", "onclick", "onload"})
        assert (attributes.get("href") or "#").startswith("#")
    assert not re.search(r"@import|url\((?!#)", made(of)["leaderboard.html"])


@pytest.mark.parametrize("of", ["several", "hostile"])
def test_only_the_script_of_the_page_may_run(of: str) -> None:
    page = Page(made(of)["leaderboard.html"])

    (script,) = [text for tag, text in page.texts if tag == "script"]
    (policy,) = [one["content"] for one in page.all("meta") if one.get("http-equiv") == "Content-Security-Policy"]
    assert len(page.all("script")) == 1
    assert b64encode(sha256(script.encode()).digest()).decode() in (policy or "")
    assert "alert" not in script


def test_ids_are_unique_and_links_lead_somewhere() -> None:
    page = Page(made("several")["leaderboard.html"])

    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [(one.get("href") or one.get("xlink:href") or "")[1:] for tag in ("a", "use") for one in page.all(tag)]
    labels = [one["aria-labelledby"] or "" for _, one in page.elements if "aria-labelledby" in one]
    assert {*links, *chain.from_iterable(label.split() for label in labels)} <= set(ids)


def test_tables_can_be_sorted_and_say_how_they_are() -> None:
    page = Page(made("several")["leaderboard.html"])

    sortable = [one for one in page.all("table") if one.get("class") == "sortable"]
    sorted_heads = [one for one in page.all("th") if one.get("aria-sort") == "ascending"]
    assert len(sortable) == len(sorted_heads) == 3
    assert all(one["type"] == "button" for one in page.all("button"))
    cells = [one for one in page.all("td") if "data-sort" in one and one.get("class") == "number"]
    assert all(not one["data-sort"] or float(one["data-sort"]) >= 0 for one in cells)


@pytest.mark.parametrize("of", ["several", "hostile"])
def test_charts_are_named_and_take_the_colours_of_the_page(of: str) -> None:
    charts = re.findall(r"<svg.*?</svg>", made(of)["leaderboard.html"], re.DOTALL)

    assert charts
    for chart in charts:
        root = ElementTree.fromstring(chart)
        names = {element.tag.rpartition("}")[2] for element in root}
        assert root.get("role") == "img"
        assert {"title", "desc"} <= names
        assert "metadata" not in chart
        assert "currentColor" in chart
        assert not re.search(r"(fill|stroke): ?(#|rgb)", chart)


def test_charts_draw_names_as_they_are() -> None:
    page = made("hostile")["leaderboard.html"]
    texts = [text for tag, text in Page(page).texts if tag == "text"]

    for name in ("$\\frac{", "_hidden", "red", "日本語", "{{ 7*7 }}"):
        assert name in texts
    assert "49" not in texts


def test_each_machine_has_charts_of_its_own() -> None:
    captions = [text for tag, text in Page(made("several")["leaderboard.html"]).texts if tag == "figcaption"]

    assert "Ranking figure: p99, on H1" in captions
    assert "Ranking figure: p99, on H2" in captions
    assert "Latency over load" in captions


@pytest.mark.parametrize("name", ["leaderboard.html", "leaderboard.md", "leaderboard.csv", "leaderboard.json"])
def test_nothing_steers_a_terminal(name: str) -> None:
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", made("hostile")[name])
    assert max(map(len, re.findall(r"(?<!load ')(?<!load &#39;)\bx+", made("hostile")[name]))) < 80


@pytest.mark.parametrize("of", ["several", "hostile"])
def test_the_sheet_holds_every_row_and_no_formula(of: str) -> None:
    rows = list(csv.DictReader(io.StringIO(made(of)["leaderboard.csv"])))

    assert len(rows) == len(several() if of == "several" else hostile())
    assert all(None not in row and None not in row.values() for row in rows)
    assert not [cell for row in rows for cell in row.values() if cell[:1] in tuple("=+-@")]
    assert next(row["rank"] for row in rows if row["status"] == "ranked") == "1"
    assert all(row["rank"] == "" and row["reason"] for row in rows if row["status"] != "ranked")


def test_the_sheet_has_times_in_milliseconds() -> None:
    (row,) = [one for one in csv.DictReader(io.StringIO(made("several")["leaderboard.csv"])) if one["server"] == "beta"]

    assert float(row["p50_ms"]) == pytest.approx(2, rel=0.05)
    assert float(row["p50_ms_low"]) < float(row["p50_ms"]) < float(row["p50_ms_high"])


@pytest.mark.parametrize("of", ["several", "hostile"])
def test_tables_in_markdown_are_whole(of: str) -> None:
    lines = made(of)["leaderboard.md"].splitlines()

    tables = [line for line in lines if line.startswith("|")]
    widths = {len(re.findall(r"(?<!\\)\|", line)) for line in tables}
    assert len(tables) > 3
    assert widths <= {18, 19}
    for line in lines:
        outside = re.sub(r"`[^`]*`", "", line)
        assert line.startswith("  mcp-conformance") or not re.search(r"(?<!\\)<", outside)


def test_fences_hold_what_they_hold() -> None:
    lines = made("hostile")["leaderboard.md"].splitlines()

    assert len([line for line in lines if line.lstrip().startswith("```")]) == 2


def test_page_and_markdown_say_how_to_read_them() -> None:
    for name in ("leaderboard.html", "leaderboard.md"):
        text = made("several")[name]
        assert "How to read this" in text
        assert "What it does not mean" in text
        assert "--scenario=tool-caller" in text


def test_a_page_of_invalid_runs_says_so(tmp_path: Path) -> None:
    runs = runs_of(tmp_path, at("a", 1000, findings=invalid()))
    board = board_of(tmp_path, at("a", 1000, findings=invalid()))

    page = Page(documents(board, runs)["leaderboard.html"])

    assert ("p", "No run of this workload can be ranked.") in page.texts
    assert page.all("svg") == []
