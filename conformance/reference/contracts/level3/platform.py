"""What surrounds the business API: health, the scrape, dashboards."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from conformance.reference.contracts.level3.behaviour import Level3Behaviour
from conformance.reference.contracts.level3.metrics import Counts

_OPENAPI = {
    "openapi": "3.0.3", "info": {"title": "reference", "version": "1"},
    "paths": {"/validation/validate": {}, "/promotion/promotions": {}, "/registry/artifacts": {}},
}  # fmt: skip


@dataclass
class Platform:
    behaviour: Level3Behaviour
    counts: Counts
    _asked: Counter[str] = field(default_factory=Counter)

    async def health(self, request: Request) -> Response:
        behaviour, name = self.behaviour, request.path_params["name"]
        self._asked[name] += 1
        if name == "live":
            await asyncio.sleep(behaviour.live_delay_real_s)
        statuses = {"live": behaviour.live_status, "ready": behaviour.ready_status}
        status = statuses[name](self._asked[name]) if name in statuses else behaviour.startup_status
        if name not in (*statuses, "startup"):
            status = 404
        return Response(behaviour.health_body, status, media_type="application/json")

    async def plain(self, request: Request) -> Response:
        return RedirectResponse(self.behaviour.redirect_to, self.behaviour.redirect_status)

    async def metrics(self, request: Request) -> Response:
        behaviour = self.behaviour
        await asyncio.sleep(behaviour.metrics_delay_real_s)
        text = behaviour.exposition(self.counts.exposition())
        headers = {"content-type": behaviour.metrics_type}
        return Response(text.encode(), behaviour.metrics_status, headers)

    async def dashboard(self, request: Request) -> Response:
        known = request.path_params["name"] in self.behaviour.dashboards
        return Response("<html></html>", 200 if known else 404, media_type="text/html")

    async def openapi(self, request: Request) -> Response:
        return JSONResponse(_OPENAPI if self.behaviour.openapi is None else self.behaviour.openapi)
