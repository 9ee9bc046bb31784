"""Metrics: what a scrape tells, in form and in numbers (docs/contracts/metrics.md)."""

import pytest

from conformance.checks import expect, not_testable, timing, violation
from conformance.contracts import Caller, Evidence, Profile, rule
from conformance.contracts.metrics import judges
from conformance.contracts.metrics.exposition import read_exposition
from conformance.contracts.metrics.falling import came_back, falls
from conformance.contracts.metrics.judges import Judge
from conformance.contracts.metrics.scraping import DUMP, EARLIER_DUMP, current, expect_readable, scrape, scrape_route
from conformance.contracts.metrics.settings import Metrics
from conformance.plugin.waiting import Pause

SECTION = "metrics"
_TOLD = 6


@pytest.fixture
def settings(profile: Profile) -> Metrics:
    assert profile.metrics is not None
    return profile.metrics


def hold(judge: Judge, promise: str, caller: Caller, evidence: Evidence, settings: Metrics) -> None:
    """A judge finds nothing wrong with the current metrics."""
    problems = list(judge(current(caller, evidence, settings), settings))
    if problems:
        more = f" and {len(problems) - _TOLD} more" if len(problems) > _TOLD else ""
        violation(promise, "; ".join(problems[:_TOLD]) + more)


@rule("metrics-scrape-parses")
def test_scrape_can_be_read(caller: Caller, evidence: Evidence, settings: Metrics) -> None:
    """Each endpoint answers with an exposition that can be read."""
    if DUMP in evidence:
        found = read_exposition(evidence.read(DUMP))
        if found.problem or not (found.samples or found.kinds):
            violation("an exposition that can be read", found.problem or "no metric")
        return
    for route in settings.routes:
        expect_readable(scrape_route(caller, settings, route))


@rule("metrics-families-present")
def test_families_are_present(caller: Caller, evidence: Evidence, settings: Metrics) -> None:
    """The metrics that people and alerts rely on are exported."""
    hold(judges.present, "all the metrics of the profile", caller, evidence, settings)


@rule("metrics-kinds-as-promised")
def test_kinds_are_as_promised(caller: Caller, evidence: Evidence, settings: Metrics) -> None:
    """TYPE lines name the promised kinds."""
    hold(judges.kinds, "metrics of the promised kinds", caller, evidence, settings)


@rule("metrics-histograms-consistent")
def test_histograms_add_up(caller: Caller, evidence: Evidence, settings: Metrics) -> None:
    """Buckets, counts and sums agree."""
    hold(judges.histograms, "histograms that add up", caller, evidence, settings)


@rule("metrics-bounds-fit-limits")
def test_bounds_fit_the_limits(caller: Caller, evidence: Evidence, settings: Metrics) -> None:
    """Histograms can tell whether their limits are kept."""
    hold(judges.bounds, "bounds near the limits", caller, evidence, settings)


@rule("metrics-values-in-range")
def test_values_lie_in_their_range(caller: Caller, evidence: Evidence, settings: Metrics) -> None:
    """Ratios and sizes are possible ones."""
    hold(judges.ranges, "values in their range", caller, evidence, settings)


@rule("metrics-parts-within-totals")
def test_parts_are_within_their_totals(caller: Caller, evidence: Evidence, settings: Metrics) -> None:
    """Failures are no more than attempts."""
    hold(judges.shares, "parts that are no more than their total", caller, evidence, settings)


@rule("metrics-capacity-told")
def test_capacity_is_told(caller: Caller, evidence: Evidence, settings: Metrics) -> None:
    """What is used can be compared with what there is."""
    hold(judges.capacities, "use within a capacity that is told", caller, evidence, settings)


@rule("metrics-labels-bounded")
def test_labels_are_bounded(caller: Caller, evidence: Evidence, settings: Metrics) -> None:
    """No label takes ever more values."""
    hold(judges.label_values, "labels with a bounded number of values", caller, evidence, settings)


@rule("metrics-labels-hold-no-secrets")
def test_labels_hold_no_secrets(caller: Caller, evidence: Evidence, settings: Metrics) -> None:
    """No credential is exported."""
    hold(judges.secrets, "labels without credentials", caller, evidence, settings)


@rule("metrics-scrape-in-time")
@timing
def test_scrape_is_in_time(caller: Caller, settings: Metrics) -> None:
    """The whole exposition comes in time."""
    for route in settings.routes:
        exchange = scrape_route(caller, settings, route)
        if exchange.status != 200:
            not_testable(f"{route} answers with {exchange.status or exchange.failure}, so there is nothing to time")
        took = exchange.ended_at or settings.within_s
        expect(exchange).that(
            exchange.ending == "complete" and took <= settings.within_s,
            f"the whole scrape within {settings.within_s:g} s",
            exchange.failure or f"{took:.2f} s",
        )


@rule("metrics-counters-never-fall")
def test_counters_never_fall(
    profile: Profile, caller: Caller, evidence: Evidence, settings: Metrics, pause: Pause
) -> None:
    """Between two scrapes of one process counters only grow; without its start time, replicas are guessed."""
    dumps = DUMP in evidence and EARLIER_DUMP in evidence
    before = read_exposition(evidence.read(EARLIER_DUMP)) if dumps else scrape(caller, settings)
    if not dumps:
        pause(profile.seconds(settings.between_s), "comparing counters with those of then")
    after = read_exposition(evidence.read(DUMP)) if dumps else scrape(caller, settings)
    found = falls(before, after)
    if not found.fell:
        return
    if found.restarted:
        not_testable("another process answered the second scrape; scrape one replica by itself")
    if not found.known and (not found.steady or (not dumps and came_back(found, scrape(caller, settings)))):
        not_testable("replicas may have answered in turn, or the process started anew: no process_start_time_seconds")
    violation("counters that never fall", found.describe())
