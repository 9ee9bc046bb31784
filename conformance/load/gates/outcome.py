"""How a run ends: for scripts a number, for a release checklist a line."""

from collections.abc import Iterator
from typing import Final

from conformance import exit_codes
from conformance.load.gates.judge import spoken
from conformance.load.gates.parse import figure_of
from conformance.load.recording.merging import TOTAL
from conformance.load.results.model import Gate, Result
from conformance.load.results.wording import bounded, number, rate

_LONGEST: Final = 60


def exit_code(result: Result, *, worse_fails: bool = False) -> int:
    """`INTERRUPTED`; `BROKEN` when a gate failed, or with `worse_fails` when a figure is worse than the baseline;
    `INCOMPLETE` when gates were set and one was not evaluated, or the run is invalid; `NOTHING` when nothing was
    measured; else `OK`. The first that is true."""
    if result.interrupted:
        return exit_codes.INTERRUPTED
    if any(True for _ in broken(result, worse_fails=worse_fails)):
        return exit_codes.BROKEN
    if result.gates and (not result.valid or any(gate.verdict != "pass" for gate in result.gates)):
        return exit_codes.INCOMPLETE
    nothing = any(finding.code == "nothing-measured" for finding in result.findings)
    return exit_codes.NOTHING if nothing else exit_codes.OK


def broken(result: Result, *, worse_fails: bool) -> Iterator[str]:
    """What failed, in words."""
    yield from (gate.text for gate in result.gates if gate.verdict == "fail")
    if worse_fails:
        yield from (one.text for one in result.baseline if one.verdict == "worse")


def release_line(result: Result, *, worse_fails: bool = False) -> str:
    """One line, such as `GO  load tool-caller 50/s: p95 41.2 ms (limit 100 ms), errors 0.00 % (limit 0.10 %)`.

    NO-GO as the exit code `BROKEN`; INCOMPLETE without gates, or when one was not evaluated, or the run is invalid or
    was interrupted.
    """
    order = {"fail": 0, "not evaluated": 1, "pass": 2}
    gates = [_told(gate) for gate in sorted(result.gates, key=lambda gate: order[gate.verdict])]
    worse = [f"{bounded(one.text, 2 * _LONGEST)}" for one in result.baseline if worse_fails and one.verdict == "worse"]
    invalid = [f"invalid: {code}" for code in dict.fromkeys(one.code for one in result.findings if one.invalidates)]
    said = ", ".join([*gates, *worse, *invalid]) if gates or worse else ", ".join(["no gates were set", *invalid])
    return f"{_verdict(result, worse_fails)}  load {result.plan.scenario} {load_of(result)}: {said}"


def _verdict(result: Result, worse_fails: bool) -> str:
    if any(True for _ in broken(result, worse_fails=worse_fails)):
        return "NO-GO"
    passed = result.gates and all(gate.verdict == "pass" for gate in result.gates)
    return "GO" if passed and result.valid and not result.interrupted else "INCOMPLETE"


def _told(gate: Gate) -> str:
    figure, measure = figure_of(gate.threshold)
    of = "" if gate.operation == TOTAL else f"{bounded(gate.operation, _LONGEST)} "
    measured = "not evaluated" if gate.measured is None else spoken(measure, gate.measured)
    return f"{of}{figure} {measured} (limit {spoken(measure, gate.limit)})"


def load_of(result: Result) -> str:
    """How much load: `50/s`, `20 users`, `breaking point 480/s`."""
    plan = result.plan
    if plan.shape == "breaking-point":
        found = result.breaking_point.rate if result.breaking_point else None
        return "breaking point " + (rate(found) if found is not None else "not found")
    shape = "" if plan.shape == "constant" else f"{plan.shape} "
    return shape + (rate(plan.rate) if plan.rate is not None else f"{number(plan.users)} users")
