"""The gateway as an ASGI application: `POST /handshake`, `POST /heartbeat`, `GET /status`, and the services."""

import asyncio
import json
import time
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from conformance.contracts.times import compact, instant, iso
from conformance.reference.asgi import App
from conformance.reference.contracts.operator import service
from conformance.reference.contracts.operator.behaviour import STAGE_B, Json, OperatorBehaviour
from conformance.reference.contracts.operator.requests import handshake_problems, heartbeat_problems, is_stale
from conformance.reference.contracts.operator.sessions import Session, Sessions

_MOST_BYTES = 1 << 18


def create(behaviour: OperatorBehaviour = OperatorBehaviour()) -> App:
    gateway = _Gateway(behaviour)
    return Starlette(
        routes=[
            Route("/handshake", gateway.handshake, methods=[*behaviour.methods]),
            Route("/heartbeat", gateway.heartbeat, methods=["POST"]),
            Route("/status", gateway.status, methods=["GET"]),
            *service.routes(behaviour),
        ]
    )


class _Gateway:
    def __init__(self, behaviour: OperatorBehaviour) -> None:
        self._behaviour = behaviour
        self._sessions = Sessions(behaviour)
        self._swapped = False

    async def handshake(self, http: Request) -> Response:
        behaviour = self._behaviour
        await self._wait(behaviour.handshake_delay_s)
        request = await _json_of(http)
        if request is None:
            return _refusal(behaviour.unreadable_status, "the body has to be a JSON object")
        if problems := handshake_problems(request, behaviour):
            return _refusal(422, [f"{one.path} {one.message}" for one in problems])
        if why := self._unauthorised(request):
            return self._unauthorised_answer(why)
        if _member(request, "identity").get("connector_id") in behaviour.refused_connectors:
            return _refusal(403, "the connector is not known")
        if behaviour.stale == "reject" and is_stale(request, time.time()):
            return _refusal(403, "the credential is older than its rotation window")
        return JSONResponse(behaviour.acknowledge(self._acknowledgement(request), request), behaviour.handshake_status)

    async def heartbeat(self, http: Request) -> Response:
        behaviour, now = self._behaviour, time.time()
        await self._wait(behaviour.beat_delay_s)
        beat = await _json_of(http)
        if beat is None:
            return _refusal(400, "the body has to be a JSON object")
        if problems := heartbeat_problems(beat, behaviour, self._sessions, now):
            return _refusal(422, [f"{one.path} {one.message}" for one in problems])
        if not self._count(beat):
            return _refusal(429, "no more heartbeats of this session")
        return Response(behaviour.beat_body, behaviour.beat_status, media_type=_media_type(behaviour.beat_body))

    async def status(self, http: Request) -> Response:
        return JSONResponse(self._sessions.status())

    async def _wait(self, delay_s: float) -> None:
        await asyncio.sleep(delay_s * self._behaviour.scale)

    def _unauthorised(self, request: Json) -> str:
        """Why the credential is not good enough; empty if it is."""
        behaviour = self._behaviour
        credentials = _member(_member(request, "rotation"), "credentials")
        if not credentials:
            return "a credential is needed" if behaviour.refuse_without_credential else ""
        if behaviour.refuse_other_types and credentials.get("type") != "bearer":
            return "the credential has to be a bearer token"
        return "" if self._is_in_force(credentials.get("token")) else "the credential is not in force"

    def _is_in_force(self, token: object) -> bool:
        behaviour, (old, new) = self._behaviour, self._behaviour.swap
        if token == new:
            self._swapped = True
        if token == old and self._swapped and behaviour.swap_retires:
            return False
        return token in (*behaviour.tokens, old, new) or not behaviour.refuse_wrong_credential

    def _unauthorised_answer(self, why: str) -> Response:
        if self._behaviour.refusal_status == 200:
            return JSONResponse({"authenticated": False, "detail": why})
        return _refusal(self._behaviour.refusal_status, why)

    def _acknowledgement(self, request: Json) -> Json:
        now = time.time()
        session = self._sessions.open(str(_member(request, "identity").get("connector_id")), now)
        return {
            "authenticated": True,
            "session": {"id": session.id, "issued_at": iso(int(now)), "credential_expiry": iso(session.expires)},
            "accepted_contexts": self._contexts(request, now),
            "rotation": _rotation(session, _member(request, "rotation")),
            "echo": _echo(request),
        }

    def _contexts(self, request: Json, now: float) -> list[Json]:
        behaviour = self._behaviour
        asked = request.get("supported_contexts")
        names = [one.get("name") for one in asked if isinstance(one, dict)] if isinstance(asked, list) else []
        rejected = (STAGE_B,) if behaviour.stale == "reject-context" and is_stale(request, now) else ()
        granted = dict.fromkeys([*(name for name in names if name in behaviour.contexts), *behaviour.grant_unasked])
        return [{"name": name, "status": "rejected" if name in rejected else "accepted"} for name in granted]

    def _count(self, beat: Json) -> bool:
        expires = instant(beat.get("credential_expiry"))
        session = None if expires is None else self._sessions.of_expiry(expires)
        if session is None:
            return True
        session.heard = time.monotonic()
        session.beats += 1
        return self._behaviour.beats_allowed is None or session.beats <= self._behaviour.beats_allowed


def _rotation(session: Session, sent: Json) -> Json:
    rotated, window = instant(sent.get("last_rotated")), sent.get("rotation_window")
    stated = {"connector_id": session.connector, "last_rotated": sent.get("last_rotated"), "rotation_window": window}
    return stated if rotated is None else {**stated, "window_id": f"{compact(rotated)}-{window}"}


def _echo(request: Json) -> Json:
    """What was sent, but for the credential."""
    rotation = {name: value for name, value in _member(request, "rotation").items() if name != "credentials"}
    return {**{name: request.get(name) for name in ("identity", "supported_contexts")}, "rotation": rotation}


def _member(document: Json, name: str) -> Json:
    value = document.get(name)
    return value if isinstance(value, dict) else {}


async def _json_of(http: Request) -> Json | None:
    if "json" not in http.headers.get("content-type", ""):
        return None
    body = await http.body()
    try:
        value: Any = json.loads(body) if len(body) <= _MOST_BYTES else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _refusal(status: int, detail: Any) -> Response:
    return JSONResponse({"detail": detail}, status)


def _media_type(body: bytes) -> str | None:
    return "application/json" if body.startswith((b"{", b"[", b'"')) else "text/plain" if body else None
