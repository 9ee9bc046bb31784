"""Every way in which a server answers a call is counted as what it is: in both eras, over the real generator."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from benchmarks.load.targets.mcp import TOOL
from benchmarks.load.targets.misbehave import WAYS
from benchmarks.load.targets.running import running
from benchmarks.load.targets.trace import read_truth
from conformance.load.driving import Generator
from conformance.load.generator.talk import Job
from conformance.load.plan import PhasePlan
from conformance.load.preparing import of_target
from conformance.load.results.model import Operation, Phase
from conformance.load.trial import Trial
from conformance.load.workload import Workload
from conformance.plugin.contact import discover_target
from conformance.target.config import load_config
from tests.load.commands import load

TIMEOUT_S = 0.4
CLOSES, AFTER_IT = "close-unannounced", "closed"
"""A server that closes a connection without a word may do so when it is used again already: the next request is then
lost, as the second of these is anyway."""
ORDER = [way for way in WAYS if way != CLOSES]
ORDER.insert(ORDER.index(AFTER_IT), CLOSES)


def workload(url: str, revision: str, directory: Path) -> Workload:
    """A call for each way, under its name."""
    config = load_config({"url": url, "timeout": TIMEOUT_S}, environ={}, directory=directory)
    surface = discover_target(config).surfaces[revision]
    trial = Trial(tools=[(TOOL, {"how": way}) for way in ORDER])
    made = of_target(config, url, surface, trial, "tool-caller")
    calls = tuple(replace(call, name=way) for way, call in zip(ORDER, made.group("call"), strict=True))
    return replace(made, requests={**made.requests, "call": calls})


def played(url: str, revision: str, directory: Path) -> Phase:
    job = Job(workload=workload(url, revision, directory), users=len(WAYS))
    plan = PhasePlan(name="round 1", role="round", seconds=0.6)
    with Generator(job) as generator:
        (done,) = generator.play([plan], TIMEOUT_S).phases
    return done.phase


@pytest.mark.parametrize("revision", ["2025-11-25", "2026-07-28"])
def test_each_way_is_counted_as_what_it_is(revision: str, tmp_path: Path) -> None:
    truth = tmp_path / "truth"
    with running("misbehave", f"--truth={truth}") as target:
        phase = played(target.url, revision, tmp_path)
    operations = {one.name: one for one in phase.operations if one.kind == "work"}
    wrong = {way: (one.good, one.failures, one.examples) for way, one in operations.items() if not is_right(one)}
    assert wrong == {}
    answered = read_truth(truth)["answered"]
    assert set(answered) == set(WAYS) == set(operations)
    for way, one in operations.items():
        assert answered[way] <= one.count if way == AFTER_IT else answered[way] == one.count, way
    assert phase.arrivals.started == phase.arrivals.due == phase.total.count
    assert phase.total.good == phase.total.response.count == phase.total.service.count
    assert phase.total.failed_count == phase.total.failed.count


def is_right(one: Operation) -> bool:
    counted = WAYS[one.name].counted
    if counted == ("good",):
        return one.good > 0 and not one.failures
    return one.good == 0 and one.failed_count > 0 and set(one.failures) <= set(counted) and bool(one.examples)


def test_the_result_file_has_every_kind_and_none_as_good(tmp_path: Path) -> None:
    """A 200 with an error inside is a failure as well."""
    ways = ("good", "reset-in-body", "http-500", "jsonrpc-error", "is-error", "wrong-id", "never", "http-429")
    truth = tmp_path / "truth"
    with running("misbehave", f"--answers={','.join(ways)}", f"--truth={truth}") as target:
        options = ("--rate=80", "--request-timeout=0.4", "--duration=0.8", "--warm-up=0", "--rounds=1")
        done = load(tmp_path, target.url, *options, "--gate=errors<90%", "--gate=tools/call work:errors<50%")
    (operation,) = (one for one in done.phase.operations if one.name == "tools/call work")
    kinds = ("transport", "http", "jsonrpc", "tool", "content", "timeout", "rate-limited")
    assert operation.failures == dict.fromkeys(sorted(kinds), 8)
    assert (operation.good, operation.count) == (8, 64)
    assert set(operation.examples) == set(kinds)
    assert sum(read_truth(truth)["answered"].values()) == 64 + 1, "the one that tried the tool before"
    result = done.result
    assert {"errors", "rate-limited"} <= {finding.code for finding in result.findings if finding.invalidates}
    assert [gate.verdict for gate in result.gates] == ["pass", "fail"]
    assert done.code == 1
    assert "NO-GO" in done.out
