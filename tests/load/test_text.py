"""The terminal view: everything an operator asks for, in 100 columns, whatever the target says."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.load.gates.compare import compare
from conformance.load.gates.judge import judge
from conformance.load.gates.parse import threshold
from conformance.load.recording.merging import total_of
from conformance.load.results.model import Phase, Resources, Result, Streams
from conformance.load.results.summary import figures
from conformance.load.results.text import WIDTH, report
from conformance.load.results.wording import bounded, duration, number, share, stretch
from tests.load.results import invalid, latencies, operation, phase, result, rounds, searched


def run(*phases: Phase, **changes: Any) -> Result:
    return result(*phases, figures=figures(phases), **changes)


def full() -> Result:
    call = msgspec.structs.replace(
        operation("tools/call echo", [2000] * 900, {"http": 7, "timeout": 2}),
        examples={"http": "HTTP 503: try later", "timeout": "no answer in 10 s"},
        first_event=latencies([800] * 20),
        largest_gap=latencies([15_000_000]),
    )
    begin = msgspec.structs.replace(operation("initialize", [8000] * 50), kind="setup")
    made = msgspec.structs.replace(
        phase("round 1", []),
        operations=(begin, call),
        total=total_of([call]),
        streams=Streams(opened=12, most_held=10, events=4000, beats=36, broken=1),
        target=Resources(
            source="process", cpu=0.45, rss_begin_bytes=60 * 2**20, rss_end_bytes=62 * 2**20, rss_peak_bytes=70 * 2**20
        ),
    )
    second = phase("round 2", {"tools/call echo": [3000] * 1000})
    gates = judge(map(threshold, ["p95<100ms", "errors<0.1%", "p99.99<1s"]), [made, second])
    return run(made, second, findings=invalid(text="The generator was the limit."), gates=gates, label="Alpha")


@pytest.mark.parametrize(
    "said",
    [
        "INVALID, gates: 1 kept, 1 failed, 1 not evaluated\n",
        "load        tool-caller, constant: 100/s, poisson arrivals, 50 users, 3 rounds of 10 s\n",
        "target      http://127.0.0.1:9000/mcp\n",
        "server      Alpha: alpha 1.0, revision 2025-11-25\n",
        "again       mcp-conformance load http://127.0.0.1:9000/mcp",
        "  total                         1,900       9      95/s  3.00 ms  3.00 ms  3.00 ms        -  3.00 ms\n",
        "  (setup) initialize               50       0    2.50/s  8.00 ms        -        -        -  8.00 ms\n",
        "failures    7 http of tools/call echo, first: HTTP 503: try later\n",
        "failures    2 timeout of tools/call echo, first: no answer in 10 s\n",
        "rounds      90/s to 100/s; p50 2.00 ms to 3.00 ms\n",
        "streams     12 opened, at most 10 held, 1 broken; 4,000 events, 36 heartbeats\n",
        "first event p50 800 µs, p95 800 µs, max 800 µs\n",
        "longest gap p50 15.0 s, p95 15.0 s, max 15.0 s\n",
        "its use     up to 45.00 % of a core; memory 60 MiB at first, 62 MiB at last, 70 MiB at most\n",
        "INVALID     generator-bound: The generator was the limit.\n",
        "ok          p95<100ms: 3.00 ms; 9 failed requests are not in it (--gate)\n",
        "FAILED      errors<0.1%: 0.47 % (--gate)\n",
        "not judged  p99.99<1s: 1,900 samples, 100,000 are needed (--gate)\n",
    ],
)
def test_everything_is_told(said: str) -> None:
    assert said in report(full())


def test_service_times_are_told_when_they_are_others() -> None:
    slow_start = phase("round 1", {"a": [9000] * 2000})
    part = operation("a", [9000] * 2000, service=[1000] * 2000)

    assert "from sending" not in report(run(slow_start))
    told = report(run(msgspec.structs.replace(slow_start, operations=(part,), total=total_of([part]))))
    assert f"\n    from sending{'1.00 ms':>48}  1.00 ms  1.00 ms        -\n" in told


def test_a_good_run_is_short() -> None:
    told = report(run(*rounds(2000)))

    assert told.startswith("VALID\n")
    assert not any(word in told for word in ("failures", "streams", "its use", "breaking at", "note", "INVALID"))


def test_a_search_tells_its_steps_and_what_it_found() -> None:
    told = report(searched(400.0, 440.0))

    assert "breaking at 400/s kept every gate, 440/s did not: p95 over 100 ms (3 steps)" in told
    assert "\n  step 100.0, 100/s  " in told
    assert "response time in" not in report(run(*rounds(2000)))
    assert "no rate kept every gate, 50/s did not" in report(searched(None, 50.0))


def test_a_comparison_is_told_with_its_verdicts() -> None:
    before, after = run(*rounds(2000)), run(*rounds(3000))

    told = report(msgspec.structs.replace(after, baseline=compare(before, after)))

    assert "  worse       p50 of total 1.99 ms → 2.98 ms: worse; " in told


def test_nothing_measured_can_be_told() -> None:
    assert report(run()).startswith("VALID\n")
    assert "total" in report(run(phase("round 1", [])))


HOSTILE = st.text(st.characters(), max_size=300) | st.sampled_from(["\x1b[2J\x9b31m\u202e" * 40, "x" * 5000, "\n\n\r"])


@settings(max_examples=40)
@given(HOSTILE, HOSTILE)
def test_hostile_text_is_printable_and_within_the_width(name: str, words: str) -> None:
    call = msgspec.structs.replace(operation(name, [1000] * 50, {"http": 3}), examples={"http": words})
    made = msgspec.structs.replace(phase(words, []), operations=(call,), total=total_of([call]), role="slice")
    told = report(
        run(
            made,
            plan={"shape": "soak"},
            findings=invalid(text=words),
            gates=judge([threshold("max<1s")], [made]),
            server=name,
            version=words,
            label=words,
            url=words,
            command=words,
        )
    )

    lines = told.split("\n")
    assert all(len(line) <= WIDTH for line in lines)
    assert len(lines) < 60
    assert not any(ord(one) < 32 or 0x7F <= ord(one) < 0xA0 or 0x202A <= ord(one) <= 0x202E for one in "".join(lines))
    told.encode("utf-8")


def test_many_operations_are_cut() -> None:
    told = report(run(phase("round 1", {f"tool {at:03}": [1000] for at in range(200)})))

    assert "tool 020" in told
    assert "tool 150" not in told
    assert "… and 161 more in the result file" in told


def test_a_closed_loop_names_its_users() -> None:
    closed = run(
        *rounds(2000), plan={"rate": None, "model": "closed", "arrivals": "none", "users": 1200, "processes": 2}
    )

    assert "constant: closed loop of 1,200 users, 3 rounds of 10 s, 2 processes\n" in report(closed)
    assert "100/s to 400/s, poisson" in report(run(*rounds(2000), plan={"shape": "ramp", "to_rate": 400.0}))


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (duration(412), "412 µs"),
        (duration(41_234), "41.2 ms"),
        (duration(2_310_000), "2.31 s"),
        (share(0.0), "0.00 %"),
        (share(0.00004), "0.004 %"),
        (share(0.123456), "12.35 %"),
        (share(0.99999), "99.999 %"),
        (share(1.0), "100.00 %"),
        (number(1240), "1,240"),
        (number(41.25), "41.2"),
        (stretch(45), "45 s"),
        (stretch(334), "5 min 34 s"),
        (stretch(7500), "2 h 5 min"),
        (bounded("a\nb", 9), "a\\nb"),
        (bounded("abcdef", 4), "abc…"),
    ],
)
def test_numbers_in_words(told: str, expected: str) -> None:
    assert told == expected
