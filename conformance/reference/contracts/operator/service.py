"""The services behind the gateway: health of the connectors, commands, uploads, and the rotation on demand."""

import json
import time
import uuid
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from conformance.contracts.times import compact
from conformance.reference.contracts.operator.behaviour import Json, OperatorBehaviour

OPERATOR = "conformance"
_MEMBERS = ("operator", "agent", "command")


def routes(behaviour: OperatorBehaviour) -> list[Route]:
    service = _Service(behaviour)
    return [
        Route("/connectors/{name}/health", service.health, methods=["GET"]),
        Route("/operator/command", service.command, methods=["POST"]),
        Route("/operator/upload", service.upload, methods=["POST"]),
        Route("/alpha/stage-b3-connector-rotation", service.rotation, methods=["POST"]),
    ]


class _Service:
    def __init__(self, behaviour: OperatorBehaviour) -> None:
        self._behaviour = behaviour

    async def health(self, http: Request) -> Response:
        token = http.headers.get("x-api-key")
        if token not in self._behaviour.tokens:
            return JSONResponse({"detail": "a credential is needed"}, self._behaviour.health_refusal)
        return JSONResponse({"status": "ok"}, self._behaviour.health_status)

    async def command(self, http: Request) -> Response:
        try:
            body = json.loads(await http.body())
        except ValueError:
            body = None
        missing = [name for name in _MEMBERS if not isinstance(body, dict) or name not in body]
        if missing and self._behaviour.commands_checked:
            return JSONResponse({"detail": f"{missing[0]} is missing"}, 400)
        if isinstance(body, dict) and body.get("operator") != OPERATOR and self._behaviour.permissions_checked:
            return JSONResponse({"detail": "not permitted"}, 403)
        return JSONResponse({"command_id": self._behaviour.command_id or str(uuid.uuid4()), "result": {"ok": True}})

    async def upload(self, http: Request) -> Response:
        body = await http.body()
        metadata = body.partition(b'name="metadata"')[2].partition(b"\r\n\r\n")[2].partition(b"\r\n--")[0]
        try:
            json.loads(metadata)
        except ValueError:
            if self._behaviour.metadata_checked:
                return JSONResponse({"detail": "the metadata is no JSON"}, 400)
        return JSONResponse({"command_id": str(uuid.uuid4()), "stored": [], "metadata": {}})

    async def rotation(self, http: Request) -> Response:
        summary = _summary()
        return JSONResponse({name: summary[name] for name in summary if name not in self._behaviour.summary_lacks})


def _summary() -> Json:
    now = time.time()
    stamp = datetime.fromtimestamp(now, UTC).isoformat()
    return {
        "status": "success",
        "stage": "stage_b3_connector_rotation",
        "run_id": f"{compact(now)}-stage_b3_connector_rotation",
        "command": [],
        "returncode": 0,
        "started_at": stamp,
        "completed_at": stamp,
        "duration_seconds": 0,
        "metrics": {"doctrine_ok": True, "doctrine_failures": []},
    }
