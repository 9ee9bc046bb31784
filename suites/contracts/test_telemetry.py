"""Telemetry of the operations, and the window after a promotion (docs/contracts/telemetry.md)."""

import time
from pathlib import Path
from typing import Any

import pytest

from conformance.checks import not_applicable, not_testable, violation
from conformance.contracts import Evidence, Profile, rule
from conformance.contracts.reading import Unreadable, member, read
from conformance.contracts.telemetry import summary, watch
from conformance.contracts.telemetry.reading import Reading, read_calls, read_telemetry
from conformance.contracts.telemetry.settings import Telemetry
from conformance.contracts.times import instant, iso
from conformance.contracts.upgrade.artifacts import Artifacts
from conformance.contracts.upgrade.settings import Upgrade
from conformance.contracts.windows import Outcome

SECTION = "telemetry"

_read: dict[tuple[str, str, float | None], Reading] = {}
"""What was read, by profile and file: every rule of a run judges the same pass over the file."""


@pytest.fixture
def telemetry(profile: Profile) -> Telemetry:
    assert profile.telemetry is not None
    return profile.telemetry


@pytest.fixture
def artifacts(evidence: Evidence, profile: Profile) -> Artifacts:
    return Artifacts(evidence, profile.upgrade or Upgrade())


@pytest.fixture
def reading(artifacts: Artifacts, profile: Profile, telemetry: Telemetry) -> Reading:
    """The telemetry file, read once; *not testable* without one."""
    path = artifacts.need("telemetry")
    since = _promoted(artifacts, telemetry)
    key = profile.name, str(path), since
    if key not in _read:
        _read.clear()
        _read[key] = _pass_over(path, telemetry, since)
    return _read[key]


def _pass_over(path: Path, telemetry: Telemetry, since: float | None) -> Reading:
    try:
        return read_telemetry(path, telemetry, since)
    except OSError as error:
        not_testable(f"{path} cannot be read: {error.strerror or error}")


def _promoted(artifacts: Artifacts, telemetry: Telemetry) -> float | None:
    """When the promotion was done, as the profile or the run tells."""
    if telemetry.watch_from:
        return instant(telemetry.watch_from) or not_testable(f"watch_from is no time: {telemetry.watch_from}")
    return instant(member(artifacts.optional("promotion"), "switchedAt"))


@pytest.fixture
def watched(reading: Reading) -> Reading:
    """The watch window; *not testable* when no line of it is there."""
    if not reading.watch:
        not_testable("the telemetry has no line of the watch window; name the right file, or watch_from")
    return reading


def judge(expected: str, outcome: Outcome, unit: str, factor: float = 1) -> None:
    """A limit over time. What could not be evaluated is not testable. `factor` turns its value into the unit."""
    if outcome.verdict == "not evaluated":
        not_testable(outcome.reason)
    if outcome.verdict == "fail":
        at = f" at {iso(outcome.at)}" if outcome.at is not None else ""
        value = (outcome.value or 0) * factor
        violation(expected, f"{value:.4g} {unit}{at}, from {outcome.events:g} samples")


def judge_lines(reading: Reading, rule_: str, expected: str) -> None:
    if reading.lines == 0:
        violation(expected, "the file is empty")
    if found := reading.found(rule_).count:
        violation(expected, f"{found} findings: {reading.found(rule_)}")


@rule("telemetry-lines-valid")
def test_lines_are_valid(reading: Reading) -> None:
    """Every line of the file."""
    judge_lines(reading, "valid", "one valid snapshot a line")


@rule("telemetry-values-in-range")
def test_values_are_in_range(reading: Reading) -> None:
    """Every line of the file."""
    judge_lines(reading, "ranges", "numbers within their ranges")


@rule("telemetry-times-in-order")
def test_times_do_not_go_back(reading: Reading) -> None:
    """Every line of the file."""
    judge_lines(reading, "order", "times that do not go back")


