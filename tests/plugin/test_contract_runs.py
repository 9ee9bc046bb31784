"""Runs under profiles: a family of verdicts of its own, with a target or without one."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from conformance.reference.embedded import Embedded
from tests.plugin.runs import Outcome, run

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas/reports/verdicts.json").read_text())
EMCP = "api/v1/mcp/fast"
CODES = ("--profile=reference-emcp", "--area=access-codes", "suites/contracts", "-q")


def judged(directory: Path, url: str, *arguments: str) -> Outcome:
    return run(directory, f"--target={url}", *arguments)


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_contracts_that_are_kept(tmp_path: Path, embedded: Embedded, workers: Sequence[str]) -> None:
    outcome = judged(tmp_path, embedded.url(f"/contracts/emcp/{EMCP}"), *CODES, "--allow-noisy", *workers)

    assert outcome.code == 0, outcome.shown
    assert outcome.report["summary"]["contracts"] == {"reference-emcp": "kept"}
    assert outcome.report["summary"]["conforms"] is None
    assert outcome.report["profiles"] == {"reference-emcp": "1"}
    assert "contracts of reference-emcp kept" in outcome.out
    assert not list(Draft202012Validator(SCHEMA).iter_errors(outcome.report))


@pytest.mark.parametrize(
    ("allowed", "status"),
    [((), "not testable"), (("--allow-noisy",), "not testable"), (("--allow-destructive",), "pass")],
)
def test_what_destroys_needs_its_own_permission_only(
    tmp_path: Path, embedded: Embedded, allowed: Sequence[str], status: str
) -> None:
    chosen = ("--profile=reference-level3", "--requirement=level3-promotion-created", "suites/contracts", "-q")

    outcome = judged(tmp_path, embedded.url("/contracts/level3"), *chosen, "--allow-writes", *allowed)

    assert [one.status for one in outcome.verdicts] == [status], outcome.shown


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_contract_that_is_broken(tmp_path: Path, embedded: Embedded, workers: Sequence[str]) -> None:
    url = embedded.url(f"/contract-faults/tokens-never-expire/{EMCP}")

    outcome = judged(tmp_path, url, *CODES, "--allow-noisy", *workers)

    assert outcome.code == 1, outcome.shown
    assert outcome.report["summary"]["contracts"] == {"reference-emcp": "broken"}
    (red,) = [one for one in outcome.verdicts if one.red]
    assert (red.requirement, red.profile, red.clauses) == ("access-expired-token", "reference-emcp", ("C-EMCP-066",))
    assert "FAIL access-expired-token (MUST, reference-emcp)" in outcome.out
    assert "C-EMCP-066" in outcome.out
    assert not list(Draft202012Validator(SCHEMA).iter_errors(outcome.report))


def test_a_must_that_was_not_judged_is_incomplete(tmp_path: Path, embedded: Embedded) -> None:
    url = embedded.url(f"/contracts/emcp/{EMCP}")

    lenient, complete = judged(tmp_path, url, *CODES), judged(tmp_path, url, *CODES, "--require-complete")

    assert (lenient.code, complete.code) == (0, 7)
    assert lenient.report["summary"]["contracts"] == {"reference-emcp": "incomplete"}


def test_a_contract_says_nothing_about_mcp(tmp_path: Path, embedded: Embedded) -> None:
    (tmp_path / "guarded.toml").write_text("[access_codes]\n")

    chosen = ("--area=ping", "--area=access-codes", "--revision=2025-11-25", "-q")

    outcome = judged(tmp_path, embedded.url(), "--profile=guarded.toml", *chosen)

    assert outcome.code == 1, outcome.shown
    assert outcome.report["summary"]["conforms"] is True
    assert outcome.report["summary"]["contracts"] == {"guarded": "broken"}
    assert "conforms, as far as it was judged" in outcome.out
    assert "contracts of guarded broken" in outcome.out


def test_a_clause_chooses_its_rules(tmp_path: Path, embedded: Embedded) -> None:
    url = embedded.url(f"/contracts/emcp/{EMCP}")

    outcome = judged(tmp_path, url, "--profile=reference-emcp", "--requirement=C-EMCP-066", "suites/contracts", "-q")

    assert {one.requirement for one in outcome.verdicts} == {"access-expired-token"}


def test_artifacts_need_no_target(tmp_path: Path) -> None:
    (tmp_path / "smoke.json").write_text('{"stage": "A"}')

    outcome = run(tmp_path, "--profile=operator", "--evidence=receipt=smoke.json", "--area=receipts", "-q")

    assert outcome.code == 1, outcome.shown
    assert [one for one in outcome.verdicts if one.requirement.startswith("receipt-") and one.status == "fail"]
    assert outcome.report["target"]["url"] == "none"
    assert outcome.report["summary"]["requests"] == 0


def test_minted_tokens_are_in_no_report(tmp_path: Path, embedded: Embedded) -> None:
    url = embedded.url(f"/contract-faults/tokens-never-expire/{EMCP}")

    outcome = judged(tmp_path, url, *CODES, "-v", "--alluredir=allure")

    written = [path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) > 3
    assert not [text for text in (*written, outcome.shown) if "eyJ" in text]


WRONG = {
    "no such profile": (("--profile=nobody",), "no profile 'nobody'"),
    "evidence that is not there": (("--profile=operator", "--evidence=receipt=nobody.json"), "does not exist"),
    "evidence without a name": (("--profile=operator", "--evidence=smoke.json"), "write NAME=PATH"),
    "a canary that is no URL": (("--profile=upgrade", "--canary=nowhere"), "--canary"),
}


@pytest.mark.parametrize(("arguments", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_one_line(tmp_path: Path, arguments: Sequence[str], said: str) -> None:
    outcome = run(tmp_path, *arguments)

    assert outcome.code == 4
    assert said in outcome.complaint()
