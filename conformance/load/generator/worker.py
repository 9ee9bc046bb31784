"""Generates the share of the load that its master gives it."""

from time import perf_counter_ns
from typing import Any

import gevent
import msgspec
from locust.runners import WorkerRunner

from conformance.load.generator.crew import Crew
from conformance.load.generator.master import OVER, PART, PROGRAMME, PROGRESS, STOP
from conformance.load.generator.orders import Orders, Tell
from conformance.load.generator.running import environment_of, quit_runner, tell_progress
from conformance.load.generator.talk import Failed, Job, Part, Shared
from conformance.load.recording.recorder import PhaseRecord

_encode = msgspec.json.Encoder().encode
_shared = msgspec.json.Decoder(Shared).decode


def follow(job: Job, orders: Orders, tell: Tell) -> None:
    crew = Crew(job.workload)
    told: Any = gevent.spawn(orders.get)  # it gets programmes from its master only: it can but be told to stop
    joining: Any = gevent.spawn(environment_of(crew, job.workload.url).create_worker_runner, job.host, job.port)
    gevent.wait([told, joining], count=1)
    if not joining.ready():
        return
    try:
        runner = joining.get()
    except (ConnectionError, OSError) as error:
        tell(Failed(text=f"no master at {job.host}:{job.port}: {error or 'nobody answers'}"))
        return
    serving = gevent.spawn(_serve, crew, runner)
    gevent.spawn(_until_told, told, crew, runner)
    runner.greenlet.join()
    serving.kill()


def _serve(crew: Crew, runner: WorkerRunner) -> None:
    def play(environment: Any, msg: Any, **_: Any) -> None:
        shared, began_ns = _shared(msg.data["shared"]), perf_counter_ns()
        number = shared.programme.number

        def hand_in(phase: int, record: PhaseRecord) -> None:
            after_ns = record.began_ns - began_ns
            part = Part(programme=number, number=phase, after_ns=after_ns, phase=record.phase())
            runner.send_message(PART, {"part": _encode(part)})

        crew.play(shared.programme.phases, shared.share, lambda: runner.user_count, hand_in)
        runner.send_message(OVER, {"programme": number})

    runner.register_message(PROGRAMME, play, concurrent=True)
    runner.register_message(STOP, lambda environment, msg, **_: crew.staging.stop())
    tell_progress(crew, lambda progress: runner.send_message(PROGRESS, {"progress": _encode(progress)}))


def _until_told(told: Any, crew: Crew, runner: WorkerRunner) -> None:
    told.join()
    crew.staging.stop()
    quit_runner(runner)
