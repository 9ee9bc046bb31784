"""Leads workers over Locust's own connection to them: each gets its share of a programme, and hands in its part."""

from collections import defaultdict
from time import monotonic, perf_counter_ns
from typing import Any

import gevent
import locust
import msgspec
from gevent.event import Event
from locust.runners import MasterRunner

from conformance.load.generator.crew import Crew
from conformance.load.generator.orders import Orders, Tell, programmes
from conformance.load.generator.running import environment_of, quit_runner
from conformance.load.generator.talk import (
    Done,
    Failed,
    Finished,
    Job,
    Listening,
    Part,
    Programme,
    Progress,
    Ready,
    Shared,
)
from conformance.load.plan import Share
from conformance.load.recording.merging import merged_phase

PROGRAMME, STOP, PART, OVER, PROGRESS = "mcp-programme", "mcp-stop", "mcp-part", "mcp-over", "mcp-progress"
SLACK_S = 20.0
STEP_S = 0.1

_encode = msgspec.json.Encoder().encode
_part = msgspec.json.Decoder(Part).decode
_progress = msgspec.json.Decoder(Progress).decode


def lead(job: Job, orders: Orders, tell: Tell) -> None:
    crew = Crew(job.workload)
    try:
        runner = environment_of(crew, job.workload.url).create_master_runner(job.host, job.port)
    except (SystemExit, Exception) as error:  # Locust exits when the port is taken
        tell(Failed(text=f"no master at {job.host}:{job.port}: {error or 'the port is in use'}"))
        return
    tell(Listening(port=runner.server.port))
    if not _wait_for_workers(runner, job):
        tell(Failed(text=f"{len(runner.clients.ready)} of {job.workers} workers came within {job.patience_s:g} s"))
        quit_runner(runner)
        return
    runner.start(job.users, spawn_rate=job.users)
    tell(Ready(users=runner.user_count, workers=len(runner.clients), engine=locust.__version__))
    desk = _Collection(runner, tell)
    for programme in programmes(orders, desk.stop):
        tell(Finished(programme=programme.number, lost=desk.play(programme, job.workload.timeout)))
    quit_runner(runner)


def _wait_for_workers(runner: MasterRunner, job: Job) -> bool:
    deadline = monotonic() + job.patience_s
    while len(runner.clients.ready) < job.workers and monotonic() < deadline:
        gevent.sleep(STEP_S)
    return len(runner.clients.ready) >= job.workers


class _Collection:
    """Parts of phases, until those of all workers are there."""

    def __init__(self, runner: MasterRunner, tell: Tell) -> None:
        self._runner = runner
        self._tell = tell
        self._parts: dict[tuple[int, int], dict[str, Part]] = defaultdict(dict)
        self._over: set[tuple[int, str]] = set()
        self._latest: dict[str, Progress] = {}
        self._changed = Event()
        runner.register_message(PART, self._take_part)
        runner.register_message(OVER, self._take_over)
        runner.register_message(PROGRESS, self._take_progress)

    def play(self, programme: Programme, timeout: float) -> int:
        """Returns how many workers did not hand in everything."""
        began_ns = perf_counter_ns()
        workers = [client.id for client in self._runner.clients.all]
        for index, worker in enumerate(workers):
            shared = Shared(programme=programme, share=Share(index, len(workers)))
            self._runner.send_message(PROGRAMME, {"shared": _encode(shared)}, worker)
        planned = sum(phase.seconds or 0.0 for phase in programme.phases)
        missing = self._await(programme, workers, monotonic() + planned + timeout + SLACK_S)
        for number in range(len(programme.phases)):
            if parts := self._parts.pop((programme.number, number), None):
                self._hand_in(programme.number, number, list(parts.values()), began_ns)
        return len(missing)

    def stop(self) -> None:
        self._runner.send_message(STOP, {})

    def _await(self, programme: Programme, workers: list[str], deadline: float) -> set[str]:
        """Until each worker is done, or gone; who is missing then."""
        while True:
            missing = {worker for worker in workers if (programme.number, worker) not in self._over}
            known = {client.id for client in self._runner.clients.all} - {
                client.id for client in self._runner.clients.missing
            }
            if not missing & known or monotonic() > deadline:
                return missing
            self._changed.clear()
            self._changed.wait(0.5)

    def _hand_in(self, programme: int, number: int, parts: list[Part], played_ns: int) -> None:
        begin_ns = played_ns + min(part.after_ns for part in parts)
        phase = merged_phase([part.phase for part in parts])
        ended_ns = begin_ns + int(phase.seconds * 1e9)
        self._tell(Done(programme=programme, number=number, began_ns=begin_ns, ended_ns=ended_ns, phase=phase))

    def _take_part(self, environment: Any, msg: Any, **_: Any) -> None:
        part = _part(msg.data["part"])
        self._parts[part.programme, part.number][msg.node_id] = part

    def _take_over(self, environment: Any, msg: Any, **_: Any) -> None:
        self._over.add((msg.data["programme"], msg.node_id))
        self._changed.set()

    def _take_progress(self, environment: Any, msg: Any, **_: Any) -> None:
        self._latest[msg.node_id] = _progress(msg.data["progress"])
        newest = max(self._latest.values(), key=lambda one: one.seconds)
        same = [one for one in self._latest.values() if one.phase == newest.phase]
        good, failed = sum(one.good for one in same), sum(one.failed for one in same)
        self._tell(Progress(phase=newest.phase, seconds=newest.seconds, good=good, failed=failed))
