"""SARIF: valid by its schema, and what a code-scanning page needs to show a finding and to know it again."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from conformance.report.sarif import render
from conformance.report.verdict import Verdict
from tests.report.formats import samples
from tests.report.formats.published import SARIF_SCHEMA, published

ROOT = Path(__file__).parents[3]


def log(verdicts: list[Verdict], head: dict[str, Any] = samples.HEAD) -> dict[str, Any]:
    (run,) = json.loads(render(head, verdicts))["runs"]
    return dict(run)


def results(verdicts: list[Verdict], head: dict[str, Any] = samples.HEAD) -> list[dict[str, Any]]:
    return list(log(verdicts, head)["results"])


@pytest.mark.parametrize(
    ("head", "verdicts"),
    [
        (samples.HEAD, samples.ALL),
        (samples.HEAD, []),
        ({}, samples.ALL),
        (samples.hostile_head(), samples.hostile()),
    ],
    ids=["all", "none", "no head", "hostile"],
)
def test_it_keeps_to_the_published_schema(head: dict[str, Any], verdicts: list[Verdict]) -> None:
    schema = json.loads(published(*SARIF_SCHEMA).read_text(encoding="utf-8"))
    checker = jsonschema.Draft4Validator.FORMAT_CHECKER
    validator = jsonschema.Draft4Validator(schema, format_checker=checker)

    problems = [
        f"{error.json_path}: {error.message}" for error in validator.iter_errors(json.loads(render(head, verdicts)))
    ]

    assert problems == []
    assert not validator.is_valid({"version": "2.1.0", "runs": [{"results": []}]})


def test_levels() -> None:
    found = {one["ruleId"]: one["level"] for one in results(samples.ALL)}

    assert found == {
        "tools-list-result-shape": "error",
        "ping-promptly": "warning",
        "ping-twice": "note",
        "ping-strictly": "error",
        "tools-name-unique": "warning",
        "rate-headers-present": "error",
    }


def test_what_is_accepted_is_suppressed() -> None:
    (accepted,) = [one for one in results(samples.ALL) if "suppressions" in one]

    assert accepted["ruleId"] == "tools-name-unique"
    assert accepted["suppressions"] == [{"kind": "external", "justification": "known since May"}]


def test_an_error_of_the_harness_is_no_finding() -> None:
    run = log([samples.PASSED, samples.ERROR])

    assert run["results"] == []
    assert run["invocations"] == [
        {
            "executionSuccessful": False,
            "startTimeUtc": "2026-11-21T19:00:10Z",
            "toolExecutionNotifications": [{"level": "error", "message": {"text": "ping-any: ValueError: bug"}}],
        }
    ]


def test_a_run_that_was_cut_off_did_not_succeed() -> None:
    cut = {**samples.HEAD, "summary": {"complete": False}}

    assert log([samples.PASSED], cut)["invocations"][0]["executionSuccessful"] is False
    assert log([samples.PASSED])["invocations"][0]["executionSuccessful"] is True


def test_rules_come_from_the_registries() -> None:
    run = log(samples.ALL)
    rules = run["tool"]["driver"]["rules"]
    known = {rule["id"]: rule for rule in rules}

    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])
    assert known["tools-list-result-shape"]["shortDescription"]["text"] != samples.FAILED.rule
    assert known["tools-list-result-shape"]["helpUri"].startswith("https://modelcontextprotocol.io/specification/2026-")
    assert known["rate-headers-present"]["properties"]["tags"] == ["contract", "rate-limit"]
    assert known["ping-twice"]["helpUri"] == samples.LINK


@pytest.mark.parametrize(
    ("nodeid", "uri"),
    [
        ("suites/protocol/test_tools.py::test_x[2025-06-18]", "suites/protocol/test_tools.py"),
        ("tests/own one.py::test_x", "tests/own%20one.py"),
        ("/etc/passwd.py::test_x", "conformance.toml"),
        ("../../x.py::test_x", "conformance.toml"),
        ("", "conformance.toml"),
    ],
)
def test_each_finding_has_a_place(nodeid: str, uri: str) -> None:
    (one,) = results([replace(samples.FAILED, nodeid=nodeid)])

    assert one["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 1}}},
    ]


def test_the_place_is_the_check() -> None:
    source = ROOT / "suites/protocol/test_ping.py"
    name = re.findall(r"def (test_\w+)", source.read_text(encoding="utf-8"))[-1]
    (one,) = results([replace(samples.FAILED, nodeid=f"suites/protocol/test_ping.py::{name}[2025-06-18]")])

    line = one["locations"][0]["physicalLocation"]["region"]["startLine"]

    assert source.read_text(encoding="utf-8").splitlines()[line - 1].startswith(f"def {name}(")


def test_the_place_of_a_rule_on_all_traffic_is_its_judge() -> None:
    traffic = replace(
        samples.FAILED, requirement="http-xmcp-not-empty", nodeid="traffic::http-xmcp-not-empty[2026-07-28]"
    )
    (one,) = results([traffic])

    place = one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]

    assert place.startswith("conformance/checks/rules/")
    assert (ROOT / place).is_file()


def fingerprint(verdict: Verdict, url: str = "https://example.com/mcp") -> dict[str, str]:
    (one,) = results([verdict], {**samples.HEAD, "target": {"url": url}})
    return dict(one["partialFingerprints"])


def test_a_finding_is_known_again() -> None:
    again = replace(
        samples.FAILED, received="something else", seconds=9.0, nodeid="suites/moved.py::test_list[2025-06-18]"
    )

    assert fingerprint(samples.FAILED) == fingerprint(again)
    assert fingerprint(samples.FAILED) == fingerprint(
        samples.FAILED, "http://user:secret@example.com:80/mcp?key=secret"
    )
    assert set(fingerprint(samples.FAILED)) == {"primaryLocationLineHash", "requirementAndTarget/v1"}


def test_another_finding_is_another() -> None:
    others = [
        fingerprint(replace(samples.FAILED, requirement="other")),
        fingerprint(replace(samples.FAILED, revision="2025-11-25")),
        fingerprint(replace(samples.FAILED, nodeid="suites/protocol/test_tools.py::test_list[2025-06-18-other]")),
        fingerprint(samples.FAILED, "https://example.org/mcp"),
    ]

    assert fingerprint(samples.FAILED) not in others
    assert len({json.dumps(one) for one in others}) == len(others)


def test_no_message_holds_a_link_of_the_target() -> None:
    for one in results(samples.hostile()):
        text = one["message"]["text"]
        assert not re.search(r"(?<!\\)\[", text)
        assert "http://" not in text
        assert not {code for code in range(32) if chr(code) in text}


def test_it_is_bounded() -> None:
    assert len(render(samples.HEAD, samples.hostile("x" * 10_000_000))) < 500_000
