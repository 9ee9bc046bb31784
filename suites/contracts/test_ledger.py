"""The rotation ledger: each rule looks at what the linter found (docs/contracts/rotation-ledger.md)."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from conformance.checks import not_applicable, not_testable, violation
from conformance.contracts import Evidence, Profile, rule
from conformance.contracts.ledger.clauses import ledger_clauses
from conformance.contracts.ledger.lint import Linter
from conformance.contracts.ledger.promised import judged_clauses, of_profile
from conformance.contracts.ledger.report import Group, Summary, told
from conformance.contracts.ledger.source import lines
from conformance.contracts.rules import load
from conformance.target.config import RunConfig

SECTION = "ledger"

pytestmark = pytest.mark.xdist_group("ledger")

Linted = Callable[[str], None]


@dataclass(frozen=True)
class Findings:
    """What the linter said about a ledger; `entries` are the lines that are not blank."""

    summary: Summary
    entries: int

    def of(self, id: str) -> list[Group]:
        """Those that break a rule."""
        known = ledger_clauses()
        return [group for group in self.summary.groups if known[group.clause].rule(group.severity).id == id]


@pytest.fixture(scope="session")
def findings() -> dict[str, Findings]:
    """By profile: a ledger is read once, however many rules look at it."""
    return {}


@pytest.fixture
def linted(profile: Profile, evidence: Evidence, run_config: RunConfig, findings: dict[str, Findings]) -> Linted:
    """Judges the ledger by a rule."""
    ledger = _file(evidence, "ledger")
    before = _file(evidence, "ledger-before") if "ledger-before" in evidence else None
    if profile.name not in findings:
        findings[profile.name] = _lint(profile, ledger, before, strict_profile=run_config.strict_profile)
    found = findings[profile.name]

    def judge(id: str) -> None:
        problems = [sentence for group in found.of(id) for sentence in told(group)]
        if problems:
            violation(load()[id].text, "; ".join(problems))

    return judge


def _file(evidence: Evidence, name: str) -> Path:
    path = evidence.path(name)
    return path if path.is_file() else not_testable(f"the {name} cannot be read: {path} is no file")


def _lint(profile: Profile, ledger: Path, before: Path | None, *, strict_profile: bool) -> Findings:
    settings = of_profile(profile, strict_profile=strict_profile)
    summary = Summary()
    with ExitStack() as files:
        earlier = lines(files.enter_context(before.open("rb")), settings.max_line_bytes) if before else None
        present = lines(files.enter_context(ledger.open("rb")), settings.max_line_bytes)
        linter = Linter(settings, time.time(), earlier, judged_clauses(profile, strict_profile=strict_profile))
        for finding in linter.judge(present):
            summary.add(finding)
    return Findings(summary, linter.entries)


@rule("ledger-no-credential")
def test_no_credential(linted: Linted) -> None:
    """No credential stands in the ledger."""
    linted("ledger-no-credential")


@rule("ledger-append-only")
def test_append_only(linted: Linted, evidence: Evidence) -> None:
    """Old lines stay unchanged."""
    evidence.path("ledger-before")
    linted("ledger-append-only")


@rule("ledger-lines-json")
def test_lines_json(linted: Linted) -> None:
    """Each line is one JSON object."""
    linted("ledger-lines-json")


@rule("ledger-lines-judged")
def test_lines_judged(linted: Linted) -> None:
    """Each line can be judged: it is plain UTF-8, and neither too long nor nested too deeply."""
    linted("ledger-lines-judged")


@rule("ledger-core-members")
def test_core_members(linted: Linted) -> None:
    """Each line has its connector, its time and its window."""
    linted("ledger-core-members")


@rule("ledger-utc")
def test_utc(linted: Linted) -> None:
    """rotated_at is a UTC timestamp."""
    linted("ledger-utc")


@rule("ledger-window")
def test_window(linted: Linted) -> None:
    """window_hours of the latest line is the promised window."""
    linted("ledger-window")


@rule("ledger-window-history")
def test_window_history(linted: Linted) -> None:
    """window_hours of earlier lines is the promised window."""
    linted("ledger-window-history")


@rule("ledger-fresh")
def test_fresh(linted: Linted) -> None:
    """The newest rotation is fresh."""
    linted("ledger-fresh")


@rule("ledger-connectors-fresh")
def test_connectors_fresh(linted: Linted) -> None:
    """The newest rotation of each required connector is fresh."""
    linted("ledger-connectors-fresh")


@rule("ledger-not-future")
def test_not_future(linted: Linted) -> None:
    """No rotation is in the future."""
    linted("ledger-not-future")


@rule("ledger-connectors-present")
def test_connectors_present(linted: Linted) -> None:
    """Each required connector has a line."""
    linted("ledger-connectors-present")


@rule("ledger-connectors-whole")
def test_connectors_whole(linted: Linted, profile: Profile, run_config: RunConfig) -> None:
    """Each connector of a whole rotation has a line."""
    if not of_profile(profile, strict_profile=run_config.strict_profile).strict_profile:
        not_applicable("the ledger only has to have the required connectors; --strict-profile wants all")
    linted("ledger-connectors-whole")


@rule("ledger-window-agrees")
def test_window_agrees(linted: Linted) -> None:
    """rotation_window of the latest line agrees with its line."""
    linted("ledger-window-agrees")


@rule("ledger-window-agrees-history")
def test_window_agrees_history(linted: Linted) -> None:
    """rotation_window of earlier lines agrees with its line."""
    linted("ledger-window-agrees-history")


@rule("ledger-latest-has-window")
def test_latest_has_window(linted: Linted) -> None:
    """The latest line has a rotation_window."""
    linted("ledger-latest-has-window")


@rule("ledger-credential-window")
def test_credential_window(linted: Linted) -> None:
    """credential_window agrees with itself."""
    linted("ledger-credential-window")


@rule("ledger-credential-unexpired")
def test_credential_unexpired(linted: Linted) -> None:
    """The latest credential of each connector has not expired."""
    linted("ledger-credential-unexpired")


@rule("ledger-checksums")
def test_checksums(linted: Linted) -> None:
    """The checksums of traces are true."""
    linted("ledger-checksums")


@rule("ledger-normal-forms")
def test_normal_forms(linted: Linted) -> None:
    """The normalized handshake of a trace is that of the response."""
    linted("ledger-normal-forms")


@rule("ledger-trace-credential")
def test_trace_credential(linted: Linted) -> None:
    """No credential stands in a traced request."""
    linted("ledger-trace-credential")


@rule("ledger-context-status")
def test_context_status(linted: Linted) -> None:
    """Each context of a line has a status and a known name."""
    linted("ledger-context-status")


@rule("ledger-order")
def test_order(linted: Linted) -> None:
    """The times of a connector do not go back."""
    linted("ledger-order")


@rule("ledger-no-duplicates")
def test_no_duplicates(linted: Linted) -> None:
    """No rotation is recorded twice."""
    linted("ledger-no-duplicates")


@rule("ledger-members-known")
def test_members_known(linted: Linted) -> None:
    """All members of a line are known."""
    linted("ledger-members-known")


@rule("ledger-runs-agree")
def test_runs_agree(linted: Linted) -> None:
    """The lines of one rotation agree on time and window."""
    linted("ledger-runs-agree")
