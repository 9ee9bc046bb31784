"""The users of one process, with all that they need; what a programme makes them do."""

from collections.abc import Callable, Sequence

import msgspec
from locust import User

from conformance.load.desk import Desk
from conformance.load.engine.alarm import new_alarm
from conformance.load.engine.endpoint import endpoint
from conformance.load.generator.staging import HandIn, Staging
from conformance.load.names import Scenario
from conformance.load.plan import PhasePlan, Share
from conformance.load.recording.recorder import PhaseRecord
from conformance.load.recording.samples import Samples
from conformance.load.users.agent_session import AgentSession
from conformance.load.users.base import LoadUser
from conformance.load.users.discovery import Discovery
from conformance.load.users.dispatch import Dispatch
from conformance.load.users.handshake import Handshake
from conformance.load.users.raw import Raw
from conformance.load.users.session_churn import SessionChurn
from conformance.load.users.stream_holder import StreamHolder
from conformance.load.users.tool_caller import ToolCaller
from conformance.load.workload import Workload
from conformance.protocol.schemas import check_result

USERS: dict[Scenario, type[LoadUser]] = {
    "agent-session": AgentSession,
    "tool-caller": ToolCaller,
    "discovery": Discovery,
    "session-churn": SessionChurn,
    "stream-holder": StreamHolder,
    "dispatch": Dispatch,
    "handshake": Handshake,
    "raw": Raw,
}


class Crew:
    """One for each process that generates load."""

    def __init__(self, workload: Workload) -> None:
        self._workload = workload
        self._samples = Samples()
        alarm = new_alarm()
        desk = Desk(alarm, patience=workload.timeout)
        self.staging = Staging(desk, alarm, workload.timeout)
        attributes = {
            "abstract": False,
            "workload": workload,
            "endpoint": endpoint(workload.url, workload.trust),
            "desk": desk,
            "samples": self._samples,
        }
        self.user_class: type[User] = type("Load", (USERS[workload.scenario],), attributes)

    def play(
        self,
        plans: Sequence[PhasePlan],
        share: Share,
        users: Callable[[], int],
        hand_in: HandIn,
    ) -> None:
        """Run the phases; each is handed in when it is over, and once more when samples of it turned out wrong."""
        records: dict[int, PhaseRecord] = {}

        def keep(number: int, record: PhaseRecord) -> None:
            records[number] = record
            hand_in(number, record)

        self.staging.play(plans, share, users, keep)
        self._samples.judge(self._problem)
        for number, record in records.items():
            hand_in(number, record)

    def _problem(self, method: str, result: bytes) -> str | None:
        """What the schema of the revision says of a result."""
        found = check_result(self._workload.target.revision, method, msgspec.json.decode(result))
        return f"the result of {method} breaks its schema: {found[0].path} {found[0].message}" if found else None
