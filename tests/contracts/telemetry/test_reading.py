"""Telemetry files of any kind, and the limits at their edges."""

import itertools
import json
import tracemalloc
from pathlib import Path

import msgspec
import pytest

from conformance.contracts.documents import problems_with
from conformance.contracts.telemetry import snapshot, watch
from conformance.contracts.telemetry.reading import Sample, read_calls, read_telemetry
from tests.contracts.upgrade.building import (
    PROMOTED,
    Documents,
    a_snapshot_line,
    changed,
    read_lines,
    stamp,
    telemetry,
    telemetry_settings,
)  # fmt: skip

LINE = json.dumps(a_snapshot_line(0)).encode()
SETTINGS = telemetry_settings()

OLDEST = {
    key: value
    for key, value in a_snapshot_line(0).items()
    if key in ("timestamp", "type", "mode", "avgQuality", "failureRate", "queueLength", "blockedTasks", "totalTasks")
}
SHAPES: list[Documents] = [
    OLDEST,
    {**OLDEST, "coordinator": {"type": "codex", "available": True, "reason": "primary_unavailable"}},
    {**OLDEST, "somethingNew": {"a": 1}, "presetMix": [{"preset": "low"}]},
    {**a_snapshot_line(0), "timestamp": "2025-10-22T20:19:42.542+00:00"},
    {**a_snapshot_line(0), "budgetPressure": "normal", "costMetrics": {"providers": {}, "alerts": []}},
]


@pytest.mark.parametrize("body", SHAPES)
def test_shapes_of_all_ages_are_understood(body: Documents) -> None:
    reading = read_lines([body], watched=False)

    assert {rule: found.count for rule, found in reading.findings.items() if found.count} == {}
    assert (reading.lines, reading.snapshots) == (1, 1)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (LINE[:50], "cut off"),
        (b"\xff" + LINE, "UTF-8"),
        (b"[1]", "expected a JSON object"),
        (b'{"type":"operations_snapshot","timestamp":NaN}', "NaN"),
        (b'{"type": "operations_snapshot"}', "is missing"),
    ],
)
def test_broken_lines_are_told_with_their_number(line: bytes, said: str) -> None:
    found = str(read_lines(LINE + b"\n" + line).found("valid"))

    assert said in found
    assert found.startswith("line 2: ")


@pytest.mark.parametrize("line", [b"[" * 5000, b'{"a":' * 5000, b"1" * 6000, b" " * 300_000])
def test_what_cannot_be_read_is_no_defect(line: bytes) -> None:
    assert read_lines(line + b"\n" + LINE).snapshots == 1


def test_a_line_that_is_being_written_is_no_defect() -> None:
    settings = msgspec.structs.replace(SETTINGS, live=True)

    assert read_lines(LINE + b"\n" + LINE[:50], settings).found("valid").count == 0
    assert read_lines(LINE[:50] + b"\n" + LINE, settings).found("valid").count == 1


def test_other_records_of_the_file_are_left_alone() -> None:
    reading = read_lines([{"type": "execution_summary"}, a_snapshot_line(0)])

    assert (reading.foreign, reading.snapshots, reading.found("valid").count) == (1, 1, 0)


MEMBERS = [
    "type", "timestamp", "mode", "avgQuality", "queueLength", "coordinatorAvailable", "validation",
    "validation.recentFailureRate", "validation.totalFailures", "costMetrics", "costMetrics.providers",
    "costMetrics.providers.codex", "costMetrics.providers.codex.status", "costMetrics.providers.codex.hourlyLimitUSD",
    "costMetrics.alerts", "costMetrics.alerts.0.severity", "costMetrics.alerts.0.limitUSD", "budgetPressure",
    "resources.memoryUsageMb", "queueBatches", "unknown",
]  # fmt: skip
VALUES = [None, True, 0, 1.5, "", " ", "ok", "critical", [], {}, [1], {"a": 1}, stamp()]


@pytest.mark.parametrize("path", MEMBERS)
def test_the_quick_look_and_the_schema_agree(path: str) -> None:
    for value in VALUES:
        body = changed(a_snapshot_line(0), path, value)

        assert bool(snapshot.valid(body)) == bool(problems_with(body, "operations-snapshot")), (path, value)


