"""One arrival is a dispatched request under an idempotency key of its own; one in ten sends the key before it again."""

from itertools import count

from conformance.load.desk import Turn
from conformance.load.users.base import LoadUser
from conformance.load.users.speaker import fresh_key

REPLAY_EVERY = 10


class Dispatch(LoadUser):
    def on_start(self) -> None:
        super().on_start()
        self.dispatch, self.replay = (self.mine(group)[0] for group in ("dispatch", "replay"))
        self.turns = count(1)
        self.key = fresh_key()

    def turn(self, turn: Turn) -> bool:
        if next(self.turns) % REPLAY_EVERY == 0:
            return self.speaker.ask(self.replay, turn, key=self.key) is not None
        self.key = fresh_key()
        return self.speaker.ask(self.dispatch, turn, key=self.key) is not None
