"""Locust's environment and runner, as the generator uses them."""

import gevent
from locust.env import Environment
from locust.runners import Runner

from conformance.load.generator import locust_stats
from conformance.load.generator.crew import Crew

QUIT_S = 5.0


def environment_of(crew: Crew, url: str) -> Environment:
    environment = Environment(user_classes=[crew.user_class], host=url)
    locust_stats.connect(environment)
    return environment


def quit_runner(runner: Runner) -> None:
    """Locust waits for its users; what they do no longer counts."""
    gevent.spawn(runner.quit).join(timeout=QUIT_S)
