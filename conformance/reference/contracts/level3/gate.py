"""What stands before every call of the business API: credentials, rate limits, the audit log, errors in one form."""

import asyncio
import json
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from conformance.contracts.times import iso
from conformance.reference.contracts.level3.behaviour import Json, Level3Behaviour
from conformance.wire.exchange import NotJson, parse_json

Handler = Callable[[Request], Awaitable[Response]]

CODES = {
    400: "INVALID_REQUEST", 401: "UNAUTHORIZED", 403: "FORBIDDEN", 404: "NOT_FOUND", 409: "CONFLICT",
    422: "INVALID_REQUEST", 429: "RATE_LIMIT_EXCEEDED", 500: "INTERNAL_ERROR",
}  # fmt: skip


class Refused(Exception):
    """Ends a call with an error of the one form."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass
class _Window:
    ends: float = 0
    used: int = 0


@dataclass
class Gate:
    behaviour: Level3Behaviour
    _windows: dict[tuple[str, str], _Window] = field(default_factory=dict)
    _log: list[Json] = field(default_factory=list)
    _calls: int = 0

    def guard(self, handler: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            headers: Json = {}
            try:
                user = self._authenticated(request)
                headers = self._counted(request, user)
                await self._disturb()
                answer = await handler(request)
            except Refused as refused:
                answer = self._refusal(refused)
            answer.headers.update(headers)
            self._record(request, answer)
            return answer

        return guarded

    async def unknown(self, request: Request) -> Response:
        raise Refused(self.behaviour.unknown_status, "no such resource")

    @property
    def audit(self) -> Handler:
        async def read(request: Request) -> Response:
            limit = int(request.query_params.get("limit", "10"))
            return JSONResponse({"entries": [self.behaviour.audit(one) for one in self._log[-limit:]]})

        return self.guard(read)

    def _authenticated(self, request: Request) -> str:
        behaviour = self.behaviour
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if not token or scheme.lower() != "bearer":
            if behaviour.credentials:
                raise Refused(401, "a bearer token is needed")
            return "anybody"
        if token not in dict(behaviour.limits) and behaviour.refuse_wrong_credential:
            raise Refused(401, "the token is not valid")
        return token

    def _counted(self, request: Request, user: str) -> Json:
        behaviour = self.behaviour
        area = request.url.path.partition("/api/v1/")[2].partition("/")[0]
        window = self._windows.setdefault((user, area), _Window())
        limit, now = dict(behaviour.limits).get(user, 1000), time.time()
        if now >= window.ends:
            window.ends, window.used = now + behaviour.window_s * behaviour.scale, 0
        window.used += 1
        told = {
            "X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(max(0, limit - window.used)),
            "X-RateLimit-Reset": str(int(window.ends) + 1),
        }  # fmt: skip
        if window.used > limit:
            raise Limited(behaviour.limited_status, behaviour.rate_headers(told))
        return behaviour.rate_headers(told)

    async def _disturb(self) -> None:
        self._calls += 1
        if self.behaviour.slow_every and self._calls % self.behaviour.slow_every == 0:
            await asyncio.sleep(self.behaviour.slow_real_s)
        if self.behaviour.failing(self._calls):
            raise Refused(500, "the call failed")

    def _refusal(self, refused: Refused) -> Response:
        body = {
            "error": {
                "code": CODES.get(refused.status, "INTERNAL_ERROR"), "message": refused.message,
                "request_id": f"req-{uuid.uuid4()}",
            }
        }  # fmt: skip
        answer = _Json(self.behaviour.refusal(body), refused.status)
        if isinstance(refused, Limited):
            answer.headers.update(refused.headers)
        return answer

    def _record(self, request: Request, answer: Response) -> None:
        entry = {
            "timestamp": iso(time.time()), "user": "reference", "action": request.method.lower(),
            "resource": request.url.path, "result": answer.status_code,
        }  # fmt: skip
        self._log = [*self._log[-999:], entry]


class Limited(Refused):
    def __init__(self, status: int, headers: Json) -> None:
        super().__init__(status, "too many requests")
        self.headers = headers


class _Json(JSONResponse):
    """A text goes out as it is, for bodies that are no JSON."""

    def render(self, content: Any) -> bytes:
        return content.encode() if isinstance(content, str) else super().render(content)


async def body_of(request: Request, behaviour: Level3Behaviour, *required: str) -> Json:
    """The JSON object that was sent, with the members that are required."""
    try:
        body = parse_json(await request.body())
    except NotJson:
        raise Refused(behaviour.unreadable_status, "the body is not JSON") from None
    if not isinstance(body, dict):
        raise Refused(behaviour.unreadable_status, "the body has to be an object")
    if missing := [name for name in required if name not in body]:
        raise Refused(behaviour.unreadable_status, f"missing: {', '.join(missing)}")
    return body


def answer(body: Any, status: int = 200, headers: Json | None = None) -> Response:
    return Response(json.dumps(body), status, headers, "application/json")