@rule("telemetry-alerts-agree")
def test_alerts_follow_from_spending(reading: Reading) -> None:
    """Where spending is told."""
    judge_lines(reading, "alerts", "status and alerts that follow from what was spent")


@rule("telemetry-pressure-agrees")
def test_pressure_is_the_worst_status(reading: Reading) -> None:
    """Where spending is told."""
    judge_lines(reading, "pressure", "the worst status as the pressure")


@rule("telemetry-utilisation-agrees")
def test_utilisation_is_the_share_of_the_limit(reading: Reading) -> None:
    """Where spending is told."""
    judge_lines(reading, "utilisation", "utilisation as the share of the limit")


@rule("telemetry-fresh")
def test_the_watch_window_is_covered(watched: Reading, telemetry: Telemetry) -> None:
    """No long gap, and with `live` no old newest line."""
    if watched.watch_from is None and not telemetry.live:
        not_testable("no watch is known; name watch_from, or live = true, under [telemetry]")
    now = time.time()
    found = watch.covered(watched, telemetry, now)
    found += watch.fresh(watched, telemetry, now) if telemetry.live else []
    if found:
        violation(f"a line at least every {telemetry.newest_age_s:g} s", "; ".join(found))


@rule("telemetry-error-budget")
def test_the_error_budget_holds(watched: Reading, artifacts: Artifacts, telemetry: Telemetry) -> None:
    """From the calls themselves where they are given, else from the snapshots."""
    expected = f"at most {telemetry.budget_percent:g} % in any {telemetry.budget_window_s:g} s"
    path = artifacts.find("executions")
    if path is not None and path.is_file():
        times = [sample.at for sample in watched.watch]
        calls = read_calls(path, telemetry, min(times), max(times))
        outcome = watch.error_budget_of_calls(calls, telemetry)
        if outcome.verdict != "not evaluated":
            judge(expected, outcome, "%", 100)
            return
    judge(expected, watch.error_budget(watched.watch, telemetry), "%", 100 / watch.MILLIONTH)


@rule("telemetry-memory")
def test_memory_stays_below_its_limit(watched: Reading, telemetry: Telemetry) -> None:
    """The limit is a matter of the profile."""
    if telemetry.rss_limit_mb is None and telemetry.rss_factor is None:
        not_testable("no limit is known; name rss_limit_mb or rss_factor under [telemetry]")
    outcome = watch.memory_kept(watched.watch, telemetry)
    if outcome is None:
        not_testable(f"the telemetry has no {telemetry.memory}")
    judge("memory below its limit", outcome, "MB")


@rule("telemetry-monitor")
def test_the_rollback_monitor_has_no_reason(watched: Reading, telemetry: Telemetry) -> None:
    """The second threshold."""
    if len(watched.watch) < telemetry.monitor_checks:
        not_testable(f"the watch window has {len(watched.watch)} lines, {telemetry.monitor_checks} are needed")
    if found := watch.monitor_trips(watched.watch, telemetry):
        violation(f"a mean of at most {telemetry.monitor_percent:g} %", found[0])


@rule("telemetry-coordinator")
def test_a_coordinator_is_available(reading: Reading, telemetry: Telemetry) -> None:
    """In the watch window, or the last lines where none is known."""
    seen = [one for one in (reading.watch if reading.watch_from is not None else reading.recent) if one.coordinator]
    if not seen:
        not_applicable("the telemetry tells of no coordinator")
    if found := [*watch.coordinator_kept(seen, telemetry), *watch.all_away(seen)]:
        violation("a coordinator, and failovers within their limits", "; ".join(found))


@rule("telemetry-summary-agrees")
def test_the_summary_agrees(artifacts: Artifacts) -> None:
    """What is no JSON does not."""
    path = artifacts.need("metrics-summary")
    try:
        document: Any = read(path)
    except Unreadable as error:
        violation("a summary in JSON", f"{path.name} {error}")
    if found := summary.consistent(document):
        violation("a summary whose sums agree", "; ".join(found[:10]))
