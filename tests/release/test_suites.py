"""Steps of the kind suite: what is broken fails, and what was not judged is no pass."""

from pathlib import Path
from typing import Any

import pytest

from conformance.reference.embedded import Embedded
from conformance.release.checklist.model import Suite
from conformance.release.kinds import suites
from conformance.release.kinds.outcome import Context


def judged(context: Context, **keys: Any) -> tuple[str, str]:
    outcome = suites.judge(Suite(title="x", **keys), context)
    return outcome.status, outcome.reason


def test_a_suite_passes_and_its_verdicts_are_kept(context: Context, embedded: Embedded) -> None:
    outcome = suites.judge(Suite(title="x", target=embedded.url(), areas=("ping",)), context)

    assert outcome.status == "pass", outcome
    assert outcome.counts["pass"] > 0
    assert (context.work / "verdicts.json").is_file()


def test_a_suite_fails_and_says_on_what(context: Context, embedded: Embedded) -> None:
    target = embedded.url("/contract-faults/authenticated-as-text/")
    status, reason = judged(
        context, target=target, profiles=("reference-operator",), requirements=("handshake-authenticated",)
    )

    assert status == "fail", reason
    assert reason.startswith("1 broken: handshake-authenticated: ")


@pytest.mark.parametrize(
    ("keys", "status", "told"),
    [
        ({"target": "http://127.0.0.1:1/mcp", "areas": ("ping",)}, "fail", "cannot be reached"),
        ({"profiles": ("emcp",), "requirements": ("release-migrations",)}, "incomplete", "release-migrations"),
        (
            {
                "profiles": ("emcp",), "requirements": ("release-migrations",),
                "evidence": {"migrations": "/no/such/logs"},
            },
            "incomplete", "evidence migrations: /no/such/logs does not exist",
        ),
        ({"profiles": ("no-such",), "areas": ("ledger",)}, "incomplete", "no profile 'no-such'"),
        ({"profiles": ("emcp",), "requirements": ("release-benchmark-scores",)}, "incomplete", "--strict-profile"),
        ({"target": "http://127.0.0.1:1/", "areas": ("ping",), "token_env": "UNSET"}, "incomplete", "UNSET is not set"),
        ({"profiles": ("emcp",), "options": ("--no-such-option",)}, "incomplete", "could not begin"),
    ],
)  # fmt: skip
def test_what_a_suite_does_not_judge_is_told(context: Context, keys: Any, status: str, told: str) -> None:
    found, reason = judged(context, **keys)

    assert found == status, reason
    assert told in reason


def test_a_suite_is_repeated(context: Context, embedded: Embedded) -> None:
    assert judged(context, target=embedded.url(), areas=("ping",), repeat=2)[0] == "pass"
    assert {path.parent.name for path in context.work.glob("*/verdicts.json")} == {"run-1", "run-2"}


def test_a_suite_that_takes_too_long_is_not_judged(context: Context, embedded: Embedded) -> None:
    status, reason = judged(context, target=embedded.url(), time_limit_s=2)

    assert (status, reason) == ("incomplete", "did not end within 2 s")


def test_conformance_toml_of_the_place_changes_nothing(
    context: Context, embedded: Embedded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "conformance.toml").write_text('[target]\nurl = "http://127.0.0.1:1/"\n')
    monkeypatch.chdir(tmp_path)

    assert judged(context, target=embedded.url(), areas=("ping",))[0] == "pass"
