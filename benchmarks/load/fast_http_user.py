"""Locust's own fast client, as its documentation uses it, without a pause. Run by `locust -f`; its last line tells
requests, failures, seconds and seconds of processor time."""

import json
from time import perf_counter, process_time
from typing import Any

from locust import FastHttpUser, events, task
from locust.env import Environment

from benchmarks.load.same_request import BODY, HEADERS

_began: list[float] = []
_environments: list[Environment] = []


class Fast(FastHttpUser):
    @task
    def post(self) -> None:
        self.client.post("/mcp", data=BODY, headers=HEADERS)


def _begin(**_: Any) -> None:
    _began[:] = perf_counter(), process_time(), float(_environments[0].stats.total.num_requests)


def _end(**_: Any) -> None:
    began, processor, before = _began
    total = _environments[0].stats.total
    told = {
        "requests": total.num_requests - before,
        "failures": total.num_failures,
        "seconds": perf_counter() - began,
        "processor": process_time() - processor,
    }
    print(json.dumps(told), flush=True)


def _remember(environment: Environment, **_: Any) -> None:
    _environments.append(environment)


events.init.add_listener(_remember)  # type: ignore[no-untyped-call]
events.spawning_complete.add_listener(_begin)  # type: ignore[no-untyped-call]
events.test_stop.add_listener(_end)  # type: ignore[no-untyped-call]
