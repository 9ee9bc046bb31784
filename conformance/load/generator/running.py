"""Locust's environment and runner, as the generator uses them."""

from collections.abc import Callable
from typing import NoReturn

import gevent
from locust.env import Environment
from locust.runners import Runner

from conformance.load.generator import locust_stats
from conformance.load.generator.crew import Crew
from conformance.load.generator.talk import Progress

QUIT_S = 5.0
PROGRESS_S = 0.5


def environment_of(crew: Crew, url: str) -> Environment:
    environment = Environment(user_classes=[crew.user_class], host=url)
    locust_stats.connect(environment)
    return environment


def quit_runner(runner: Runner) -> None:
    """Locust waits for its users; what they do no longer counts."""
    gevent.spawn(runner.quit).join(timeout=QUIT_S)


def tell_progress(crew: Crew, tell: Callable[[Progress], None]) -> NoReturn:
    """Where the phase that is on stands, as long as the process lasts."""
    while True:
        gevent.sleep(PROGRESS_S)
        if (found := crew.staging.progress()) is not None:
            record, seconds = found
            good, failed = record.work_done()
            tell(Progress(phase=record.plan.name, seconds=seconds, good=good, failed=failed))
