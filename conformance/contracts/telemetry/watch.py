"""Judges of the window after a promotion: error budget, memory, freshness, the coordinator."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from conformance.contracts.telemetry.reading import Reading, Sample
from conformance.contracts.telemetry.settings import Telemetry
from conformance.contracts.times import iso
from conformance.contracts.windows import Limit, Outcome, evaluate, samples

MILLIONTH = 1_000_000
"""Rates are counted in millionths, so that a budget of exactly 5 % is exactly that."""


def error_budget(watch: Sequence[Sample], settings: Telemetry) -> Outcome:
    """The mean share of failed calls in any two minutes of snapshots."""
    rows = [(one.at, round(one.error_rate * MILLIONTH)) for one in watch if one.error_rate is not None]
    return evaluate(samples(rows), _budget(settings, MILLIONTH, settings.budget_min_snapshots))


def error_budget_of_calls(calls: Sequence[tuple[float, float]], settings: Telemetry) -> Outcome:
    """The share of failed calls in any two minutes."""
    return evaluate(samples(calls), _budget(settings, 1, settings.budget_min_calls))


def _budget(settings: Telemetry, unit: float, least: int) -> Limit:
    limit = settings.budget_percent * unit / 100
    return Limit(op=">", limit=limit, window_s=settings.budget_window_s, min_events=least)


def memory_kept(watch: Sequence[Sample], settings: Telemetry) -> Outcome | None:
    """The memory of the worker against the limit; None when the profile names no limit."""
    rows = [(one.at, one.memory_mb) for one in watch if one.memory_mb is not None]
    limit = settings.rss_limit_mb
    if limit is None and settings.rss_factor is not None and rows:
        limit = settings.rss_factor * rows[0][1]
    if limit is None:
        return None
    lasting = 0 if settings.rss_limit_mb is not None else settings.rss_for_s
    window = Limit(op=">", limit=limit, statistic="last", window_s=1, for_s=lasting, min_events=1)
    return evaluate(samples(_held(rows)), window)


def _held(rows: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """A gauge keeps its value until the next line: one sample a second, at most."""
    ordered = sorted(rows)
    held = [
        (at + second, value)
        for (at, value), (following, _) in pairwise(ordered)
        for second in range(max(1, min(3600, int(following - at))))
    ]
    return [*held, *ordered[-1:]]


def monitor_trips(watch: Sequence[Sample], settings: Telemetry) -> list[str]:
    """Where the monitor of the secondary profile would roll back: the mean of some checks in a row is over its limit,
    and several of them failed."""
    rated = [one for one in watch if one.error_rate is not None]
    found = []
    for last in range(settings.monitor_checks, len(rated) + 1):
        window = [one.error_rate or 0.0 for one in rated[last - settings.monitor_checks : last]]
        mean, failed = sum(window) / len(window), sum(rate * 100 > settings.budget_percent for rate in window)
        if round(mean * 100, 6) > settings.monitor_percent and failed >= settings.monitor_failures:
            found.append(f"{iso(rated[last - 1].at)}: a mean of {mean:.1%} over {len(window)} snapshots")
    return found[:1]


def covered(reading: Reading, settings: Telemetry, now: float) -> list[str]:
    """Lines from the whole window as far as it has passed, without a long gap. `now` in seconds since 1970."""
    times = sorted(one.at for one in reading.watch)
    if reading.watch_from is not None:
        times = [reading.watch_from, *times, min(now, reading.watch_from + settings.watch_s)]
    found = [
        f"no line from {iso(before)} to {iso(after)}, {after - before:.0f} s"
        for before, after in pairwise(times)
        if after - before > settings.largest_gap_s
    ]
    return found[:5]


def fresh(reading: Reading, settings: Telemetry, now: float) -> list[str]:
    """The newest line is not too old. `now` in seconds since 1970."""
    if reading.newest is None or now - reading.newest <= settings.newest_age_s:
        return []
    return [f"the newest line, {iso(reading.newest)}, is {now - reading.newest:.0f} s old"]


def coordinator_kept(recent: Sequence[Sample], settings: Telemetry) -> list[str]:
    """The backup coordinates for no more than its share, and not for long; somebody is available.

    A line speaks for the time until the next one, but for no longer than a gap may be: silence proves nothing.
    """
    seen = sorted((one for one in recent if one.coordinator), key=lambda one: one.at)
    spans = [(one.coordinator, min(after.at - one.at, settings.largest_gap_s)) for one, after in pairwise(seen)]
    total = sum(span for _, span in spans)
    backup = sum(span for who, span in spans if who and who[0] == settings.backup)
    by_lines = sum(one.coordinator is not None and one.coordinator[0] == settings.backup for one in seen)
    found = []
    if total and backup / total > settings.backup_share and by_lines / len(seen) > settings.backup_share:
        found.append(f"{settings.backup} coordinated {backup / total:.0%} of the time")
    longest = _longest(spans, lambda who: who[0] == settings.backup)
    if longest > settings.backup_run_s:
        found.append(f"{settings.backup} coordinated for {longest:.0f} s on end")
    away = _longest(spans, lambda who: not who[1])
    if away > settings.unavailable_s:
        found.append(f"no coordinator was available for {away:.0f} s")
    return found


def _longest(
    spans: Sequence[tuple[tuple[str, bool] | None, float]], wanted: Callable[[tuple[str, bool]], bool]
) -> float:
    longest = run = 0.0
    for who, span in spans:
        run = run + span if who is not None and wanted(who) else 0.0
        longest = max(longest, run)
    return longest


def all_away(seen: Sequence[Sample]) -> list[str]:
    """Where each line says that nobody is available, however short the time is."""
    if not seen or any(one.coordinator and one.coordinator[1] for one in seen):
        return []
    return [f"no coordinator was available in any of {len(seen)} lines"]
