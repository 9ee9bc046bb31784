"""Tells Locust's own statistics what was recorded, in batches, so that its web page and its tables show the run.

Locust counts whole milliseconds, rounded to two digits; the result file has our own histograms.
"""

import time
from collections import Counter

from locust.env import Environment
from locust.stats import RequestStats, StatsEntry, bucket_response_time

from conformance.load.recording.recorder import OperationRecord, PhaseRecord

MCP = "MCP"

_known: list[RequestStats] = []


def connect(environment: Environment) -> None:
    """From here on `tell` tells this environment."""
    _known[:] = [environment.stats]


def tell(record: PhaseRecord) -> None:
    for stats in _known:
        for operation in record.operations():
            if operation.unseen:
                _tell(stats, operation)
                operation.unseen.clear()


def _tell(stats: RequestStats, operation: OperationRecord) -> None:
    times = Counter(microseconds // 1000 for microseconds, _ in operation.unseen)
    failures = Counter(kind for _, kind in operation.unseen if kind is not None)
    entries = [stats.get(operation.name, MCP)]
    if operation.kind == "work":
        entries.append(stats.total)
    for entry in entries:
        _add(entry, times)
    for kind, count in failures.items():
        for _ in range(count):
            stats.log_error(MCP, operation.name, kind)


def _add(entry: StatsEntry, times: Counter[int]) -> None:
    now, count = time.time(), sum(times.values())
    second = int(now)
    if entry.use_response_times_cache and entry.last_request_timestamp and second > int(entry.last_request_timestamp):
        entry._cache_response_times(second - 1)
    entry.num_requests += count
    entry.num_reqs_per_sec[second] += count
    entry.last_request_timestamp = now
    entry.total_response_time += sum(took * often for took, often in times.items())
    shortest, longest = min(times), max(times)
    entry.min_response_time = min(entry.min_response_time or shortest, shortest)
    entry.max_response_time = max(entry.max_response_time, longest)
    for took, often in times.items():
        entry.response_times[bucket_response_time(took)] += often
