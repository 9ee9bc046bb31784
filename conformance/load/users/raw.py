"""One arrival is one prepared request, without a session: what the generator can do, and nothing else."""

from conformance.load.desk import Turn
from conformance.load.users.base import LoadUser


class Raw(LoadUser):
    def turn(self, turn: Turn) -> bool:
        return self.speaker.ask(self.workload.group("raw")[0], turn) is not None
