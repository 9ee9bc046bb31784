"""Measures a run that Locust itself conducts: one phase, from its start to its stop."""

import argparse
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import gevent
import locust
import msgspec
from gevent.event import Event
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
from conformance.load.results.redacting import redacted
from conformance.load.results.text import report
from conformance.load.summing_up import result_of
from conformance.load.workload import Workload
from conformance.target.secrets import secrets_of_headers
from conformance.wire.redact import SECRET_HEADERS, Redactor

SHARE, PREPARED = "mcp-share", "mcp-prepared"
PREPARE_S = 120.0
HAND_IN_S = 10.0
STEP_S = 0.5

_encode = msgspec.json.Encoder().encode
_part = msgspec.json.Decoder(Part).decode


def attach(environment: Environment) -> None:
    """Give the environment its users; its runner starts and stops the phase."""
    options: Any = environment.parsed_options
    runner = environment.runner
    roll = _Roll(runner) if isinstance(runner, MasterRunner) else None
    workload = _prepare(environment.host or "", options)
    crew = Crew(workload)
    environment.user_classes = [crew.user_class]
    run = _Run(workload, options)
    if isinstance(runner, MasterRunner) and roll is not None:
        runner.register_message(PART, run.take_part)
        environment.events.test_start.add_listener(roll.wait)
        environment.events.test_start.add_listener(run.begin)
        environment.events.test_start.add_listener(_deal)
        environment.events.quit.add_listener(run.publish)
        environment.events.test_stop.add_listener(run.publish)
        if options.headless:  # before the time of the run begins
            roll.wait(at_least=options.expect_workers)
        return
    locust_stats.connect(environment)
    play = _Play(environment, crew, run)
    environment.events.test_start.add_listener(play.begin)
    environment.events.test_stopping.add_listener(play.stop)
    environment.events.test_stop.add_listener(play.hand_in)
    if isinstance(runner, WorkerRunner):
        runner.send_message(PREPARED, {})


class _Roll:
    """Which workers are prepared: to Locust they are ready as soon as they are connected."""

    def __init__(self, runner: MasterRunner) -> None:
        self._runner = runner
        self._prepared: set[str] = set()
        self._changed = Event()
        runner.register_message(PREPARED, self._take)

    def wait(self, at_least: int = 0, **_: Any) -> None:
        """Until all workers that are there, and so many, are prepared; not for ever."""
        deadline = monotonic() + PREPARE_S
        while monotonic() < deadline and not self._are_there(at_least):
            self._changed.clear()
            self._changed.wait(STEP_S)

    def _are_there(self, at_least: int) -> bool:
        return len(self._prepared) >= at_least and {one.id for one in self._runner.clients.ready} <= self._prepared

    def _take(self, environment: Environment, msg: Any, **_: Any) -> None:
        self._prepared.add(msg.node_id)
        self._changed.set()


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


def _redactor(workload: Workload) -> Redactor:
    headers = [*workload.identities, *(one.headers for group in workload.requests.values() for one in group)]
    shown = [(name, value) for one in headers for name, value in one.items() if name in SECRET_HEADERS]
    return Redactor([*workload.secrets, *secrets_of_headers(tuple(shown))])


class _Run:
    """What becomes of the parts of all processes."""

    def __init__(self, workload: Workload, options: argparse.Namespace) -> None:
        self._workload = workload
        self._options = options
        self._started = datetime.now(UTC)
        self._parts: list[Phase] = []
        self._redact = _redactor(workload).text

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
        result = self._result(redacted(merged_phase(self._parts), self._redact))
        self._parts.clear()
        if self._options.mcp_output:
            write_result(Path(self._options.mcp_output), result)
        print(self._redact(report(result)))

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
