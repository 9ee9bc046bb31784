"""What comes of gates: the exit code, the line for the release checklist, and JUnit XML."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest

from conformance import exit_codes
from conformance.load.gates.judge import judge
from conformance.load.gates.junit import junit_xml
from conformance.load.gates.outcome import exit_code, release_line
from conformance.load.gates.parse import threshold
from conformance.load.results.model import Difference, Finding, Result
from tests.load.results import invalid, phase, result, searched

PASSES, FAILS, OPEN = "p95<100ms", "errors<0.1%", "p99.99<1s"


def gated(*texts: str, **changes: Any) -> Result:
    """Of 10,000 requests of 41.2 ms, 100 failed."""
    made = phase("round 1", [41_200] * 10_000, {"http": 100})
    return result(made, gates=judge(map(threshold, texts), [made]), **{"plan": {"rate": 50.0}, **changes})


def worse() -> tuple[Difference, ...]:
    return (
        Difference(
            operation="total", figure="p95", before=1.0, after=2.0, ratio=2.0, low=1.9, high=2.1, p_value=0.001,
            verdict="worse", text="p95 of total 1 µs → 2 µs: worse",
        ),
    )  # fmt: skip


def nothing() -> tuple[Finding, ...]:
    return invalid("nothing-measured", "No request was measured.")


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (gated(), exit_codes.OK),
        (gated(PASSES), exit_codes.OK),
        (gated(PASSES, FAILS), exit_codes.BROKEN),
        (gated(PASSES, OPEN), exit_codes.INCOMPLETE),
        (gated(OPEN, FAILS), exit_codes.BROKEN),
        (gated(FAILS, interrupted=True), exit_codes.INTERRUPTED),
        (gated(PASSES, findings=invalid()), exit_codes.INCOMPLETE),
        (gated(findings=invalid()), exit_codes.OK),
        (gated(findings=nothing()), exit_codes.NOTHING),
        (gated(OPEN, findings=nothing()), exit_codes.INCOMPLETE),
        (gated(PASSES, baseline=worse()), exit_codes.OK),
        (gated(PASSES, findings=(Finding(code="unstable", invalidates=False, text="They differ."),)), exit_codes.OK),
    ],
)
def test_the_exit_code_tells_the_gravest(made: Result, code: int) -> None:
    assert exit_code(made) == code


def test_worse_than_the_baseline_fails_only_when_asked_for() -> None:
    made = gated(PASSES, baseline=worse())

    assert (exit_code(made), exit_code(made, worse_fails=True)) == (exit_codes.OK, exit_codes.BROKEN)
    assert release_line(made).startswith("GO  ")
    assert release_line(made, worse_fails=True).startswith("NO-GO  ")
    assert "p95 of total 1 µs → 2 µs: worse" in release_line(made, worse_fails=True)


@pytest.mark.parametrize(
    ("made", "line"),
    [
        (
            gated(PASSES, "errors<2%"),
            "GO  load tool-caller 50/s: p95 41.2 ms (limit 100 ms), errors 0.99 % (limit 2.00 %)",
        ),
        (
            gated(PASSES, FAILS),
            "NO-GO  load tool-caller 50/s: errors 0.99 % (limit 0.10 %), p95 41.2 ms (limit 100 ms)",
        ),
        (
            gated("tools/call:service.p99.99<1s"),
            "INCOMPLETE  load tool-caller 50/s: tools/call service.p99.99 not evaluated (limit 1.00 s)",
        ),
        (
            gated(PASSES, findings=invalid("errors", "Many failed.")),
            "INCOMPLETE  load tool-caller 50/s: p95 41.2 ms (limit 100 ms), invalid: errors",
        ),
        (gated(), "INCOMPLETE  load tool-caller 50/s: no gates were set"),
        (
            gated(PASSES, plan={"rate": None, "model": "closed", "users": 20}),
            "GO  load tool-caller 20 users: p95 41.2 ms (limit 100 ms)",
        ),
        (
            gated(PASSES, plan={"rate": 50.0, "shape": "soak"}),
            "GO  load tool-caller soak 50/s: p95 41.2 ms (limit 100 ms)",
        ),
        (searched(480.0, 512.0), "INCOMPLETE  load tool-caller breaking point 480/s: no gates were set"),
        (searched(None, 50.0), "INCOMPLETE  load tool-caller breaking point not found: no gates were set"),
    ],
)
def test_the_line_for_the_release_checklist(made: Result, line: str) -> None:
    assert release_line(made) == line


def test_only_what_is_worse_is_in_the_line() -> None:
    same = msgspec.structs.replace(worse()[0], verdict="same", text="p50 of total: same")

    line = release_line(gated(PASSES, baseline=(*worse(), same)), worse_fails=True)

    assert "p95 of total" in line
    assert "p50 of total" not in line


def test_an_interrupted_run_is_no_go_ahead() -> None:
    assert release_line(gated(PASSES, interrupted=True)).startswith("INCOMPLETE  ")


def test_the_line_stays_one_printable_line() -> None:
    made = gated("tools/call \x1b[2Jevil\u202e:p95<1s")

    assert release_line(made).isprintable()


def cases(made: Result, **options: bool) -> dict[str, ElementTree.Element]:
    return {str(case.get("name")): case for case in ElementTree.fromstring(junit_xml(made, **options)).iter("testcase")}


def test_each_gate_is_a_test_case_and_so_is_the_validity_of_the_run() -> None:
    told = cases(gated(PASSES, FAILS, OPEN))

    assert list(told) == [
        "the run is valid (50/s)",
        "total: p95<100ms (--gate)",
        "total: errors<0.1% (--gate)",
        "total: p99.99<1s (--gate)",
    ]
    assert [[part.tag for part in case] for case in told.values()] == [[], [], ["failure"], ["error"]]
    failure = told["total: errors<0.1% (--gate)"].find("failure")
    assert failure is not None
    assert failure.get("message") == "fail: errors<0.1%: 0.99 %"


def test_an_invalid_run_does_not_look_as_if_it_had_passed() -> None:
    (case,) = cases(gated(findings=invalid(text="The generator was the limit."))).values()
    error = case.find("error")

    assert error is not None
    assert (error.get("message"), error.text) == ("invalid: generator-bound", "The generator was the limit.")


def test_counts_are_those_of_the_cases() -> None:
    suite = ElementTree.fromstring(junit_xml(gated(PASSES, FAILS, OPEN, findings=invalid()))).find("testsuite")

    assert suite is not None
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "4", "failures": "1", "errors": "2", "skipped": "0",
    }  # fmt: skip


def test_the_baseline_is_there_when_it_can_fail() -> None:
    made = gated(PASSES, baseline=worse())

    assert len(cases(made)) == 2
    assert cases(made, worse_fails=True)["total: p95 against the baseline"].find("failure") is not None


def test_what_xml_cannot_hold_is_written_otherwise() -> None:
    hostile = "\x00\x1b[31m\ufffe\ud800]]><failure/>&\u202e"
    made = gated(PASSES, findings=invalid(text=hostile), command=hostile)

    root = ElementTree.fromstring(junit_xml(made).encode("utf-8"))

    error = root.find(".//error")
    assert error is not None
    assert error.text == "\\x00\\x1b[31m\\ufffe\\ud800]]><failure/>&\\u202e"
    assert root.find(".//failure") is None


def paths(element: ElementTree.Element, above: str = "") -> Iterator[str]:
    """Each element and attribute by where it is."""
    here = f"{above}/{element.tag}"
    yield here
    yield from (f"{here}@{name}" for name in element.attrib)
    for part in element:
        yield from paths(part, here)


@pytest.fixture(scope="module")
def written_by_pytest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("junit")
    (directory / "test_all.py").write_text(
        "import pytest\n"
        "def test_pass(record_testsuite_property): record_testsuite_property('name', 'value')\n"
        "def test_fail(): assert 0\n"
        "@pytest.fixture\ndef broken(): raise ValueError\n"
        "def test_error(broken): pass\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:mcp-conformance", "-p", "no:cacheprovider"]
    subprocess.run([*command, "--junitxml=out.xml", "test_all.py"], cwd=directory, timeout=60, capture_output=True)
    return directory / "out.xml"


def test_the_structure_is_that_which_pytest_writes(written_by_pytest: Path) -> None:
    theirs = set(paths(ElementTree.parse(written_by_pytest).getroot()))
    ours = list(paths(ElementTree.fromstring(junit_xml(gated(PASSES, FAILS, OPEN, findings=invalid())))))

    assert set(ours) <= theirs
    needed = {path for path in theirs if "testcase" in path or path.endswith(("@tests", "@failures", "@errors"))}
    assert needed <= set(ours)
