"""What all users have in common: they take turns from the desk, and speak through a `Speaker`."""

import random
from itertools import count, cycle
from typing import ClassVar

import gevent
from locust import User, task

from conformance.load.desk import Desk, Turn
from conformance.load.engine.endpoint import Endpoint
from conformance.load.plan import PhasePlan
from conformance.load.recording.recorder import PhaseRecord
from conformance.load.recording.samples import Samples
from conformance.load.results.model import Kind
from conformance.load.users.speaker import Speaker
from conformance.load.workload import Prepared, Workload
from conformance.protocol.messages import SESSION_HEADER, VERSION_HEADER

PAUSE_S = 0.1
"""In a closed loop, a user that gets no answer waits that long: a dead target is not hammered."""

_AFTER = PhasePlan(name="after", role="recovery", seconds=0.0)
_numbers = count()


class LoadUser(User):
    """Set `workload`, `endpoint` and `desk` on the class before users are spawned."""

    abstract = True
    workload: ClassVar[Workload]
    endpoint: ClassVar[Endpoint]
    desk: ClassVar[Desk]
    samples: ClassVar[Samples]

    def on_start(self) -> None:
        self.number = next(_numbers)
        identities = self.workload.identities
        self.speaker = self.new_speaker(identities[self.number % len(identities)])

    def on_stop(self) -> None:
        self.speaker.close()

    @task
    def work(self) -> None:
        """Turns until Locust ends the user; its own loop over tasks would cost more than the work."""
        while True:
            turn = self.desk.take()
            try:
                went_well = self.turn(turn)
            finally:
                self.desk.give_back(turn)
            plan = turn.record.plan
            if plan.rate is None:
                self.think(plan.think_s)
                if not went_well:
                    gevent.sleep(PAUSE_S)

    def mine(self, group: str) -> tuple[Prepared, ...]:
        """The requests of a group; users begin at different ones."""
        requests = self.workload.group(group)
        begin = self.number % len(requests) if requests else 0
        return requests[begin:] + requests[:begin]

    def turn(self, turn: Turn) -> bool:
        """What the user does when it is its turn; whether there was an answer."""
        raise NotImplementedError

    def new_speaker(self, headers: dict[str, str]) -> Speaker:
        return Speaker(self.workload, self.endpoint, headers, self.samples)

    def think(self, seconds: float) -> None:
        """A pause of half to one and a half of that time."""
        if seconds:
            gevent.sleep(seconds * random.uniform(0.5, 1.5))


class SessionUser(LoadUser):
    """Opens a session with its first turn, and again when that was lost; the modern era has none."""

    abstract = True

    def on_start(self) -> None:
        super().on_start()
        self.has_session = not self.workload.legacy

    def on_stop(self) -> None:
        """The target need not keep a session that nobody will use again; its end is no part of any phase."""
        if self.speaker.has_session:
            end_session(self.speaker, self.workload, Turn(PhaseRecord(_AFTER, 0, 0), 0, 0))
        super().on_stop()

    def ready(self, turn: Turn) -> bool:
        """Whether there is a session to work in; what opens it is not counted as work."""
        if not self.has_session or self.speaker.lost_session:
            self.has_session = open_session(self.speaker, self.workload, turn, "setup")
        return self.has_session


class InTurn(SessionUser):
    """One arrival is one request of the `group`, each in turn, in a session that stays open."""

    abstract = True
    group: ClassVar[str]

    def on_start(self) -> None:
        super().on_start()
        self.requests = cycle(self.mine(self.group))

    def turn(self, turn: Turn) -> bool:
        return self.ready(turn) and self.speaker.ask(next(self.requests), turn) is not None


def open_session(speaker: Speaker, workload: Workload, turn: Turn, kind: Kind) -> bool:
    """The handshake of the legacy era, or `server/discover`."""
    if not workload.legacy:
        return speaker.ask(workload.group("discover")[0], turn, kind=kind) is not None
    speaker.carry({})
    heard = speaker.ask(workload.group("initialize")[0], turn, kind=kind)
    if heard is None:
        return False
    revision, session = workload.target.revision, heard.answer.header(SESSION_HEADER.encode())
    version = {VERSION_HEADER: revision} if revision >= "2025-06-18" else {}
    speaker.carry({**version, **({SESSION_HEADER: session} if session else {})})
    return speaker.ask(workload.group("initialized")[0], turn, kind=kind) is not None


def end_session(speaker: Speaker, workload: Workload, turn: Turn, kind: Kind = "work") -> None:
    """Only a server that gave a session id has a session to end."""
    if speaker.has_session:
        speaker.ask(workload.group("end")[0], turn, kind=kind)
    speaker.carry({})
