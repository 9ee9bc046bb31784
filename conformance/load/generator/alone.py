"""A process that generates all the load itself."""

from functools import partial

import gevent
import locust

from conformance.load.generator.crew import Crew
from conformance.load.generator.orders import Orders, Tell, programmes
from conformance.load.generator.running import environment_of, quit_runner, tell_progress
from conformance.load.generator.talk import Done, Finished, Job, Ready
from conformance.load.plan import Share
from conformance.load.recording.recorder import PhaseRecord


def generate(job: Job, orders: Orders, tell: Tell) -> None:
    crew = Crew(job.workload)
    runner = environment_of(crew, job.workload.url).create_local_runner()
    runner.start(job.users, spawn_rate=job.users)
    if runner.spawning_greenlet is not None:
        runner.spawning_greenlet.join()
    tell(Ready(users=runner.user_count, workers=1, engine=locust.__version__))
    gevent.spawn(tell_progress, crew, tell)
    for programme in programmes(orders, crew.staging.stop):
        hand_in = partial(_tell_done, tell, programme.number)
        crew.play(programme.phases, Share(), lambda: runner.user_count, hand_in)
        tell(Finished(programme=programme.number))
    quit_runner(runner)


def _tell_done(tell: Tell, programme: int, number: int, record: PhaseRecord) -> None:
    ended_ns = record.ended_ns or record.began_ns
    tell(Done(programme=programme, number=number, began_ns=record.began_ns, ended_ns=ended_ns, phase=record.phase()))
