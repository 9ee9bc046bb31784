"""What a baseline does to a verdict, and what it leaves as it is."""

from dataclasses import replace
from datetime import date

import pytest

from conformance.report.findings import conforms, exit_code, kept_by_profile
from conformance.report.terminal import conclusion, summary
from conformance.report.verdict import Accepted, Verdict
from tests.baseline.samples import CONTRADICTED, ENTRY, SHOULD, here, verdicts


def test_an_accepted_failure_is_not_red_and_still_a_failure() -> None:
    (failed,) = verdicts()[:1]

    found = here(ENTRY).judge(failed)

    assert found == replace(failed, red=False, accepted=Accepted("the answer is built by a proxy", "ann", "2026-12-31"))
    assert exit_code([found], require_complete=False) == 0
    assert conforms([found]) is False
    assert conclusion([found]) == "does not conform, 1 accepted by the baseline"


def test_the_terminal_shows_it_in_a_line_of_its_own() -> None:
    lines = [text for text, _ in summary([here(ENTRY).judge(one) for one in verdicts()], 200)]

    assert "ACCEPTED ping-respond-empty (2025-06-18): the answer is built by a proxy (ann, until 2026-12-31)" in lines
    assert not [line for line in lines if line.startswith("FAIL")]


def test_an_accepted_contract_stays_broken() -> None:
    failed = Verdict("alerts-x", "", "fail", profile="emcp", red=True, accepted=None)

    found = here(ENTRY.replace("ping-respond-empty", "alerts-x")).judge(failed)

    assert kept_by_profile([found]) == {"emcp": "broken"}
    assert conclusion([found]) == "contracts of emcp broken, 1 accepted by the baseline"


@pytest.mark.parametrize("status", ["pass", "error", "blocked", "not testable", "not applicable"])
def test_only_failures_and_warnings_are_accepted(status: str) -> None:
    (one,) = verdicts(status=status)[:1]

    assert here(ENTRY).judge(one) == one


@pytest.mark.parametrize(
    ("more", "accepted"),
    [
        ('revision = "2025-06-18"', True),
        ('revision = "2025-11-25"', False),
        ('subject = "look"', True),
        ('subject = "LOOK"', False),
        ('profile = "emcp"', False),
        (f'target = "https://staging.example.com/mcp"', True),  # noqa: F541
        ('target = "https://*.example.com/*"', True),
        ('target = "https://prod.example.com/*"', False),
        ('target = "alpha*"', True),
        ('target = "alpha"', True),
        ('target = "alpha 1.2"', True),
        ('target = "beta"', False),
    ],
)  # fmt: skip
def test_an_entry_is_about_what_it_names(more: str, accepted: bool) -> None:
    (failed,) = verdicts(subject="look")[:1]

    assert (here(ENTRY + more).judge(failed).accepted is not None) is accepted


@pytest.mark.parametrize("target", ["http://[::1]:8000/mcp", "http://[[]::1]:*/mcp", "http://*"])
def test_brackets_of_an_address_are_no_pattern(target: str) -> None:
    found = here(ENTRY + f'target = "{target}"', url="http://[::1]:8000/mcp").judge(verdicts()[0])

    assert found.accepted


def test_credentials_and_query_of_the_url_need_not_be_named() -> None:
    found = here(ENTRY + 'target = "https://h/mcp"', url="https://me:word@h/mcp?key=1").judge(verdicts()[0])

    assert found.accepted


@pytest.mark.parametrize(("today", "red"), [(date(2026, 12, 31), False), (date(2027, 1, 1), True)])
def test_the_last_day_is_a_day_of_grace(today: date, red: bool) -> None:
    assert here(ENTRY, today=today).judge(verdicts()[0]).red is red


def test_what_is_not_filled_in_accepts_nothing() -> None:
    assert here(ENTRY.replace("ann", "TODO")).judge(verdicts()[0]).red


def test_a_promoted_warning_is_red_and_an_accepted_one_silent() -> None:
    (warned,) = verdicts(SHOULD, "warn")[:1]

    promoted = here(f'[promote]\n{SHOULD} = "we promise it"').judge(warned)
    silent = here(f'[accept]\n{SHOULD} = "nobody reads it"').judge(replace(warned, red=True))

    assert promoted.red
    assert exit_code([promoted], require_complete=False) == 1
    assert (silent.red, silent.accepted) == (False, Accepted("nobody reads it"))
    assert not [text for text, _ in summary([silent], 100) if "WARN" in text or "ACCEPTED" in text]
    assert conclusion([silent]) == "conforms, as far as it was judged, 1 accepted by the baseline"


def test_where_the_specification_contradicts_itself_nothing_is_red() -> None:
    (warned,) = verdicts(CONTRADICTED, "warn")[:1]

    assert not here(f'[promote]\n{CONTRADICTED} = "x"').judge(warned).red


def test_the_table_of_shoulds_accepts_no_failure() -> None:
    (failed,) = verdicts()[:1]

    assert here(f'[accept]\n{failed.requirement} = "x"').judge(failed).red
