"""Thresholds: what is read, what is refused, and that nothing passes for lack of evidence."""

from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.contracts.profiles.documents import read
from conformance.contracts.service_levels.settings import ServiceLevels
from conformance.load.gates.judge import judge
from conformance.load.gates.parse import figure_of, from_file, from_profile, threshold
from conformance.load.gates.threshold import TIMES, Measure, Threshold
from conformance.load.recording.merging import total_of
from conformance.load.results.model import Arrivals, Gate, Operation, Phase
from conformance.target.errors import ConfigError
from tests.load.results import latencies, operation, phase, rounds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("p95<100ms", {"measure": "response", "percentile": 95.0, "op": "<", "limit": 100_000.0}),
        ("p99.9 <= 1.5 s", {"measure": "response", "percentile": 99.9, "op": "<=", "limit": 1_500_000.0}),
        ("p50<250us", {"measure": "response", "percentile": 50.0, "op": "<", "limit": 250.0}),
        ("p50<250µs", {"measure": "response", "percentile": 50.0, "op": "<", "limit": 250.0}),
        ("max<2s", {"measure": "response", "percentile": None, "op": "<", "limit": 2_000_000.0}),
        ("response.p95<1ms", {"measure": "response", "percentile": 95.0, "op": "<", "limit": 1000.0}),
        ("service.p99<50ms", {"measure": "service", "percentile": 99.0, "op": "<", "limit": 50_000.0}),
        ("first-event.p95<1s", {"measure": "first-event", "percentile": 95.0, "op": "<", "limit": 1_000_000.0}),
        ("gap.max<20s", {"measure": "gap", "percentile": None, "op": "<", "limit": 20_000_000.0}),
        ("errors<0.1%", {"measure": "errors", "op": "<", "limit": 0.001}),
        ("availability>=99.9%", {"measure": "availability", "op": ">=", "limit": 0.999}),
        ("throughput>=200", {"measure": "throughput", "op": ">=", "limit": 200.0}),
        ("throughput>0.5/s", {"measure": "throughput", "op": ">", "limit": 0.5}),
        ("tools/call:p99<=250ms", {"operation": "tools/call", "limit": 250_000.0}),
        ("tools/call echo : errors<=0%", {"operation": "tools/call echo", "limit": 0.0}),
        ("tools/call ns:tool<3:max<2s", {"operation": "tools/call ns:tool<3", "limit": 2_000_000.0}),
    ],
)
def test_thresholds_are_read(text: str, expected: dict[str, Any]) -> None:
    made = threshold(text)

    assert {name: getattr(made, name) for name in expected} == expected


LIMITS = st.decimals(min_value="0.001", max_value="99.999", places=3)
NAMES = st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8})?( [a-z:<>=%.]{1,12})?", fullmatch=True)


@st.composite
def thresholds(draw: st.DrawFn) -> Threshold:
    measure: Measure = draw(st.sampled_from(get_args(Measure)))
    best = measure in ("availability", "throughput")
    number = draw(LIMITS)
    factor = Decimal(draw(st.sampled_from([1, 1_000, 1_000_000]))) if measure in TIMES else Decimal(1)
    return Threshold(
        operation=draw(st.just("total") | NAMES),
        measure=measure,
        percentile=draw(st.none() | LIMITS.map(float)) if measure in TIMES else None,
        op=draw(st.sampled_from((">", ">=") if best else ("<", "<="))),
        limit=float(number * factor if measure in (*TIMES, "throughput") else number / 100),
        source="--gate",
    )


