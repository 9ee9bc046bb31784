"""What the command and its generator say to each other: one JSON object a line, through pipes."""

from typing import Literal

from msgspec import Struct

from conformance.load.plan import PhasePlan, Share
from conformance.load.results.model import Phase
from conformance.load.workload import Workload

Role = Literal["alone", "master", "worker"]


class Job(Struct, frozen=True, kw_only=True, tag=True):
    """The first line. Alone, a process generates load itself; a master waits for `workers` and leads them; a worker is
    led by the master at `host` and `port`."""

    role: Role = "alone"
    workload: Workload
    users: int
    host: str = "127.0.0.1"
    port: int = 0
    workers: int = 0
    patience_s: float = 60.0
    """How long workers are waited for."""


class Programme(Struct, frozen=True, kw_only=True, tag=True):
    """Phases to run, one right after the other."""

    number: int
    phases: tuple[PhasePlan, ...]


class Stop(Struct, frozen=True, tag=True):
    """End what is on, and hand it in."""


class Ready(Struct, frozen=True, kw_only=True, tag=True):
    """All users are there."""

    users: int
    workers: int
    engine: str


class Listening(Struct, frozen=True, kw_only=True, tag=True):
    """The port at which a master waits for its workers."""

    port: int


class Done(Struct, frozen=True, kw_only=True, tag=True):
    """A phase of a programme is over; a later one of the same number takes its place."""

    programme: int
    number: int
    began_ns: int
    ended_ns: int
    """Of the monotonic clock of the machine."""
    phase: Phase


class Finished(Struct, frozen=True, kw_only=True, tag=True):
    """A programme is over. `lost` are workers that did not hand in everything."""

    programme: int
    lost: int = 0


class Progress(Struct, frozen=True, kw_only=True, tag=True):
    """Where a phase is; told twice a second."""

    phase: str
    seconds: float
    good: int
    failed: int


class Failed(Struct, frozen=True, kw_only=True, tag=True):
    """Nothing can be generated; `text` is for the user."""

    text: str


Order = Programme | Stop
News = Ready | Listening | Done | Finished | Progress | Failed


class Shared(Struct, frozen=True, kw_only=True):
    """What a master tells a worker: a programme, and which part of it is his."""

    programme: Programme
    share: Share


class Part(Struct, frozen=True, kw_only=True):
    """What a worker tells of a phase, which began `after_ns` after he was told of its programme."""

    programme: int
    number: int
    after_ns: int
    phase: Phase