@pytest.mark.parametrize(("percent", "fails"), [(5.0, False), (5.01, True), (4.99, False)])
def test_exactly_the_budget_is_within_it(percent: float, fails: bool) -> None:
    samples = [Sample(float(at), percent / 100, None, None) for at in range(0, 600, 7)]

    assert (watch.error_budget(samples, SETTINGS).verdict == "fail") is fails


@pytest.mark.parametrize(("failed", "verdict"), [(5, "pass"), (6, "fail")])
def test_calls_count_by_themselves(failed: int, verdict: str) -> None:
    calls = [(float(at), 1.0 if at < failed else 0.0) for at in range(100)]

    assert watch.error_budget_of_calls([*calls, (130.0, 0.0)], SETTINGS).verdict == verdict


def test_few_calls_prove_nothing() -> None:
    assert watch.error_budget_of_calls([(0.0, 1.0), (130.0, 1.0)], SETTINGS).verdict == "not evaluated"


def test_calls_are_read_from_the_window_only(tmp_path: Path) -> None:
    bodies = [{"timestamp": stamp(at, PROMOTED), "success": at != 3} for at in range(5)]
    path = tmp_path / "executions.jsonl"
    path.write_text("".join(json.dumps(body) + "\n" for body in bodies) + "no JSON\n")
    begin = PROMOTED.timestamp()

    assert read_calls(path, SETTINGS, begin + 2, begin + 3) == [(begin + 2, 0.0), (begin + 3, 1.0)]


@pytest.mark.parametrize(("passed_s", "gaps"), [(200, 0), (290, 0), (700, 1)])
def test_a_watch_that_goes_on_is_judged_as_far_as_it_went(passed_s: int, gaps: int) -> None:
    reading = read_lines(telemetry()[:20])

    assert len(watch.covered(reading, SETTINGS, PROMOTED.timestamp() + passed_s)) == gaps


def test_the_end_of_the_file_is_watched_without_a_promotion() -> None:
    reading = read_lines([a_snapshot_line(-5000), *telemetry()], watched=False)

    assert len(reading.watch) == len(telemetry())


@pytest.mark.parametrize(("seconds", "fails"), [(59, False), (61, True)])
def test_memory_has_to_be_high_for_a_minute(seconds: int, fails: bool) -> None:
    settings = msgspec.structs.replace(SETTINGS, rss_factor=1.5)
    high = [Sample(float(at), None, 451.0 if 100 <= at <= 100 + seconds else 300.0, None) for at in range(300)]
    outcome = watch.memory_kept(high, settings)

    assert outcome is not None
    assert (outcome.verdict == "fail") is fails
    assert watch.memory_kept(high, SETTINGS) is None, "no number is documented"


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (["claude_code"] * 6 + ["codex"] * 4, None),
        (["claude_code"] * 4 + ["codex"] * 6, "of the time"),
    ],
)
def test_a_failover_within_its_share_is_fine(kinds: list[str], said: str | None) -> None:
    samples = [Sample(60.0 * at, None, None, (kind, True)) for at, kind in enumerate(kinds)]
    found = watch.coordinator_kept(samples, SETTINGS)

    assert found == [] if said is None else said in found[0]


def test_nobody_is_available() -> None:
    away = [Sample(60.0 * at, None, None, ("claude_code", at > 11 or at == 0)) for at in range(15)]

    assert "no coordinator was available for 660 s" in watch.coordinator_kept(away, SETTINGS)
    assert watch.all_away([Sample(0.0, None, None, ("codex", False))])


def test_memory_stays_bounded(tmp_path: Path) -> None:
    path = tmp_path / "operations.jsonl"
    few = json.dumps({**OLDEST, "avgQuality": 7}).encode() + b"\n"
    with path.open("wb") as file:
        for _ in itertools.repeat(None, 8_000):
            file.write(few)
    settings = msgspec.structs.replace(SETTINGS, most_samples=100)
    tracemalloc.start()
    reading = read_telemetry(path, settings)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert reading.found("ranges").count == 8_000
    assert len(reading.watch) == 100
    assert peak < 2_000_000