@given(thresholds())
def test_what_is_written_is_read_again(made: Threshold) -> None:
    assert threshold(str(made)) == made
    assert figure_of(made.short) == (made.figure, made.measure)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "write it as p95<100ms"),
        ("p95", "write it as p95<100ms"),
        ("p95=100ms", "write it as p95<100ms"),
        ("p95<", "write it as p95<100ms"),
        ("p95<-1ms", "write it as p95<100ms"),
        ("p95<1e3ms", "write it as p95<100ms"),
        ("p95<nanms", "write it as p95<100ms"),
        ("p95<100 ms or so", "write it as p95<100ms"),
        ("p95<100", "needs its unit"),
        ("p95<100%", "needs its unit"),
        ("p95>100ms", "the worse side; write it as in p95<100ms"),
        ("p0<100ms", "above 0 and below 100"),
        ("p100<100ms", "unknown figure p100"),
        ("p95<0ms", "nothing can keep this; write p95<=0us"),
        ("mean<100ms", "unknown figure mean; there are p50"),
        ("errors.p95<1s", "unknown figure errors.p95"),
        ("gap<1s", "unknown figure gap"),
        ("errors<0.1", "a share is a percentage"),
        ("errors<101%", "a share is a percentage"),
        ("errors>1%", "the worse side; write it as in errors<0.1%"),
        ("errors<0%", "nothing can keep this; write errors<=0%"),
        ("availability<99%", "the worse side; write it as in availability>=99.9%"),
        ("availability>100%", "nothing can keep this; write availability>=100%"),
        ("throughput>=200ms", "throughput is good answers a second"),
        ("throughput<200", "the worse side"),
        ("x" * 600 + ":p95<1s", "write it as"),
        ("a\nb:p95<1s", "write it as"),
    ],
)
def test_what_is_no_threshold_is_refused_with_a_right_one(text: str, why: str) -> None:
    with pytest.raises(ConfigError) as refused:
        threshold(text)

    assert str(refused.value).startswith("--gate: '")
    assert why in str(refused.value)
    assert len(str(refused.value)) < 400
    assert "\n" not in str(refused.value)


def test_a_file_has_thresholds_by_operation(tmp_path: Path) -> None:
    path = tmp_path / "gates.toml"
    path.write_text('[gates]\ntotal = ["p95<100ms", "errors<0.1%"]\n"tools/call" = "p99<=250ms"\n')

    assert [str(one) for one in from_file(path)] == ["p95<100ms", "errors<0.1%", "tools/call:p99<=250ms"]
    assert {one.source for one in from_file(path)} == {str(path)}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "needs one table \\[gates\\]"),
        ("[gates]", "needs one table"),
        ("[gate]\ntotal = 'p95<1s'", "needs one table"),
        ("[gates]\ntotal = 'p95<1s'\n[target]\nurl = 'x'", "needs one table"),
        ("gates = 3", "needs one table"),
        ("[gates]\ntotal = 100", "'total' needs a list of texts"),
        ("[gates]\ntotal = []", "'total' needs a list of texts"),
        ("[gates]\ntotal = ['p95<1s', 3]", "'total' needs a list of texts"),
        ("[gates]\ntotal = ['p95>1s']", "'total:p95>1s': this asks for the worse side"),
        ("[gates\n", "not valid TOML"),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, content: str, why: str) -> None:
    path = tmp_path / "gates.toml"
    path.write_text(content)

    with pytest.raises(ConfigError, match=r"gates\.toml: .*" + why):
        from_file(path)


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")

    with pytest.raises(ConfigError, match=r"absent\.toml: cannot be read"):
        from_file(tmp_path / "absent.toml")
    with pytest.raises(ConfigError, match=r"binary\.toml: not valid TOML"):
        from_file(tmp_path / "binary.toml")


def test_a_profile_promises_what_its_rules_judge() -> None:
    made = from_profile(msgspec.convert(read("level3")["service_levels"], ServiceLevels), "level3")

    assert [str(one) for one in made] == ["p95<100ms", "errors<0.1%", "availability>=99.9%"]
    assert {one.source for one in made} == {"profile level3"}
    assert from_profile(ServiceLevels(), "other") == ()
    assert str(from_profile(ServiceLevels(p95_s=0.3, percentile=99.9), "other")[0]) == "p99.9<300ms"


