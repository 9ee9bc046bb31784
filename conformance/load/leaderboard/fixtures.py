"""Reads the fixture episodes of the simulation: an array of episodes, each with recorded metrics by strategy."""

import re
from collections.abc import Sequence
from typing import Any, Final

from msgspec import Struct, ValidationError, convert

from conformance.contracts.release_evidence.settings import Benchmark
from conformance.wire.exchange import NotJson, parse_json

_NAME: Final = re.compile(r"[\w.:-]+( [\w.:-]+)*")
_MOST: Final = 10**12


class Episode(Struct, frozen=True):
    """`metrics` are by strategy."""

    id: str
    scenario: str
    metrics: dict[str, dict[str, int]]


class BadFixtures(Exception):
    """The message says in one line what is wrong."""


def read_episodes(data: bytes, settings: Benchmark) -> list[Episode]:
    """At least one episode, and each has all metrics for the same strategies. Raises `BadFixtures`."""
    try:
        episodes = convert(parse_json(data), list[Episode])
    except NotJson as error:
        raise BadFixtures(f"is not JSON: {error}") from None
    except ValidationError as error:
        raise BadFixtures(f"is no array of episodes: {error}") from None
    problems = [*_odd_set(episodes), *(problem for one in episodes for problem in _odd(one, episodes[0], settings))]
    if problems:
        raise BadFixtures(problems[0])
    return episodes


def _odd_set(episodes: Sequence[Episode]) -> list[str]:
    if not episodes:
        return ["has no episodes"]
    ids = [one.id for one in episodes]
    twice = [id for number, id in enumerate(ids) if id in ids[:number]]
    return [f"has two episodes {twice[0]!r}"] if twice else []


def _odd(episode: Episode, first: Episode, settings: Benchmark) -> list[str]:
    """What keeps an episode from being scored, or its name from standing in a table."""
    wanted = {settings.candidate, settings.baseline}
    problems = [] if episode.id and episode.scenario else ["an episode has no id or no scenario"]
    if missing := sorted(wanted - episode.metrics.keys()):
        problems.append(f"episode {episode.id!r} has no strategy {missing[0]!r}")
    if episode.metrics.keys() != first.metrics.keys():
        problems.append(f"episode {episode.id!r} has other strategies than {first.id!r}")
    problems += [f"a strategy cannot be called {name!r}" for name in episode.metrics if not _fits(name)]
    return problems + [
        f"{name} of {strategy!r} in episode {episode.id!r} {what}"
        for strategy, metrics in episode.metrics.items()
        for name in settings.weights
        if (what := _odd_value(metrics.get(name), most=1 if name == settings.success_metric else _MOST))
    ]


def _fits(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and len(name) <= 80


def _odd_value(value: Any, most: int) -> str:
    if value is None:
        return "is missing"
    return "" if 0 <= value <= most else f"is {value}, not from 0 to {most}"
