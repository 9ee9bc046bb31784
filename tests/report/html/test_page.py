"""The page as a file: what it says, that it is one file, that nothing of a target acts in it, and its size."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any

import pytest

from conformance.report.comparing import compare
from conformance.report.html import page
from conformance.report.merging import merged
from conformance.report.verdict import Accepted, Verdict
from tests.report.html.files import (
    BLOCKED,
    CONTRACT,
    FAILED,
    LINK,
    PASSED,
    WARNED,
    evidence,
    exchange,
    file_of,
    runs_of,
)

NASTY = (
    "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'><svg/onload=alert(1)>"
    "<!--<script>]]>{{7*7}}${7*7}\x1b[2J\x00\u202e\ud800&lt;\u2028"
)
MEGABYTE = 1_000_000


@dataclass
class Document(HTMLParser):
    """Elements with their attributes, the text between them, and that of the scripts."""

    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self._inside = ""

    def __hash__(self) -> int:
        return id(self)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.text += " "
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts.append(data)
        elif self._inside != "style":
            self.text += data

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def parsed(text: str) -> Document:
    document = Document()
    document.feed(text)
    return document


def shown(*verdicts: Verdict, **members: Any) -> str:
    """The text of the page, with single spaces."""
    return re.sub(r"\s+", " ", parsed(page(runs_of(*verdicts, **members))).text)


def listed(text: str) -> dict[str, Any]:
    """The data of the list."""
    return dict(json.loads(parsed(text).scripts[0]))


@pytest.mark.parametrize(
    ("verdicts", "members", "headline"),
    [
        ([PASSED], {}, "Conforms to MCP as far as it was judged"),
        ([PASSED, WARNED], {}, "Conforms to MCP 1 warned about"),
        ([PASSED, FAILED, BLOCKED], {}, "Does not conform to MCP 1 requirement broken, 1 MUST not judged"),
        ([replace(WARNED, red=True)], {}, "Does not conform to MCP 1 requirement broken"),
        ([PASSED], {"complete": False}, "Incomplete to MCP the run did not come to its end"),
        ([replace(BLOCKED, blocked_by="TargetLost")], {}, "Incomplete to MCP the target was lost on the way"),
        ([replace(PASSED, status="error", red=True, reason="x")], {}, "Not judged to the end to MCP"),
        ([replace(PASSED, status="not testable", reason="x")], {}, "Nothing was judged to MCP 1 MUST not judged"),
        ([CONTRACT], {}, "Contracts broken 1 requirement broken"),
        ([replace(CONTRACT, status="pass", red=False)], {}, "Contracts kept as far as it was judged"),
        ([PASSED, CONTRACT], {}, "Contracts broken 1 requirement broken"),
    ],
)  # fmt: skip
def test_the_headline(verdicts: Sequence[Verdict], members: dict[str, Any], headline: str) -> None:
    """The words that do not go with "to MCP" stand alone."""
    wanted = headline if headline.startswith(("Conforms", "Does not")) else headline.replace(" to MCP", "")

    assert f" {wanted}" in shown(*verdicts, **members)


def test_a_contract_does_not_count_against_mcp() -> None:
    text = shown(PASSED, CONTRACT)

    assert "MCP Conforms as far as it was judged" in text
    assert "emcp Contracts broken 1 requirement broken" in text


def test_the_headline_of_several_targets() -> None:
    good, bad = file_of([PASSED]), file_of([FAILED], url="https://other.example/mcp")

    assert "All 2 targets conform" in page(merged([good, replace_target(good)]))
    assert "1 of 2 targets broken" in page(merged([good, bad]))


def replace_target(file: Any) -> Any:
    return replace(file, head={**file.head, "target": {**file.head["target"], "url": "https://third.example/mcp"}})


def test_a_failure_with_everything_to_see_and_to_do() -> None:
    text = shown(evidence(FAILED, exchange()), BLOCKED)

    for part in (
        FAILED.rule, "MUST · tools-name-unique".replace("· ", ""), "expected", FAILED.expected, "received",
        FAILED.replay, "1 exchange", "5.2 ms", "blocks 1", "tools-call-result-shape", "how it is tested",
        "2025-06-18/server/tools#tool-names", "1 check, 2 requests, 0.02 s",
    ):  # fmt: skip
        assert str(part) in text, part


def test_what_to_do_about_a_contract_is_said() -> None:
    text = shown(CONTRACT)

    assert "what to do Send the three headers with every answer." in text
    assert "C-EMCP-104" in text


def test_what_reads_the_same_is_shown_once_and_the_rest_is_counted() -> None:
    same = [replace(FAILED, subject=f"tool-{n}", received=f"code -{n}", nodeid=f"n{n}") for n in range(20)]
    others = [replace(FAILED, received="abcdefghi"[n] * 5, nodeid=f"o{n}") for n in range(9)]

    text = shown(*same, *others)

    assert text.count("expected a JSON-RPC error") == 5
    assert "tool-0, tool-1, tool-10" in text
    assert "5 more verdicts on this requirement" in text


def test_failures_come_before_warnings_and_those_that_block_most_first() -> None:
    quiet = replace(FAILED, requirement="a-quiet-failure", nodeid="q")

    anchors = [one["id"] for one in parsed(page(runs_of(WARNED, quiet, BLOCKED, FAILED))).of("details") if "id" in one]

    assert anchors == ["tools-name-unique", "a-quiet-failure", "tools-validate-inputs"]


def test_what_a_baseline_accepts_is_neither_green_nor_among_the_failures() -> None:
    why = Accepted("the fix is in review", owner="Ada", expires="2027-01-01")
    accepted = replace(FAILED, red=False, accepted=why, requirement="an-accepted-one", nodeid="a")

    assert "Does not conform to MCP 1 accepted by the baseline" in shown(PASSED, accepted)
    assert "baseline the fix is in review (Ada, until 2027-01-01)" in shown(accepted)
    anchors = [one["id"] for one in parsed(page(runs_of(accepted, WARNED, FAILED))).of("details") if "id" in one]
    assert anchors == ["tools-name-unique", "tools-validate-inputs", "an-accepted-one"]


def test_a_requirement_that_fails_here_and_is_warned_about_there_has_two_anchors() -> None:
    there = replace(WARNED, requirement=FAILED.requirement, revision="2024-11-05")

    anchors = [one["id"] for one in parsed(page(runs_of(FAILED, there))).of("details") if "id" in one]

    assert anchors == ["tools-name-unique", "tools-name-unique_1"]


def test_what_was_blocked_without_a_cause_is_no_success() -> None:
    lost = [
        replace(BLOCKED, requirement=f"rule-{n}", nodeid=f"n{n}", blocked_by="TargetLost", reason="gone")
        for n in range(60)
    ]

    text = shown(*lost)

    assert "Could not be judged gone: rule-0, rule-1," in text
    assert "and 20 more" in text


def test_the_matrix_counts_and_its_cells_lead_to_their_requirements() -> None:
    document = parsed(page(runs_of(PASSED, FAILED, WARNED, BLOCKED)))

    cells = {one["href"]: one["title"] for one in document.of("a") if one.get("title")}
    assert cells == {
        "#?area=ping&scope=2025-06-18": "ping, 2025-06-18: 1 passed",
        "#?area=tools&scope=2025-06-18": "tools, 2025-06-18: 1 failed, 1 warned, 1 blocked",
    }


def test_the_matrix_of_several_targets_has_their_columns() -> None:
    files = [file_of([PASSED, FAILED], url=f"https://{n}.example/mcp") for n in range(3)]

    document = parsed(page(merged(files)))

    hrefs = [str(one["href"]) for one in document.of("a") if one.get("title")]
    assert len(hrefs) == 6
    assert "#?area=tools&scope=2025-06-18&target=3" in hrefs


def test_the_list_holds_every_verdict() -> None:
    verdicts = (PASSED, FAILED, WARNED, BLOCKED, CONTRACT)

    data = listed(page(runs_of(*verdicts)))

    assert {rule["id"] for rule in data["rules"]} == {one.requirement for one in verdicts}
    blocked = next(rule for rule in data["rules"] if rule["id"] == BLOCKED.requirement)
    (row,) = blocked["v"]
    assert data["statuses"][row[2]] == "blocked"
    assert data["texts"][row[3]] + data["texts"][row[4]] == BLOCKED.nodeid
    assert [data["texts"][row[6]], data["texts"][row[9]]] == ["no list", "tools-name-unique"]


def hostile() -> list[Verdict]:
    """Whatever a target can put into a verdict, and what only a forged file could hold."""
    nasty = evidence(
        replace(
            FAILED, subject=NASTY, expected=NASTY, received=NASTY, replay=NASTY, readings=(NASTY,), advice=NASTY,
            rule=NASTY, reason=NASTY, nodeid=f"{NASTY}[{NASTY}]", links=("javascript:alert(1)", LINK, NASTY),
            area=NASTY, clauses=(NASTY,),
        ),
        exchange(request=NASTY, response=NASTY, headers=[(NASTY, NASTY)] * 3, replay=NASTY),
        exchange(response=f'{{"result": "{NASTY}"}}', status=None),
    )  # fmt: skip
    lost = replace(BLOCKED, reason=NASTY, blocked_by=NASTY, requirement="lost")
    return [nasty, lost, replace(CONTRACT, profile=NASTY), replace(WARNED, requirement=NASTY)]


def hostile_page() -> str:
    head = {
        "target": {"url": NASTY, "server": NASTY}, "started": NASTY, "not_spoken": {NASTY: NASTY},
        "profiles": {NASTY: NASTY}, "tool": {"version": NASTY}, "revisions": [NASTY],
    }  # fmt: skip
    head = {**head, "target": {**head["target"]}}  # type: ignore[dict-item]
    file = file_of(hostile())
    file = replace(file, head={**file.head, **head})
    other = file_of(hostile(), url="https://other.example/mcp")
    return page(merged([file, other]), compare([PASSED], hostile(), names=(NASTY, NASTY)))


def test_nothing_of_a_target_acts() -> None:
    text = hostile_page()
    document = parsed(text)

    assert [name for name, _ in document.elements if name == "script"] == ["script"] * 2
    assert not {"img", "svg", "iframe", "object", "link", "base", "form"} & {name for name, _ in document.elements} - {
        "form"
    }
    handlers = [
        one for _, attributes in document.elements for one in attributes if one.startswith("on") or one == "style"
    ]
    assert handlers == []
    addresses = {str(one.get("href", "")) for one in document.of("a")}
    assert {address.split(":")[0] for address in addresses if not address.startswith("#")} == {"https"}
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)
    assert "49" not in document.text.replace(NASTY, "").split("{{7*7}}")[1][:20]
    assert listed(text)["rules"]


def test_it_is_one_file_that_asks_no_network_and_runs_its_own_script_only() -> None:
    document = parsed(page(runs_of(evidence(FAILED, exchange()), PASSED)))

    assert not [attributes for _, attributes in document.elements if attributes.get("src")]
    assert not document.of("link")
    policy = next(one["content"] for one in document.of("meta") if one.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_a_full_run_with_a_thousand_exchanges_is_under_two_megabytes() -> None:
    ordinary = exchange(request='{"jsonrpc":"2.0",' + '"k":"v",' * 40 + "}", response='{"a":[1,2,{"b":"c"}],' * 60)
    assert_small(ordinary)


@pytest.mark.parametrize(
    "body", ["<" * 8_000, '{"a":[' * 1_400, "\x00" * 8_000, '"' * 8_000, "😀" * 8_000, "[1," * 2_600]
)
def test_hostile_exchanges_are_bounded(body: str) -> None:
    assert_small(exchange(request=body, response=body, headers=[("x-" + "h" * 500, body)] * 100))


def assert_small(one: dict[str, Any]) -> None:
    failed = [
        evidence(replace(FAILED, requirement=f"rule-{n}", nodeid=f"suites/a.py::test_{n}[x]"), *[one] * 10)
        for n in range(100)
    ]
    passed = [
        replace(PASSED, requirement=f"kept-{n % 300}", nodeid=f"suites/b.py::test_{n}[2025-06-18]")
        for n in range(1_200)
    ]

    size = len(page(runs_of(*failed, *passed)).encode())

    assert 100_000 < size < 2 * MEGABYTE


def test_long_texts_of_many_failures_are_bounded() -> None:
    many = [
        replace(
            FAILED,
            requirement=f"rule-{n}",
            received="<" * MEGABYTE,
            expected="x" * 9_000,
            replay="y" * 90_000,
            nodeid=f"n{n}",
        )
        for n in range(200)
    ]

    assert len(page(runs_of(*many)).encode()) < 4 * MEGABYTE


def test_a_comparison_is_shown_above_the_new_run() -> None:
    comparison = compare([PASSED, FAILED], [replace(PASSED, status="fail", red=True)], names=("old.json", "new.json"))

    text = re.sub(r"\s+", " ", parsed(page(runs_of(replace(PASSED, status="fail", red=True)), comparison)).text)

    assert "Compared with an older run old.json → new.json 1 new failures 0 fixed" in text
    assert "1 missing" in text
