"""One arrival is one question about what the server has: each of its lists in turn."""

from itertools import cycle

from conformance.load.desk import Turn
from conformance.load.users.base import SessionUser


class Discovery(SessionUser):
    def on_start(self) -> None:
        super().on_start()
        self.lists = cycle(self.mine("list"))

    def turn(self, turn: Turn) -> bool:
        return self.ready(turn) and self.speaker.ask(next(self.lists), turn) is not None