def gate(text: str, *phases: Phase) -> Gate:
    return judge([threshold(text)], phases)[0]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("p95<100ms", "pass"),
        ("p95<1ms", "fail"),
        ("max<1s", "pass"),
        ("max<4ms", "fail"),
        ("errors<0.1%", "fail"),
        ("errors<=0.5%", "pass"),
        ("availability>=99%", "pass"),
        ("availability>=99.9%", "fail"),
        ("throughput>=198", "pass"),
        ("throughput>=200", "fail"),
        ("service.p99<100ms", "pass"),
        ("p99.9<100ms", "not evaluated"),
        ("gap.max<20s", "not evaluated"),
        ("tools/list:p95<100ms", "not evaluated"),
    ],
)
def test_gates_are_of_all_measured_phases_together(text: str, verdict: str) -> None:
    warm_up = phase("warm-up", [9_000_000] * 500, {"http": 100}, role="warm-up", measured=False)
    measured = [phase("round 1", [2000] * 1990, {"http": 10}), phase("round 2", [2000] * 1900 + [5000] * 90)]

    made = gate(text, warm_up, *measured)

    assert made.verdict == verdict
    assert (made.measured is None) is (verdict == "not evaluated")


def test_a_gate_tells_its_value_limit_and_source() -> None:
    made = gate("tools/call:p95<=1ms", phase("round 1", [2000] * 400, {"timeout": 3}))

    assert (made.threshold, made.operation, made.source, made.unit) == ("p95<=1ms", "tools/call", "--gate", "us")
    assert made.measured == pytest.approx(2000, rel=1e-3)
    assert made.limit == 1000
    assert made.text == "tools/call:p95<=1ms: 2.00 ms; 3 failed requests are not in it"


@pytest.mark.parametrize(
    ("text", "said"),
    [("throughput>=10", "40.5/s"), ("errors<5%", "1.22 %"), ("availability>=90%", "98.78 %"), ("max<1s", "2.00 ms")],
)
def test_each_measure_is_told_in_its_unit(text: str, said: str) -> None:
    assert f"{text}: {said}" in gate(text, phase("round 1", [2000] * 405, {"http": 5})).text


def test_service_times_are_from_sending_and_response_times_are_not() -> None:
    made = mixed(operation("tools/call", [9000] * 400, service=[1000] * 400))

    assert gate("p95<2ms", made).verdict == "fail"
    assert gate("service.p95<2ms", made).verdict == "pass"
    assert gate("service.max<2ms", made).verdict == "pass"


def test_percentiles_are_pooled_by_merging() -> None:
    slow, quick = phase("round 1", [9000] * 100), phase("round 2", [1000] * 4000)

    assert gate("p95<2ms", slow, quick).verdict == "pass"
    assert gate("p99<2ms", slow, quick).verdict == "fail"


def test_a_percentile_with_too_few_samples_never_passes() -> None:
    assert gate("p99<1s", phase("round 1", [1000] * 999)).text == "p99<1s: 999 samples, 1,000 are needed"
    assert gate("p99<1s", phase("round 1", [1000] * 999)).verdict == "not evaluated"
    assert gate("p99<1s", phase("round 1", [1000] * 1000)).verdict == "pass"


@pytest.mark.parametrize("text", ["p50<1s", "max<1s", "errors<1%", "availability>=99%", "throughput>=0"])
def test_nothing_measured_never_passes(text: str) -> None:
    assert gate(text).verdict == "not evaluated"
    assert gate(text, phase("round 1", [])).verdict == "not evaluated"
    assert gate(text, phase("warm-up", [1000] * 500, measured=False)).verdict == "not evaluated"


def test_times_of_failures_only_are_no_times() -> None:
    failed = phase("round 1", [], {"timeout": 500})

    assert gate("p50<1s", failed).verdict == "not evaluated"
    assert gate("errors<1%", failed).verdict == "fail"
    assert gate("throughput>=1", failed).verdict == "fail"


