"""Two runs compared."""

from dataclasses import replace

from conformance.report.comparing import closing_line, compare, comparison_lines
from conformance.report.verdict import Status, Verdict
from tests.report.html.files import BLOCKED, FAILED, PASSED, WARNED

NOW_PASSES = replace(FAILED, status="pass", red=False)


def kinds(old: list[Verdict], new: list[Verdict]) -> dict[str, list[str]]:
    found = compare(old, new, names=("old", "new"))
    return {kind: [one.requirement for one in listed] for kind, listed in found.kinds if listed}


def test_each_change_has_one_kind() -> None:
    old = [FAILED, PASSED, WARNED, BLOCKED]
    new = [NOW_PASSES, replace(PASSED, status="fail", red=True), replace(WARNED, status="pass")]

    assert kinds(old, new) == {
        "new failures": ["ping-respond-empty"], "fixed": ["tools-name-unique"],
        "changed": ["tools-validate-inputs"], "missing": ["tools-call-result-shape"],
    }  # fmt: skip
    assert kinds(old, old) == {}
    assert kinds([], [PASSED, FAILED]) == {"new failures": ["tools-name-unique"], "added": ["ping-respond-empty"]}


def test_a_failure_that_is_no_longer_judged_is_not_fixed() -> None:
    unjudged: tuple[Status, ...] = ("blocked", "not testable", "not applicable")
    for status in unjudged:
        gone = replace(FAILED, status=status, red=False)
        assert kinds([FAILED], [gone]) == {"changed": ["tools-name-unique"]}
    assert kinds([FAILED], []) == {"missing": ["tools-name-unique"]}


def test_a_warning_that_fails_the_run_now_is_a_new_failure() -> None:
    assert kinds([WARNED], [replace(WARNED, red=True)]) == {"new failures": ["tools-validate-inputs"]}
    assert kinds([replace(WARNED, red=True)], [WARNED]) == {"fixed": ["tools-validate-inputs"]}


def test_an_error_of_the_harness_is_a_new_failure() -> None:
    assert kinds([PASSED], [replace(PASSED, status="error", red=True)]) == {"new failures": ["ping-respond-empty"]}


def test_one_of_several_checks_of_a_requirement_is_enough() -> None:
    second = replace(FAILED, nodeid="another check")

    assert kinds([NOW_PASSES, second], [NOW_PASSES, replace(second, status="pass", red=False)]) == {
        "fixed": ["tools-name-unique"]
    }


def test_the_terminal_tells_a_change_once_with_its_revisions_and_cannot_be_steered() -> None:
    old = [replace(PASSED, revision=revision) for revision in ("2025-06-18", "2025-11-25")]
    new = [replace(one, status="fail", red=True) for one in old]

    found = compare(old, new, names=("old\x1b[2J", "new"))

    lines = comparison_lines(found)
    assert "  ping-respond-empty  pass -> fail  2025-06-18, 2025-11-25" in lines
    assert lines[-1] == closing_line(found) == "2 new failures, 0 fixed, 0 as before"
    assert "\x1b" not in "".join(lines)
