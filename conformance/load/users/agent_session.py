"""One arrival is a whole session of an agent: open, list, think, call, think, read, end.

The first request counts from the intended start; those after it from when they are sent, as an agent waits for each
answer. The session as a whole is the operation `session`, of the kind `journey`.
"""

from itertools import cycle
from time import perf_counter_ns as now_ns

from conformance.load.desk import Turn
from conformance.load.users.base import LoadUser, end_session, open_session


class AgentSession(LoadUser):
    def on_start(self) -> None:
        super().on_start()
        self.lists, self.calls, self.reads = (cycle(self.mine(group)) for group in ("list", "call", "read"))

    def turn(self, turn: Turn) -> bool:
        intended, begun = turn.began_ns, now_ns()
        try:
            ended_well = self._session(turn)
        finally:
            self.speaker.close()
        journey = turn.record.operation("session", "journey")
        ended = now_ns()
        service = (ended - begun) // 1000
        if ended_well:
            journey.succeeded((ended - intended) // 1000, service)
        else:
            journey.went_wrong("content", "a step of the session failed", service)
        return ended_well

    def _session(self, turn: Turn) -> bool:
        if not open_session(self.speaker, self.workload, turn, "work"):
            return False
        think_s = turn.record.plan.think_s
        heard = []
        for requests in (self.lists, self.calls, self.reads):
            prepared = next(requests, None)
            if prepared is not None:
                heard.append(self.speaker.ask(prepared, turn))
                self.think(think_s)
        end_session(self.speaker, self.workload, turn)
        return None not in heard
