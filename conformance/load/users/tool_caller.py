"""One arrival is one `tools/call`, in a session that stays open; tools are called in turn."""

from itertools import cycle

from conformance.load.desk import Turn
from conformance.load.users.base import SessionUser


class ToolCaller(SessionUser):
    def on_start(self) -> None:
        super().on_start()
        self.calls = cycle(self.mine("call"))

    def turn(self, turn: Turn) -> bool:
        return self.ready(turn) and self.speaker.ask(next(self.calls), turn) is not None
