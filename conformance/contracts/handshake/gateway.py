"""Plays a connector: opens sessions with the gateway of a profile, and sends their heartbeats."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.checks.outcomes import Blocked, not_testable
from conformance.contracts import personas
from conformance.contracts.caller import Caller
from conformance.contracts.handshake.answer import expiry_of, is_authenticated
from conformance.contracts.handshake.bodies import Body, filled, misread, overridden, with_credential
from conformance.contracts.handshake.settings import Handshake
from conformance.contracts.heartbeat.settings import Heartbeat
from conformance.contracts.profiles.model import Profile
from conformance.contracts.refusals import body_of
from conformance.contracts.times import instant, iso
from conformance.wire.exchange import Exchange

Change = Callable[[Body], Any]
"""Makes another body of one; whatever it returns is sent, as JSON unless it is bytes."""

ACKNOWLEDGED = "handshake-acknowledged"
ASKS_FOR_CREDENTIAL = (401, 403)
IN_TIME = 6
"""A slow answer is waited for this many times as long as it may take, so that it can be told how slow it is."""


def unchanged(body: Body) -> Any:
    return body


@dataclass(frozen=True, slots=True)
class Shaken:
    """A handshake: the body that was sent, and what came back."""

    sent: Body
    exchange: Exchange

    @property
    def document(self) -> Any:
        return body_of(self.exchange)

    @property
    def took_s(self) -> float:
        return self.exchange.ended_at or 0.0


@dataclass(frozen=True, slots=True)
class Gateway:
    """The gateway that a profile describes, seen by a connector."""

    caller: Caller

    @property
    def profile(self) -> Profile:
        return self.caller.profile

    @property
    def settings(self) -> Handshake:
        settings = self.profile.handshake
        if settings is None:
            not_testable(f"the profile {self.profile.name} has no section [handshake]")
        if settings.switched_on.strip() != "1":
            not_testable(f"the gateway is switched off ({settings.switched_on!r}); switch it on with 1")
        return settings

    @property
    def beating(self) -> Heartbeat:
        settings = self.profile.heartbeat
        return settings or not_testable(f"the profile {self.profile.name} has no section [heartbeat]")

    def body(self, connector: str = "", persona: str = personas.VALID) -> Body:
        """What a connector sends, with the credential of the persona."""
        settings = self.settings
        name = connector or settings.connector or next(iter(settings.connectors), "")
        if name not in settings.connectors:
            not_testable(f"no body of the connector {name}; give it under [handshake.connectors]")
        own = filled(settings.connectors[name], self._values())
        body = overridden(own, settings.overrides)
        if wrong := misread(own, body):
            not_testable(f"the override of {' and '.join(wrong)} is no JSON array; correct the variable it is from")
        token = personas.token_of(persona, self.profile, self.caller.token)
        return with_credential(body, self.profile.credential.body, token)

    def shake(self, change: Change = unchanged, *, connector: str = "", persona: str = personas.VALID) -> Shaken:
        body = self.body(connector, persona)
        return Shaken(body, self._post(self.settings.route, change(body), persona, self.settings.max_answer_s))

    def acknowledged(self, change: Change = unchanged, **options: Any) -> Shaken:
        """A handshake that the gateway answered with an object; without one no other rule can be judged."""
        shaken = self.shake(change, **options)
        self.need_credential(shaken)
        if not is_acknowledged(shaken):
            raise Blocked("the handshake is not acknowledged", by=ACKNOWLEDGED)
        return shaken

    def need_credential(self, shaken: Shaken) -> None:
        """A run without a credential says nothing about a gateway that asks for one."""
        without = personas.token_of(personas.VALID, self.profile, self.caller.token) is None
        if without and shaken.exchange.status in ASKS_FOR_CREDENTIAL:
            not_testable("the gateway asks for a credential; give one, as in MCP_CONNECTOR_TOKEN or with --token-env")

    def expiry(self) -> str:
        """Opens a session; the expiry of its credential, in the form in which heartbeats carry it."""
        document = self.acknowledged().document
        expires = instant(expiry_of(document, self.settings))
        if not is_authenticated(document, self.settings):
            raise Blocked("the handshake is not authenticated", by="handshake-authenticated")
        if not self.settings.expiry:
            return ""
        if expires is None:
            raise Blocked("the session has no expiry", by="handshake-credential-expiry")
        if expires <= time.time() - self.settings.clock_skew_s:
            raise Blocked("the credential of the session has expired", by="handshake-expiry-ahead")
        return iso(int(expires))

    def beat(self, expiry: str, change: Change = unchanged, *, cycle: int = 0) -> Exchange:
        """One heartbeat of the session whose credential expires then."""
        values = {**self._values(), "expiry": expiry, "cycle": cycle}
        body = change(filled(self.beating.body, values))
        return self._post(self.beating.route, body, personas.VALID, self.beating.max_answer_s)

    def _values(self) -> dict[str, Any]:
        return {**self.profile.variables, "now": iso(int(time.time()))}

    def _post(self, route: str, body: Any, persona: str, max_answer_s: float) -> Exchange:
        """Bytes as they are: the credential is in its place already, or is meant to be missing."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        credential = self.profile.credential
        headers: dict[str, str | None] = {"content-type": "application/json"}
        if credential.body:
            headers[credential.header.lower()] = None
        timeout = max(self.caller.channel.timeout, IN_TIME * self.profile.seconds(max_answer_s))
        return self.caller.send(route, body=data, headers=headers, persona=persona, timeout=timeout)


def is_acknowledged(shaken: Shaken) -> bool:
    """A 2xx with a JSON object."""
    return is_success(shaken.exchange) and isinstance(shaken.document, dict)


def is_success(exchange: Exchange) -> bool:
    return (exchange.status or 0) // 100 == 2


def is_refused(shaken: Shaken, settings: Handshake, statuses: Sequence[int] | None = None) -> bool:
    """A 4xx (one of `statuses`, if given), or an answer that says that nobody is authenticated."""
    status = shaken.exchange.status or 0
    if is_success(shaken.exchange):
        return (
            bool(settings.authenticated)
            and isinstance(shaken.document, dict)
            and not is_authenticated(shaken.document, settings)
        )
    return status in statuses if statuses is not None else status // 100 == 4
