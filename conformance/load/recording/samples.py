"""Some of the results that came, kept to be held against the schema of the revision when nothing has to be fast."""

from collections.abc import Callable
from time import monotonic
from typing import NamedTuple

from msgspec import Raw

from conformance.load.recording.recorder import OperationRecord

EVERY_S = 0.25
MOST = 40
"""Of each operation of a phase: enough for what is always wrong, and for much of what is often wrong."""
LARGEST = 256 * 1024


class Sample(NamedTuple):
    operation: OperationRecord
    method: str
    result: bytes


class Samples:
    """Takes one result of an operation every quarter of a second."""

    def __init__(self) -> None:
        self._kept: list[Sample] = []

    def offer(self, operation: OperationRecord, method: str, result: Raw) -> None:
        now = monotonic()
        if not method or now < operation.next_sample or operation.sampled >= MOST:
            return
        operation.next_sample = now + EVERY_S
        data = bytes(result)
        if len(data) <= LARGEST:
            operation.sampled += 1
            self._kept.append(Sample(operation, method, data))

    def judge(self, problem_of: Callable[[str, bytes], str | None]) -> None:
        """What does not fit its schema becomes a failure."""
        for sample in self._kept:
            if problem := problem_of(sample.method, sample.result):
                sample.operation.turned_out_wrong("content", problem)
        self._kept.clear()
