"""Steps of the kind observe: samples of a file and calls of a target, held against windows."""

import json
import threading
from typing import Any

import pytest

from conformance.contracts.service_levels.settings import Call
from conformance.reference.embedded import Embedded
from conformance.release.checklist.model import Observe, Samples, Window
from conformance.release.kinds import windows
from conformance.release.kinds.outcome import Context
from tests.release.runs import file


def observed(context: Context, values: list[float], *limits: Window, every_s: float = 1) -> tuple[str, str]:
    lines = "".join(json.dumps({"t": number * every_s, "v": value}) + "\n" for number, value in enumerate(values))
    source = file(context.work, "samples.jsonl", lines)
    samples = Samples(source=source, at="t", value="v")
    outcome = windows.judge(Observe(title="x", samples=samples, limits=limits), context)
    return outcome.status, outcome.reason


BUDGET = Window(title="errors", op=">", limit=0.05, window_s=120, min_events=20)


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ([0.0] * 300, "pass"),
        ([1.0 if number % 20 == 10 else 0.0 for number in range(400)], "pass"),
        ([0.0] * 200 + [1.0] * 7 + [0.0] * 200, "fail"),
        ([0.0] * 100, "incomplete"),
        ([], "incomplete"),
    ],
    ids=["none", "exactly 5 %", "a burst", "too short", "nothing"],
)
def test_samples_are_held_against_windows(context: Context, values: list[float], status: str) -> None:
    assert observed(context, values, BUDGET)[0] == status


def test_one_limit_of_several_is_enough(context: Context) -> None:
    row = Window(title="in a row", op=">", limit=0, in_a_row=3)
    status, reason = observed(context, [0.0] * 200 + [1.0] * 3 + [0.0] * 200, BUDGET, row)

    assert status == "fail"
    assert reason.startswith("in a row: worst 3 in a row")


@pytest.mark.parametrize(
    "line", ["{", '{"t": 1}', '{"t": "now", "v": 1}', '{"t": 1, "v": true}', '{"t": 1e300, "v": 1}']
)
def test_a_wrong_sample_is_told_with_its_line(context: Context, line: str) -> None:
    source = file(context.work, "samples.jsonl", '{"t": 0, "v": 0}\n' + line)
    outcome = windows.judge(
        Observe(title="x", samples=Samples(source=source, at="t", value="v"), limits=(BUDGET,)), context
    )

    assert outcome.status == "fail"
    assert "line 2" in outcome.reason


LIMITS = (
    Window(title="errors", of="errors", op=">", limit=0.05),
    Window(title="p95", of="latency", op=">", limit=5.0),
    Window(title="availability", of="availability", op="<", limit=0.99),
)


@pytest.mark.parametrize(
    ("path", "keys", "status"),
    [
        ("/mcp", {}, "pass"),
        ("/contracts/level3", {"profile": "reference-level3"}, "incomplete"),
        ("/nothing-here", {}, "incomplete"),
    ],
)
def test_a_target_is_observed(context: Context, embedded: Embedded, path: str, keys: Any, status: str) -> None:
    calls: tuple[Any, ...] = ()
    step = Observe(title="x", target=embedded.url(path), observe_s=2.5, every_s=0.1, limits=LIMITS, calls=calls, **keys)
    outcome = windows.judge(step, context)

    assert outcome.status == status, outcome
    if status == "pass":
        rows = (context.work / "observations.jsonl").read_text().splitlines()
        assert 20 <= len(rows) - 1 <= 27


def test_a_target_that_fails_is_seen_to_fail(context: Context, embedded: Embedded) -> None:
    target = embedded.url("/contract-faults/level3-never-ready")
    step = Observe(
        title="x", target=target, profile="reference-level3", observe_s=2.5, every_s=0.1, limits=LIMITS,
        calls=(Call(route="ready"),),
    )  # fmt: skip
    outcome = windows.judge(step, context)

    assert outcome.status == "fail", outcome
    assert outcome.reason.startswith("errors: worst 1,")


def test_an_observation_that_is_stopped_keeps_what_it_has_seen(context: Context, embedded: Embedded) -> None:
    threading.Timer(3, context.stop.set).start()
    step = Observe(title="x", target=embedded.url("/mcp"), observe_s=60, every_s=0.1, limits=LIMITS)

    assert windows.judge(step, context).status == "not run"
    assert len((context.work / "observations.jsonl").read_text().splitlines()) > 3
