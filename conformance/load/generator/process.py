"""One process of the generator: alone, as the master of workers, or as one of them."""

import gc
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import gevent
import locust
import msgspec
from gevent.fileobject import FileObjectThread
from gevent.queue import Queue
from locust.env import Environment
from locust.runners import Runner

from conformance.load.generator import locust_stats
from conformance.load.generator.crew import Crew
from conformance.load.generator.talk import Done, Failed, Finished, Job, News, Order, Programme, Progress, Ready, Stop
from conformance.load.plan import Share
from conformance.load.recording.recorder import PhaseRecord

PROGRESS_S = 0.5
QUIT_S = 5

_order = msgspec.json.Decoder(Order).decode
_encode = msgspec.json.Encoder().encode


def main() -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command is told, and tells us
    lines = FileObjectThread(sys.stdin.fileno(), "rb", closefd=False)
    tell = _teller()
    try:
        job = msgspec.json.decode(lines.readline(), type=Job)
    except msgspec.MsgspecError as error:
        tell(Failed(text=f"the generator was given no job: {error}"))
        return 1
    orders: Queue[Order] = Queue()
    gevent.spawn(_listen, lines, orders)
    gc.freeze()
    ROLES[job.role](job, orders, tell)
    return 0


def _teller() -> Callable[[News], None]:
    output = sys.stdout.buffer

    def tell(news: News) -> None:
        with suppress(BrokenPipeError):
            output.write(_encode(news) + b"\n")
            output.flush()

    return tell


def _listen(lines: Any, orders: "Queue[Order]") -> None:
    """Orders as they come; the end of the input is the order to stop."""
    for line in lines:
        orders.put(_order(line))
    orders.put(Stop())


def _alone(job: Job, orders: "Queue[Order]", tell: Callable[[News], None]) -> None:
    crew = Crew(job.workload)
    environment = Environment(user_classes=[crew.user_class], host=job.workload.url)
    locust_stats.connect(environment)
    runner = environment.create_local_runner()
    runner.start(job.users, spawn_rate=job.users)
    if runner.spawning_greenlet is not None:
        runner.spawning_greenlet.join()
    tell(Ready(users=runner.user_count, workers=1, engine=locust.__version__))
    gevent.spawn(_tell_progress, crew, tell)
    for programme in _programmes(orders, crew.staging.stop):
        crew.play(programme.phases, Share(), lambda: runner.user_count, partial(_tell_done, tell, programme.number))
        tell(Finished(programme=programme.number))
    _quit(runner)


def _programmes(orders: "Queue[Order]", stop: Callable[[], None]) -> Iterator[Programme]:
    """Programmes as they are ordered; an order to stop is carried out at once, whatever is on."""
    wanted: Queue[Programme | None] = Queue()

    def sort() -> None:
        while isinstance(order := orders.get(), Programme):
            wanted.put(order)
        stop()
        wanted.put(None)

    gevent.spawn(sort)
    while (programme := wanted.get()) is not None:
        yield programme


def _tell_done(tell: Callable[[News], None], programme: int, number: int, record: PhaseRecord) -> None:
    ended_ns = record.ended_ns or record.began_ns
    tell(Done(programme=programme, number=number, began_ns=record.began_ns, ended_ns=ended_ns, phase=record.phase()))


def _tell_progress(crew: Crew, tell: Callable[[News], None]) -> None:
    while True:
        gevent.sleep(PROGRESS_S)
        if (found := crew.staging.progress()) is not None:
            record, seconds = found
            work = [one for one in record.operations() if one.kind == "work"]
            good, failed = sum(one.good for one in work), sum(one.failures.total() for one in work)
            tell(Progress(phase=record.plan.name, seconds=seconds, good=good, failed=failed))


def _quit(runner: Runner) -> None:
    """Locust waits for its users; what they do no longer counts."""
    quitting = gevent.spawn(runner.quit)
    quitting.join(timeout=QUIT_S)


ROLES: dict[str, Callable[[Job, "Queue[Order]", Callable[[News], None]], None]] = {"alone": _alone}
