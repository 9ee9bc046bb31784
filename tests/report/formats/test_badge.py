"""The badge: never green without a reason, and readable by those who do not see it."""

import json
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from conformance.report.badge import render_endpoint, render_svg
from conformance.report.verdict import Verdict
from tests.report.formats import samples

SVG = "{http://www.w3.org/2000/svg}"
INCOMPLETE = {**samples.HEAD, "summary": {"complete": False}}
KEPT = replace(samples.PASSED, revision="", profile="acme")

CASES = [
    ([samples.PASSED], samples.HEAD, "MCP", "conforms", "brightgreen"),
    ([samples.PASSED, samples.WARNED], samples.HEAD, "MCP", "conforms, 1 warned", "brightgreen"),
    ([samples.PASSED, samples.ACCEPTED], samples.HEAD, "MCP", "conforms, 1 accepted", "yellow"),
    ([samples.PASSED, samples.FAILED], samples.HEAD, "MCP", "1 broken", "red"),
    ([samples.PASSED, samples.STRICT, samples.FAILED], INCOMPLETE, "MCP", "2 broken", "red"),
    ([samples.PASSED], INCOMPLETE, "MCP", "incomplete", "lightgrey"),
    ([samples.PASSED, samples.ERROR], samples.HEAD, "MCP", "not judged", "lightgrey"),
    ([samples.UNTESTABLE], samples.HEAD, "MCP", "not judged", "lightgrey"),
    ([], samples.HEAD, "MCP", "not judged", "lightgrey"),
    ([samples.BREACH], samples.HEAD, "MCP contracts", "1 broken", "red"),
    ([KEPT], samples.HEAD, "MCP contracts", "kept", "brightgreen"),
    ([KEPT, replace(samples.BLOCKED, profile="acme")], samples.HEAD, "MCP contracts", "incomplete", "lightgrey"),
]


@pytest.mark.parametrize(("verdicts", "head", "label", "message", "colour"), CASES)
def test_both_badges_say_the_same(
    verdicts: list[Verdict], head: dict[str, object], label: str, message: str, colour: str
) -> None:
    document = json.loads(render_endpoint(head, verdicts))
    texts = [text.text for text in ElementTree.fromstring(render_svg(head, verdicts)).iter(f"{SVG}text")]

    assert document.pop("isError", False) is (colour == "red")
    assert document == {"schemaVersion": 1, "label": label, "message": message, "color": colour}
    assert texts == [label, message]


def test_it_has_a_name_and_needs_nothing_else() -> None:
    text = render_svg(samples.HEAD, [samples.FAILED])
    badge = ElementTree.fromstring(text)

    assert badge.attrib["role"] == "img"
    assert badge.attrib["aria-label"] == badge.findtext(f"{SVG}title") == "MCP: 1 requirement broken"
    assert {element.tag.removeprefix(SVG) for element in badge.iter()} == {
        "svg",
        "title",
        "clipPath",
        "rect",
        "g",
        "text",
    }
    assert text.count("http") == 1


def test_its_text_fits_into_its_halves() -> None:
    badge = ElementTree.fromstring(render_svg(samples.HEAD, [samples.PASSED, samples.WARNED]))
    left, right = (float(rect.attrib["width"]) for rect in badge.findall(f"{SVG}g/{SVG}rect"))
    widths = [float(text.attrib["textLength"]) for text in badge.iter(f"{SVG}text")]
    middles = [float(text.attrib["x"]) for text in badge.iter(f"{SVG}text")]

    assert float(badge.attrib["width"]) == left + right
    assert [left - widths[0], right - widths[1]] == [12, 12]
    assert middles == [left / 2, left + right / 2]
    assert 95 <= widths[1] <= 125  # Verdana draws "conforms, 1 warned" some 110 pixels wide


def test_hostile_text_stays_text() -> None:
    badge = ElementTree.fromstring(render_svg(samples.hostile_head(), samples.hostile()))

    assert {element.tag.removeprefix(SVG) for element in badge.iter()} == {
        "svg",
        "title",
        "clipPath",
        "rect",
        "g",
        "text",
    }
    assert len(render_svg(samples.HEAD, samples.hostile("x" * 1_000_000))) < 10_000
