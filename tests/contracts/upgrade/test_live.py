"""Live targets: any two MCP endpoints can be compared, and a rollback is judged by who serves."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.reference.embedded import Embedded, start_embedded
from conformance.report.verdict import Verdict
from tests.contracts.upgrade.building import a_rollback
from tests.plugin.runs import run

SUITES = Path(__file__).parents[3] / "suites/contracts"


@pytest.fixture(scope="module")
def server() -> Iterator[Embedded]:
    with start_embedded() as running:
        yield running


def judged(directory: Path, suite: str, *options: str) -> dict[str, Verdict]:
    """The verdicts of one suite, by rule."""
    quiet = ("-q", "-p", "no:cacheprovider", "--reports=none", "--strict-profile")
    outcome = run(directory, *quiet, *options, str(SUITES / f"test_{suite}.py"))
    return {one.requirement: one for one in outcome.verdicts}


def red(verdicts: dict[str, Verdict]) -> set[str]:
    return {rule for rule, one in verdicts.items() if one.status in ("fail", "warn", "error")}


def test_endpoints_without_any_known_name_are_compared(server: Embedded, tmp_path: Path) -> None:
    both = (f"--target={server.url()}", f"--canary={server.url()}", "--profile=upgrade")
    verdicts = judged(tmp_path, "parity", *both)
    passed = {rule for rule, one in verdicts.items() if one.status == "pass"}

    assert red(verdicts) == set(), {rule: verdicts[rule].received for rule in red(verdicts)}
    assert {"parity-tool-names", "parity-tool-definitions", "parity-results-equal", "parity-prompts-equal"} <= passed
    assert verdicts["parity-health"].status == "not testable"


def test_a_canary_that_is_not_there_is_one_finding(server: Embedded, tmp_path: Path) -> None:
    both = (f"--target={server.url()}", "--canary=http://127.0.0.1:9/mcp", "--profile=upgrade")
    verdicts = judged(tmp_path, "parity", *both)

    assert red(verdicts) == {"parity-canary-answers"}
    assert verdicts["parity-tool-names"].blocked_by == "parity-canary-answers"


@pytest.mark.parametrize(("promoted", "expected"), [(4100, {"upgrade-rollback-healthy"}), (4101, set())])
def test_a_rollback_is_judged_by_who_serves(
    promoted: int, expected: set[str], server: Embedded, tmp_path: Path
) -> None:
    (tmp_path / "rollback_1.json").write_text(json.dumps(a_rollback()))
    (tmp_path / "promotion.json").write_text(json.dumps({"promotedWorkerPid": promoted, "switchedAt": "x"}))
    evidence = [f"--evidence={name}={tmp_path / file}" for name, file in
                (("rollback", "rollback_1.json"), ("promotion", "promotion.json"))]  # fmt: skip
    target = server.url("/contracts/upgrade/active/mcp")
    options = (f"--target={target}", "--profile=reference-upgrade", "--requirement=upgrade-rollback-healthy", *evidence)
    verdicts = judged(tmp_path, "upgrade_live", *options)

    assert verdicts["upgrade-rollback-healthy"].status in ("pass", "fail")
    assert red(verdicts) == expected
