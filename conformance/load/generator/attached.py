"""Measures a run that Locust itself conducts: one phase, from its start to its stop."""

import argparse
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import gevent
import locust
import msgspec
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from conformance.load.generator import locust_stats
from conformance.load.generator.crew import Crew
from conformance.load.generator.master import PART
from conformance.load.generator.talk import Part
from conformance.load.plan import PhasePlan, Share
from conformance.load.recording.merging import merged_phase
from conformance.load.recording.recorder import PhaseRecord
from conformance.load.results.files import write_result
from conformance.load.results.model import Phase, Plan, Result
from conformance.load.results.text import report
from conformance.load.summing_up import result_of
from conformance.load.workload import Workload

SHARE = "mcp-share"
PREPARE_S = 120.0
HAND_IN_S = 10.0

_encode = msgspec.json.Encoder().encode
_part = msgspec.json.Decoder(Part).decode


def attach(environment: Environment) -> None:
    """Give the environment its users; its runner starts and stops the phase."""
    options: Any = environment.parsed_options
    workload = _prepare(environment.host or "", options)
    crew = Crew(workload)
    environment.user_classes = [crew.user_class]
    run = _Run(workload, options)
    if isinstance(environment.runner, MasterRunner):
        environment.runner.register_message(PART, run.take_part)
        environment.events.test_start.add_listener(run.begin)
        environment.events.test_start.add_listener(_deal)
        environment.events.quit.add_listener(run.publish)
        environment.events.test_stop.add_listener(run.publish)
        return
    locust_stats.connect(environment)
    play = _Play(environment, crew, run)
    environment.events.test_start.add_listener(play.begin)
    environment.events.test_stopping.add_listener(play.stop)
    environment.events.test_stop.add_listener(play.hand_in)


def _deal(environment: Environment, **_: Any) -> None:
    """Each worker gets its share of the arrivals before it is told to begin."""
    runner: Any = environment.runner
    workers = [*runner.clients.ready, *runner.clients.running, *runner.clients.spawning]
    for index, worker in enumerate(workers):
        runner.send_message(SHARE, {"index": index, "count": len(workers)}, worker.id)


def _prepare(url: str, options: Any) -> Workload:
    """In a process of its own: discovery waits in threads, and Locust has replaced those here."""
    command = [sys.executable, "-m", "conformance.load.prepared", url, f"--scenario={options.mcp_scenario}"]
    command += [f"--tool={tool}" for tool in options.mcp_tool]
    done = subprocess.run(command, capture_output=True, timeout=PREPARE_S, check=False)
    if done.returncode:
        print(done.stderr.decode("utf-8", "replace").strip(), file=sys.stderr)
        sys.exit(done.returncode)
    return msgspec.json.decode(done.stdout, type=Workload)


class _Run:
    """What becomes of the parts of all processes."""

    def __init__(self, workload: Workload, options: argparse.Namespace) -> None:
        self._workload = workload
        self._options = options
        self._started = datetime.now(UTC)
        self._parts: list[Phase] = []

    def plan(self) -> PhasePlan:
        options = self._options
        return PhasePlan(
            name="run", role="round", seconds=None, rate=options.mcp_rate or None, poisson=options.mcp_poisson,
            think_s=options.mcp_think, seed=1,
        )  # fmt: skip

    def begin(self, **_: Any) -> None:
        self._started = datetime.now(UTC)
        self._parts.clear()

    def take_part(self, environment: Environment, msg: Any, **_: Any) -> None:
        self._parts.append(_part(msg.data["part"]).phase)

    def add(self, phase: Phase) -> None:
        self._parts.append(phase)

    def publish(self, **_: Any) -> None:
        """Tell what was handed in, once."""
        if not self._parts:
            return
        result = self._result(merged_phase(self._parts))
        self._parts.clear()
        if self._options.mcp_output:
            write_result(Path(self._options.mcp_output), result)
        print(report(result))

    def _result(self, phase: Phase) -> Result:
        plan = self.plan()
        asked = Plan(
            scenario=self._workload.scenario,
            shape="constant",
            model="open" if plan.rate else "closed",
            arrivals="none" if not plan.rate else "poisson" if plan.poisson else "constant",
            rate=plan.rate,
            users=phase.users,
            duration_s=phase.seconds,
            warm_up_s=0.0,
            rounds=1,
            think_s=plan.think_s,
            processes=len(phase.generator.processes),
            seed=plan.seed,
            operations=tuple(one.name for one in phase.operations),
        )
        command = f"locust -f locustfile.py --host {self._workload.target.url}"
        return result_of(asked, self._workload.target, [phase], self._started, locust.__version__, command)


class _Play:
    """The phase of one process that has users."""

    def __init__(self, environment: Environment, crew: Crew, run: _Run) -> None:
        self._environment = environment
        self._crew = crew
        self._run = run
        self._share = Share()
        self._playing: Any = None
        if isinstance(environment.runner, WorkerRunner):
            environment.runner.register_message(SHARE, self._take_share)

    def begin(self, **_: Any) -> None:
        self._run.begin()
        self._crew.staging.again()
        self._playing = gevent.spawn(self._play)

    def stop(self, **_: Any) -> None:
        self._crew.staging.stop()

    def hand_in(self, **_: Any) -> None:
        """A worker's part goes to the master, which publishes the whole."""
        if self._playing is not None:
            self._playing.join(HAND_IN_S)
        if not isinstance(self._environment.runner, WorkerRunner):
            self._run.publish()

    def _play(self) -> None:
        records: dict[int, PhaseRecord] = {}
        runner: Any = self._environment.runner
        self._crew.play(
            [self._run.plan()],
            self._share,
            lambda: int(runner.target_user_count),
            lambda number, record: records.update({number: record}),
        )
        for number, record in records.items():
            if isinstance(runner, WorkerRunner):
                part = Part(programme=0, number=number, after_ns=0, phase=record.phase())
                runner.send_message(PART, {"part": _encode(part)})
            else:
                self._run.add(record.phase())

    def _take_share(self, environment: Environment, msg: Any, **_: Any) -> None:
        self._share = Share(msg.data["index"], msg.data["count"])
