"""Runs with a baseline, as users make them: against several targets, in one process and in several."""

import json
from pathlib import Path

import jsonschema
import pytest

from tests.plugin.runs import Outcome, run
from tests.plugin.targets import Target, small_target

SCHEMA = Path(__file__).parent.parent.parent / "schemas" / "reports" / "verdicts.json"
CHOSEN = ("--revision=2025-06-18", "--area=ping", "-q")
ENTRY = """
[[baseline]]
requirement = "{id}"
target = "{target}"
revision = "2025-06-18"
reason = "the proxy answers"
owner = "ann"
expires = {expires}
"""


def entry(id: str = "ping-respond-empty", target: str = "*", expires: str = "2999-12-31") -> str:
    return ENTRY.format(id=id, target=target, expires=expires)


def judged(directory: Path, target: Target, text: str, *more: str) -> Outcome:
    (directory / "known.toml").write_text(text)
    given = (f"--target={target.url}", *CHOSEN, "--baseline=known.toml", *more)
    return run(directory, *given, env={"COLUMNS": "400"})


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_known_failure_is_accepted_and_said(tmp_path: Path, workers: tuple[str, ...]) -> None:
    with small_target(wrong_ping=True) as target:
        outcome = judged(tmp_path, target, entry(), *workers)

    assert outcome.code == 0, outcome.shown
    assert "ACCEPTED ping-respond-empty (2025-06-18): the proxy answers (ann, until 2999-12-31)" in outcome.out
    assert "does not conform, 1 accepted by the baseline" in outcome.out
    assert "1 accepted" in outcome.out.splitlines()[-1]
    summary = outcome.report["summary"]
    assert (summary["conforms"], summary["accepted"], summary["complete"]) == (False, 1, True)
    assert summary["baseline"] == {"file": "known.toml", "problems": []}
    (known,) = [one for one in outcome.verdicts if one.accepted]
    assert (known.status, known.red) == ("fail", False)
    assert known.transcript, "the evidence is kept"
    jsonschema.validate(outcome.report, json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_one_file_serves_several_targets(tmp_path: Path) -> None:
    with small_target(wrong_ping=True) as first, small_target(wrong_ping=True) as second:
        text = entry(target=first.url)
        (one := tmp_path / "one").mkdir()
        (two := tmp_path / "two").mkdir()

        assert judged(one, first, text).code == 0
        outcome = judged(two, second, text)

    assert outcome.code == 1, outcome.shown
    assert "FAIL ping-respond-empty" in outcome.out
    assert "BASELINE" not in outcome.out, "the entry is about another target"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (entry("ping-no-such-rule"), "BASELINE UNKNOWN known.toml: entry 1 (ping-no-such-rule, 2025-06-18):"),
        (entry(target="x") * 2, "BASELINE DUPLICATE known.toml: entry 2 (ping-respond-empty, 2025-06-18):"),
        (entry(expires="2020-01-01"), "BASELINE EXPIRED known.toml: entry 1 (ping-respond-empty, 2025-06-18): expired"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_kept_in_order_fails_the_run(tmp_path: Path, text: str, said: str) -> None:
    with small_target() as target:
        outcome = judged(tmp_path, target, text)

    assert outcome.code == 1, outcome.shown
    assert said in outcome.out
    assert outcome.report["summary"]["baseline"]["problems"]
    assert not [one for one in outcome.verdicts if one.red]
    jsonschema.validate(outcome.report, json.loads(SCHEMA.read_text(encoding="utf-8")))


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_what_was_mended_is_stale(tmp_path: Path, workers: tuple[str, ...]) -> None:
    with small_target() as target:
        first = judged(tmp_path, target, "", "--area=cancellation", *workers)
        rule = next(
            one.requirement for one in first.verdicts
            if one.status == "pass" and one.nodeid.startswith("suites/") and one.requirement != "ping-respond-empty"
        )  # fmt: skip
        outcome = judged(tmp_path, target, entry(rule), "--area=cancellation", *workers)

    assert outcome.code == 1, outcome.shown
    assert f"BASELINE STALE known.toml: entry 1 ({rule}, 2025-06-18): no longer fails" in outcome.out


def test_what_was_not_chosen_is_not_stale(tmp_path: Path) -> None:
    with small_target() as target:
        outcome = judged(tmp_path, target, entry("resources-subscribe-works", expires="2020-01-01"))

    assert outcome.code == 0, outcome.shown


def test_a_promoted_warning_fails_the_run(tmp_path: Path) -> None:
    rule = "tools-name-case-sensitive"
    more = ("--revision=2025-11-25", "--requirement=" + rule)
    with small_target() as target:
        promoted = judged(tmp_path, target, f'[promote]\n{rule} = "we promise it"', *more)
        silent = judged(tmp_path, target, f'[accept]\n{rule} = "nobody reads it"', *more, "--override-ini=strict=true")

    assert promoted.code == 1, promoted.shown
    assert f"WARN {rule}" in promoted.out
    assert silent.code == 0, silent.shown
    assert f"WARN {rule}" not in silent.out


def test_a_file_of_the_wrong_form_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    with small_target() as target:
        outcome = judged(tmp_path, target, "[[baseline]]")

    assert outcome.code == 4
    assert outcome.complaint().startswith("--baseline: known.toml: Object missing required field `requirement`")
