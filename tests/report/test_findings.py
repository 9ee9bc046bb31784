"""The exit code that verdicts call for."""

import pytest

from conformance import exit_codes
from conformance.report.findings import exit_code, grouped, worst
from conformance.report.verdict import Status, Verdict


def verdict(status: Status, id: str = "some-rule", level: str = "MUST", **more: object) -> Verdict:
    return Verdict(id, "2025-06-18", status, level=level, **more)  # type: ignore[arg-type]


PASS = verdict("pass", "other-rule")
FAIL = verdict("fail", red=True)
ERROR = verdict("error", red=True)
LOST = verdict("blocked", blocked_by="TargetLost")


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ([PASS], exit_codes.OK),
        ([PASS, verdict("warn", level="SHOULD")], exit_codes.OK),
        ([PASS, verdict("warn", level="SHOULD", red=True)], exit_codes.BROKEN),
        ([PASS, FAIL], exit_codes.BROKEN),
        ([PASS, FAIL, ERROR, LOST], exit_codes.BROKEN),
        ([PASS, ERROR, LOST], exit_codes.UNREACHABLE),
        ([PASS, ERROR], exit_codes.HARNESS),
        ([verdict("not applicable"), verdict("not testable"), verdict("blocked")], exit_codes.NOTHING),
        ([], exit_codes.NOTHING),
    ],
)
def test_the_worst_that_counts_decides(verdicts: list[Verdict], code: int) -> None:
    assert exit_code(verdicts, require_complete=False) == code


@pytest.mark.parametrize(
    ("left", "code"),
    [
        (verdict("not testable"), exit_codes.INCOMPLETE),
        (verdict("blocked"), exit_codes.INCOMPLETE),
        (verdict("not testable", level="SHOULD"), exit_codes.OK),
        (verdict("not applicable"), exit_codes.OK),
    ],
)
def test_completeness_is_about_musts(left: Verdict, code: int) -> None:
    assert exit_code([PASS, left], require_complete=True) == code


def test_a_must_judged_by_one_check_is_judged() -> None:
    assert exit_code([verdict("pass"), verdict("not testable")], require_complete=True) == exit_codes.OK


def test_one_failure_outweighs_passes() -> None:
    assert worst(["pass", "warn", "fail", "not applicable"]) == "fail"


def test_a_group_names_what_it_blocks() -> None:
    blocked = verdict("blocked", "stands-on-it", blocked_by="some-rule")

    (group,) = grouped([FAIL, blocked, FAIL, PASS], "fail")

    assert (group.requirement, len(group.verdicts), group.blocked) == ("some-rule", 2, ("stands-on-it",))
