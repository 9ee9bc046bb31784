"""Steps of the kind load: the result file decides, and has to agree with the exit status."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from conformance.load.results.files import read_result, write_result
from conformance.load.results.model import Difference, Finding, Gate
from conformance.reference.embedded import Embedded
from conformance.release.checklist.model import Load
from conformance.release.kinds import loads
from conformance.release.kinds.outcome import Context
from tests.load.results import lognormal, phase, result


def gate(verdict: str) -> Gate:
    return Gate(
        threshold="p95<100ms", operation="total", source="--gate", verdict=verdict, measured=41_000.0, limit=100_000.0,  # type: ignore[arg-type]
        unit="us", text=f"p95 is {verdict}",
    )  # fmt: skip


INVALID = Finding(code="generator-bound", invalidates=True, text="the generator was the limit")
SLOWER = Difference(
    operation="total", figure="p95", before=1.0, after=1.6, ratio=1.6, low=None, high=None, p_value=None,
    verdict="unknown", text="",
)  # fmt: skip
STEP = Load(title="x", target="http://127.0.0.1:1/mcp", gates=("p95<100ms",))
AT_MOST = Load(title="x", target="http://127.0.0.1:1/mcp", baseline="x", at_most={"p95": 1.5})


@pytest.mark.parametrize(
    ("step", "changes", "code", "status"),
    [
        (STEP, {"gates": (gate("pass"),)}, 0, "pass"),
        (STEP, {"gates": (gate("fail"),)}, 1, "fail"),
        (STEP, {"gates": (gate("not evaluated"),)}, 7, "incomplete"),
        (STEP, {"gates": (gate("pass"),), "findings": (INVALID,)}, 7, "incomplete"),
        (STEP, {}, 0, "incomplete"),
        (STEP, {"gates": (gate("pass"),), "interrupted": True}, 2, "not run"),
        (STEP, {"gates": (gate("fail"),)}, 0, "incomplete"),
        (AT_MOST, {"baseline": (SLOWER,)}, 0, "fail"),
        (AT_MOST, {}, 0, "incomplete"),
    ],
)
def test_a_result_of_load_is_judged(tmp_path: Path, step: Load, changes: Any, code: int, status: str) -> None:
    write_result(tmp_path / "load.json", msgspec.structs.replace(result(phase("round 1", lognormal(2000))), **changes))

    assert loads.judged(step, read_result(tmp_path / "load.json"), code)[0] == status


def test_a_load_run_is_run_and_judged(context: Context, embedded: Embedded) -> None:
    def judge(limit: str) -> tuple[str, str]:
        step = Load(
            title="x", target=embedded.url("/mcp"), rate=20, duration_s=2, warm_up_s=0.5, rounds=1, time_limit_s=120,
            gates=(f"max<{limit}",), options=("--tool=test_simple_text",),
        )  # fmt: skip
        outcome = loads.judge(step, context)
        return outcome.status, outcome.reason

    kept, broken = judge("30s"), judge("1us")

    assert broken[0] == "fail", broken
    assert kept[0] in ("pass", "incomplete"), kept
    assert kept[0] == "pass" or "invalid" in kept[1], kept
    assert (context.work / "load.json").is_file()


def test_a_load_run_on_nobody_fails(context: Context) -> None:
    assert loads.judge(STEP, context).status == "fail"
    assert loads.judge(AT_MOST, context).reason == "baseline: x does not exist"
