"""Several processes, and several machines: what they recorded together is what the target saw."""

import signal
import socket
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from benchmarks.load.targets.mcp import Endpoint
from benchmarks.load.targets.running import running
from benchmarks.load.targets.trace import read_trace
from conformance.load.driving import Generator, GeneratorLost
from conformance.load.generator.talk import Job, Progress
from conformance.load.plan import PhasePlan
from conformance.load.preparing import of_raw
from conformance.target.config import RunConfig
from tests.load.commands import PATIENCE, Ran, begun, ended, load
from tests.load.hosting import hosted

SHORT = ("--duration=1", "--warm-up=0.2", "--rounds=2")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@pytest.mark.parametrize("load_of", [("--rate=60",), ("--users=4", "--think=0.02")], ids=["open", "closed"])
def test_processes_share_the_load_and_their_counts_are_what_the_target_saw(
    load_of: tuple[str, ...], tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    with running("latency", "--latency=constant:2", "--era=modern", f"--trace={trace}") as target:
        done = load(tmp_path, target.url, *SHORT, "--processes=2", *load_of)
    phases = done.result.phases
    assert [phase.name for phase in phases] == ["warm-up", "round 1", "round 2"]
    assert sum(phase.total.count for phase in phases) == len(read_trace(trace)) - 1, "but for the call that tried it"
    for phase in phases:
        assert phase.total.failures == {}
        assert phase.total.good == phase.arrivals.started == phase.arrivals.due == phase.total.response.count
        assert len(phase.generator.processes) == 2
        assert phase.total.service.min_us >= 2000
    if load_of[0] == "--rate=60":
        assert [phase.total.good for phase in phases] == [12, 60, 60]
    assert {phase.users for phase in phases} == {100 if load_of[0] == "--rate=60" else 4}


def machines(directory: Path, url: str, count: int, options: Sequence[str]) -> tuple[Ran, list[Ran]]:
    """A master and its workers, each a command of its own; workers come first, and wait for their master."""
    port = free_port()
    places = [directory / f"worker-{number}" for number in range(count)]
    for place in places:
        place.mkdir()
    master = ("--master", f"--bind=127.0.0.1:{port}", f"--expect-workers={count}", *options)
    join = (url, "--worker", f"--join=127.0.0.1:{port}")
    with ExitStack() as stack:
        leading = stack.enter_context(begun(directory, url, *master))
        workers = [stack.enter_context(begun(place, *join, output=False)) for place in places]
        done = ended(leading, directory)
        return done, [ended(worker, place) for worker, place in zip(workers, places, strict=True)]


def test_a_master_leads_workers_of_other_machines(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    with running("latency", "--latency=constant:1", "--era=modern", f"--trace={trace}") as target:
        done, workers = machines(tmp_path, target.url, 2, ("--rate=60", *SHORT, "--label=pair"))
    assert done.code == 0, done.err
    assert [worker.code for worker in workers] == [0, 0], [worker.err for worker in workers]
    result = done.result
    assert result.target.label == "pair"
    measured = [phase for phase in result.phases if phase.measured]
    assert [phase.total.good for phase in measured] == [60, 60]
    assert [len(phase.generator.processes) for phase in measured] == [2, 2]
    calls = sum(phase.total.count for phase in result.phases)
    assert calls == 132 == len(read_trace(trace)) - 3, "each command has tried the tool once"
    assert "worker-lost" not in {finding.code for finding in result.findings}


def test_a_worker_that_is_lost_is_told_and_the_others_count(tmp_path: Path) -> None:
    plan = PhasePlan(name="round 1", role="round", seconds=1.5, rate=40.0)
    killed: list[psutil.Process] = []

    def kill_one(progress: Progress) -> None:
        if not killed:
            *_, last = (one for one in psutil.Process().children() if "conformance.load.generator" in one.cmdline())
            last.kill()
            killed.append(last)

    with hosted(Endpoint()) as host:
        job = Job(role="master", workload=of_raw(RunConfig(host.url)), users=4, workers=2)
        with Generator(job, workers=2, on_progress=kill_one) as generator:
            played = generator.play([plan], 1.0)
    assert (len(killed), played.lost) == (1, 1)
    (done,) = played.phases
    assert (done.phase.total.good, done.phase.arrivals.due) == (30, 30)
    assert len(done.phase.generator.processes) == 1


def test_a_master_whose_workers_do_not_come_gives_up(tmp_path: Path) -> None:
    job = Job(role="master", workload=of_raw(RunConfig("http://127.0.0.1:9/")), users=1, workers=1, patience_s=0.2)
    with pytest.raises(GeneratorLost, match="0 of 1 workers came"), Generator(job):
        pass


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        job = Job(role="master", workload=of_raw(RunConfig("http://127.0.0.1:9/")), users=1, workers=1, port=port)
        with pytest.raises(GeneratorLost, match=f"no master at 127.0.0.1:{port}"), Generator(job):
            pass


def test_a_worker_gets_ctrl_c(tmp_path: Path) -> None:
    """It waits for a master that is not there; Ctrl-C ends it, and all that it has begun."""
    options = ("--worker", f"--join=127.0.0.1:{free_port()}")
    with hosted(Endpoint()) as host, begun(tmp_path, host.url, *options, output=False) as worker:
        command = psutil.Process(worker.pid)
        while not (children := command.children()):
            psutil.wait_procs([command], timeout=0.05)
        worker.send_signal(signal.SIGINT)
        done = ended(worker, tmp_path)
    assert done.code == 2
    assert "Traceback" not in done.err
    assert psutil.wait_procs(children, timeout=PATIENCE)[1] == []
