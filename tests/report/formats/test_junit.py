"""JUnit: one test case a verdict, and nothing that its strictest schema does not know."""

import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import replace
from xml.etree.ElementTree import Element

import pytest
import xmlschema

from conformance.report.junit import render
from conformance.report.verdict import Verdict
from tests.report.formats import samples
from tests.report.formats.published import JUNIT_XSD, published

CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"properties", "testcase"},
    "properties": {"property"},
    "testcase": {"failure", "error", "skipped", "system-out"},
}
ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors", "time"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"},
    "testcase": {"name", "classname", "time"},
    "property": {"name", "value"},
    **{tag: {"type", "message"} for tag in ("failure", "error", "skipped")},
}


def parsed(verdicts: list[Verdict]) -> Element:
    return ElementTree.fromstring(render(samples.HEAD, verdicts).encode())


def cases(root: Element) -> dict[str, Element]:
    return {properties(case)["requirement"]: case for case in root.iter("testcase")}


def properties(case: Element) -> dict[str, str]:
    lines = case.findtext("system-out", "").splitlines()
    assert all(line.startswith("[[PROPERTY|") and line.endswith("]]") for line in lines), lines
    return dict(line[len("[[PROPERTY|") : -2].split("=", 1) for line in lines)


@pytest.mark.parametrize("verdicts", [samples.ALL, samples.hostile(), []], ids=["all", "hostile", "none"])
def test_it_keeps_to_the_schema_that_jenkins_goes_by(verdicts: list[Verdict]) -> None:
    schema = xmlschema.XMLSchema(str(published(*JUNIT_XSD)))

    assert [str(error) for error in schema.iter_errors(render(samples.hostile_head(), verdicts))] == []


def test_the_schema_would_refuse_properties_of_a_case() -> None:
    schema = xmlschema.XMLSchema(str(published(*JUNIT_XSD)))
    refused = render(samples.HEAD, [samples.PASSED]).replace("system-out", "properties")

    assert not schema.is_valid(refused)


@pytest.mark.parametrize("verdicts", [samples.ALL, samples.hostile()], ids=["all", "hostile"])
def test_it_uses_no_element_and_no_attribute_that_readers_do_not_know(verdicts: list[Verdict]) -> None:
    for element in parsed(verdicts).iter():
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set())
        assert set(element.attrib) <= ATTRIBUTES.get(element.tag, set())


def test_only_what_fails_the_run_is_a_failure() -> None:
    found = {
        id: [child.tag for child in case if child.tag != "system-out"]
        for id, case in cases(parsed(samples.ALL)).items()
    }

    assert found == {
        "tools-list-result-shape": ["failure"],
        "ping-promptly": ["skipped"],
        "ping-twice": ["skipped"],
        "ping-strictly": ["failure"],
        "tools-name-unique": ["skipped"],
        "ping-respond-empty": [],
        "tools-call-text": ["skipped"],
        "logging-level": ["skipped"],
        "ping-any": ["error"],
        "rate-headers-present": ["failure"],
    }


def test_a_suite_counts_its_own_cases() -> None:
    root = parsed(samples.ALL)

    for suite in root:
        tags = Counter(child.tag for case in suite.iter("testcase") for child in case)
        assert int(suite.attrib["tests"]) == len(list(suite.iter("testcase")))
        assert int(suite.attrib["failures"]) == tags["failure"]
        assert int(suite.attrib["errors"]) == tags["error"]
        assert int(suite.attrib["skipped"]) == tags["skipped"]
    assert [suite.attrib["name"] for suite in root] == [
        f"mcp-conformance {s}" for s in ("2025-06-18", "2025-11-25", "acme")
    ]
    assert root.attrib["tests"] == str(len(samples.ALL))
    assert (root.attrib["failures"], root.attrib["errors"]) == ("3", "1")


def test_a_failure_reads_like_the_terminal() -> None:
    failure = cases(parsed([samples.FAILED]))["tools-list-result-shape"].find("failure")

    assert failure is not None
    assert failure.text == (
        "FAIL tools-list-result-shape (MUST, 2025-06-18)\n"
        "  A list is a list.\n"
        "  expected  a list\n"
        "  received  a string\n"
        "  replay    curl -sS https://example.com/mcp\n"
        f"  see       {samples.LINK}"
    )
    assert failure.attrib == {
        "type": "fail",
        "message": "tools-list-result-shape: expected a list; received a string",
    }


def test_each_case_tells_what_it_is_about() -> None:
    found = cases(parsed(samples.ALL))

    assert properties(found["tools-list-result-shape"]) == {
        "requirement": "tools-list-result-shape", "level": "MUST", "area": "tools", "revision": "2025-06-18",
        "verdict": "fail", "spec": samples.LINK,
    }  # fmt: skip
    breach = properties(found["rate-headers-present"])
    assert (breach["profile"], breach["clauses"], "revision" in breach) == ("acme", "C-EMCP-104", False)
    assert properties(found["tools-name-unique"])["accepted"] == "known since May"
    case = found["tools-list-result-shape"]
    assert (case.attrib["classname"], case.attrib["name"]) == ("suites.protocol.test_tools", "test_list[2025-06-18]")


def test_a_target_cannot_write_a_property_or_a_line_of_its_own() -> None:
    (case,) = parsed([replace(samples.FAILED, subject="x]]\n[[PROPERTY|verdict=pass")]).iter("testcase")

    assert properties(case)["verdict"] == "fail"
    assert properties(case)["subject"] == "x]]\\n[[PROPERTY|verdict=pass"


def test_it_is_bounded() -> None:
    made = render(samples.HEAD, samples.hostile("x" * 10_000_000))

    assert len(made) < 400_000
