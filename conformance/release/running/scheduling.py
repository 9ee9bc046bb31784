"""Which step comes next: each after those that it needs, side by side as far as locks and the number of jobs allow."""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Final, TypeVar

Result = TypeVar("Result")

_LOOK_S: Final = 0.2


def run_all(
    order: Sequence[str],
    needs: Mapping[str, Sequence[str]],
    locks: Mapping[str, frozenset[str]],
    run: Callable[[str], Result],
    done: Callable[[str, Result], None],
    *,
    jobs: int = 1,
    at_desk: frozenset[str] = frozenset(),
    stop: threading.Event,
    look: Callable[[Sequence[str]], None] = lambda running: None,
) -> None:
    """Run every step once those that it needs are done, whatever came of them: `run` looks at that itself.

    Steps `at_desk` are run in this thread, one at a time, when nothing else runs: they may ask somebody. `done` is
    called in this thread, in the order in which steps end; `look` now and then, with those that are running. When
    `stop` is set no step is begun any more, and those that run are waited for: they look at it themselves.
    """
    left = list(order)
    ended: set[str] = set()
    running: dict[Future[Result], str] = {}
    with ThreadPoolExecutor(max_workers=max(1, jobs), thread_name_prefix="step") as pool:
        while (left or running) and not (stop.is_set() and not running):
            while (name := _next(left, needs, ended, locks, running.values(), jobs, at_desk, stop)) is not None:
                left.remove(name)
                running[pool.submit(run, name)] = name
            desk = _at_desk(left, needs, ended, at_desk, stop)
            if desk is not None and not running:
                left.remove(desk)
                done(desk, run(desk))
                ended.add(desk)
                continue
            look(list(running.values()))
            for future in wait(running, _LOOK_S, FIRST_COMPLETED).done:
                name = running.pop(future)
                done(name, future.result())
                ended.add(name)


def _next(
    left: Sequence[str], needs: Mapping[str, Sequence[str]], ended: set[str], locks: Mapping[str, frozenset[str]],
    running: Collection[str], jobs: int, at_desk: frozenset[str], stop: threading.Event,
) -> str | None:  # fmt: skip
    if stop.is_set() or len(running) >= jobs:
        return None
    taken = frozenset[str]().union(*(locks[one] for one in running))
    ready = (one for one in left if one not in at_desk and ended.issuperset(needs[one]) and not locks[one] & taken)
    return next(ready, None)


def _at_desk(
    left: Sequence[str], needs: Mapping[str, Sequence[str]], ended: set[str], at_desk: frozenset[str],
    stop: threading.Event,
) -> str | None:  # fmt: skip
    if stop.is_set():
        return None
    return next((one for one in left if one in at_desk and ended.issuperset(needs[one])), None)
