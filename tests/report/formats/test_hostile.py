"""What a hostile target sends is text in every file of a run, and never much of it."""

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.plugin.runs import Outcome, run
from tests.report.formats import samples
from tests.report.formats.hostile_server import HUGE, hostile_server

EVERYTHING = ("--reports=html,junit,ndjson,markdown,sarif,badge", "--alluredir=allure", "--html=table.html", "-v")
CHOSEN = ("--revision=2025-06-18", "--area=ping", "--area=tools", "--area=prompts", "--area=lifecycle")
LARGEST = 2_000_000
"""Bytes of a file, where the target sent hundreds of megabytes."""


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    directory = tmp_path_factory.mktemp("hostile")
    with hostile_server(samples.HOSTILE) as url:
        yield run(directory, f"--target={url}", *CHOSEN, *EVERYTHING, env={"GITHUB_STEP_SUMMARY": "page.md"})


def files(outcome: Outcome) -> dict[str, bytes]:
    found = [path for path in outcome.directory.rglob("*") if path.is_file() and ".pytest_cache" not in path.parts]
    return {str(path.relative_to(outcome.directory)): path.read_bytes() for path in found}


def text(outcome: Outcome, name: str) -> str:
    return (outcome.directory / name).read_text(encoding="utf-8")


def test_it_was_judged_and_shown(judged: Outcome) -> None:
    assert judged.code == 1, judged.shown[-3_000:]
    assert sum(one.status == "fail" for one in judged.verdicts) > 3
    assert sum("alert(1)" in json.dumps(one.to_json()) for one in judged.verdicts) > 3
    assert not [one for one in judged.verdicts if one.status == "error"]
    for name in ("report.html", "junit.xml", "verdicts.ndjson", "summary.md", "results.sarif"):
        assert "alert(1)" in text(judged, f"reports/{name}"), name


def test_each_file_is_text_and_of_modest_size(judged: Outcome) -> None:
    for name, data in files(judged).items():
        data.decode("utf-8")
        assert len(data) < LARGEST, name
    assert LARGEST < HUGE


def test_the_terminal_is_not_steered(judged: Outcome) -> None:
    assert not {code for code in range(32) if chr(code) in judged.shown} - {ord("\n")}
    assert not set(judged.shown) & set("\x7f\x9b\u202e\u2028")
    assert "\n::error" not in judged.shown


@pytest.mark.parametrize("name", ["junit.xml", "badge.svg"])
def test_xml_is_well_formed_and_has_no_entities(judged: Outcome, name: str) -> None:
    shown = text(judged, f"reports/{name}")

    ElementTree.fromstring(shown.encode())
    assert "<!" not in shown
    assert not set(re.findall(r"<(?:script|img)\b", shown))


@pytest.mark.parametrize("name", ["verdicts.json", "results.sarif", "badge.json"])
def test_json_is_valid(judged: Outcome, name: str) -> None:
    json.loads(text(judged, f"reports/{name}"))


class Elements(HTMLParser):
    """What a browser would act on."""

    def __init__(self) -> None:
        super().__init__()
        self.acting: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.acting.append((tag, dict(attrs)))


@pytest.mark.parametrize("name", ["reports/report.html", "table.html"])
def test_a_page_has_no_element_and_no_link_of_the_target(judged: Outcome, name: str) -> None:
    parser = Elements()
    parser.feed(text(judged, name))
    attributes = [(key, value or "") for _, found in parser.acting for key, value in found.items()]
    links = {value for key, value in attributes if key in ("href", "src", "action")}

    assert len(parser.acting) > 10
    assert not [value for key, value in attributes if key.startswith("on") and "alert" in value]
    assert not [tag for tag, found in parser.acting if tag == "img" and found.get("src") == "x"]
    assert not [link for link in links if link.startswith(("javascript:", samples.TARGET_CHOSEN, "www.evil"))]


def test_a_table_of_pytest_html_is_escaped_twice(judged: Outcome) -> None:
    """Its rows are HTML inside of JSON inside of an attribute, which a script of the page takes out."""
    parser = Elements()
    parser.feed(text(judged, "table.html"))
    (blob,) = [found["data-jsonblob"] for _, found in parser.acting if "data-jsonblob" in found]
    inner = Elements()
    for rows in json.loads(blob or "")["tests"].values():
        for row in rows:
            inner.feed("".join(row["resultsTableRow"]) + row["log"])

    assert {tag for tag, _ in inner.acting} <= {"td", "a", "b", "code", "details", "summary", "span"}
    hrefs = {found["href"] or "" for _, found in inner.acting if "href" in found}
    assert {link.split("/")[2] for link in hrefs} <= {"modelcontextprotocol.io", "github.com"}


def test_the_stream_has_a_line_for_each_verdict(judged: Outcome) -> None:
    lines = text(judged, "reports/verdicts.ndjson").splitlines()

    assert [json.loads(line)["type"] for line in lines] == ["head", *["verdict"] * len(judged.verdicts), "summary"]


def test_attachments_are_plain_text(judged: Outcome) -> None:
    results = [json.loads(path.read_text()) for path in Path(judged.directory, "allure").glob("*-result.json")]

    assert {one["type"] for result in results for one in result.get("attachments", [])} == {"text/plain"}