@pytest.mark.parametrize(
    ("good", "failed", "verdict"),
    [
        (999, 0, "not evaluated"),
        (998, 1, "not evaluated"),
        (997, 2, "fail"),
        (1000, 0, "pass"),
        (999, 1, "fail"),  # it is promised to be below
        (1999, 1, "pass"),
    ],
)
def test_a_share_needs_requests_enough_to_show_it(good: int, failed: int, verdict: str) -> None:
    made = phase("round 1", [1000] * good, {"http": failed} if failed else None)

    assert gate("errors<0.1%", made).verdict == verdict
    # a promise of 99.9 % is kept at 99.9 %
    assert gate("availability>=99.9%", made).verdict == ("pass" if (good, failed) == (999, 1) else verdict)


def test_a_promise_of_no_error_at_all_needs_one_request() -> None:
    assert gate("errors<=0%", phase("round 1", [1000])).verdict == "pass"
    assert gate("errors<=0%", phase("round 1", [1000], {"http": 1})).verdict == "fail"
    assert gate("availability>=100%", phase("round 1", [1000] * 9000, {"http": 1})).verdict == "fail"


def test_arrivals_that_never_started_may_not_flatter_a_percentile() -> None:
    dropped = Arrivals(due=2100, started=2000, dropped=100)
    made = phase("round 1", [1000] * 2000, arrivals=dropped)

    assert gate("p99<1s", made).verdict == "not evaluated"
    assert "4.76 % of the arrivals were never started" in gate("p99<1s", made).text
    assert gate("p90<1s", made).verdict == "pass"
    assert gate("p99<1us", made).verdict == "fail"
    assert gate("service.p99<1s", made).verdict == "pass"


def mixed(*operations: Operation) -> Phase:
    return msgspec.structs.replace(phase("round 1", []), operations=operations, total=total_of(operations))


def test_a_prefix_means_the_operation_or_all_whose_names_begin_with_it() -> None:
    made = mixed(
        operation("tools/call echo", [1000] * 400),
        operation("tools/call slow", [9000] * 100, {"tool": 5}),
        operation("tools/list", [50_000] * 400),
        msgspec.structs.replace(operation("initialize", [90_000] * 400, {"http": 4}), kind="setup"),
        msgspec.structs.replace(operation("session", [900_000] * 400), kind="journey"),
    )

    assert gate("tools/call:p50<2ms", made).verdict == "pass"
    assert gate("tools/call:max<10ms", made).verdict == "pass"
    assert gate("tools/call:p95<2ms", made).verdict == "fail"
    assert gate("tools/call echo:max<2ms", made).verdict == "pass"
    assert gate("tools/call:throughput>=50", made).measured == pytest.approx(50)
    assert gate("tools:max<1s", made).verdict == "not evaluated"
    assert "there are: initialize, session, tools/call echo" in gate("tools:max<1s", made).text
    assert gate("session:max<1s", made).measured == pytest.approx(900_000, rel=1e-3)
    assert gate("initialize:availability>=99%", made).verdict == "pass"
    assert gate("max<60ms", made).verdict == "pass"
    assert gate("errors<=0%", made).measured == pytest.approx(5 / 905)


def test_streams_have_first_events_and_gaps_wherever_they_are_counted() -> None:
    stream = msgspec.structs.replace(
        operation("GET stream", [1_000_000] * 5),
        kind="setup",
        first_event=latencies([3000] * 300),
        largest_gap=latencies([15_000_000] * 4 + [25_000_000]),
    )
    made = mixed(operation("tools/call", [1000] * 100), stream)

    assert gate("first-event.p95<5ms", made).verdict == "pass"
    assert gate("gap.max<20s", made).verdict == "fail"
    assert gate("GET stream:gap.max<20s", made).verdict == "fail"
    assert gate("tools/call:gap.max<20s", made).verdict == "not evaluated"


def test_every_threshold_has_its_gate_in_order() -> None:
    wanted = ["p95<1s", "errors<1%", "p95<1s"]

    assert [one.threshold for one in judge(map(threshold, wanted), rounds(2000))] == wanted
