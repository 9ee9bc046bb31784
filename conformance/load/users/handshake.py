"""A connector of an operator's gateway: a handshake, then heartbeats; one arrival is one of these."""

from time import time
from typing import Any

import msgspec

from conformance.contracts.handshake.bodies import filled
from conformance.contracts.paths import at_path
from conformance.contracts.times import instant, iso
from conformance.load.desk import Turn
from conformance.load.users.base import LoadUser
from conformance.load.workload import Connector, Prepared

BEATS_PER_SESSION = 30


class Handshake(LoadUser):
    def on_start(self) -> None:
        super().on_start()
        self.expiry: str | None = None
        self.beats = 0

    def turn(self, turn: Turn) -> bool:
        if self.expiry is None or self.beats >= BEATS_PER_SESSION:
            return self._shake(turn)
        self.beats += 1
        return self._beat(turn, self.expiry)

    @property
    def connector(self) -> Connector:
        return self.workload.connector or Connector()

    def _shake(self, turn: Turn) -> bool:
        prepared = self.mine("handshake")[0]
        heard = self.speaker.ask(prepared, turn, body=self._now(prepared, {}))
        if heard is None:
            return False
        document: Any = msgspec.json.decode(heard.answer.body)
        self.beats = 0
        self.expiry = next((found for path in self.connector.expiry if (found := _instant(document, path))), "")
        return True

    def _beat(self, turn: Turn, expiry: str) -> bool:
        prepared = self.mine("heartbeat")[0]
        body = self._now(prepared, {"expiry": expiry, "cycle": self.beats})
        if self.speaker.ask(prepared, turn, body=body) is not None:
            return True
        self.expiry = None
        return False

    def _now(self, prepared: Prepared, values: dict[str, Any]) -> bytes:
        """The body of the request with its placeholders filled."""
        template = msgspec.json.decode(prepared.body)
        known = {**self.connector.variables, "now": iso(int(time())), **values}
        return msgspec.json.encode(filled(template, known))


def _instant(document: Any, path: str) -> str:
    found = instant(at_path(document, path))
    return iso(int(found)) if found is not None else ""
