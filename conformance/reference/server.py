"""The server process: the healthy endpoint at `/mcp`, each fault and each oddity at a path of its own."""

import asyncio
import importlib.util
from collections.abc import Awaitable, Callable
from typing import Any

from conformance.reference.asgi import App, Receive, Scope, Send
from conformance.reference.catalogue import faults, oddities
from conformance.reference.contracts.mounts import Mounts
from conformance.reference.exchange import Response
from conformance.reference.transformations import TRANSPORT, Wrap

HEALTHY = "/mcp"
FAULT = "/faults/{id}/mcp"
ODDITY = "/oddities/{id}/mcp"

_PACKAGES = ("mcp", "mcp_types", "uvicorn")
"""What only the extra installs; `mcp_types` tells version 2 of the SDK from version 1."""


class MissingExtra(ImportError):
    """The optional packages of the reference server are not installed."""


def create_app() -> App:
    """The ASGI application; MissingExtra without the packages of the extra `reference`."""
    _require_extra()
    return _Process(_endpoints())


def serve(host: str = "127.0.0.1", port: int = 8931, *, started: Callable[[int], None] = lambda port: None) -> None:
    """Serves until interrupted; `started` is told the port, which matters for port 0."""
    app = create_app()
    import uvicorn

    class Announcing(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            started(self.servers[0].sockets[0].getsockname()[1])

    config = uvicorn.Config(app, host, port, log_level="error", access_log=False, timeout_graceful_shutdown=1)
    Announcing(config).run()


def _require_extra() -> None:
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingExtra(f"the reference server needs {', '.join(missing)}: pip install 'mcp-conformance[reference]'")


def _endpoints() -> dict[str, Wrap | None]:
    """What is mounted where: the path of each endpoint, and what transforms it."""
    mounted: dict[str, Wrap | None] = {HEALTHY: None}
    mounted |= {FAULT.format(id=known.id): known.wrap for known in faults().values()}
    mounted |= {ODDITY.format(id=known.id): known.wrap for known in oddities().values()}
    return mounted


class _Process:
    """Starts each endpoint when it is first asked for, and stops them all at the end."""

    def __init__(self, endpoints: dict[str, Wrap | None]) -> None:
        self._endpoints = endpoints
        self._running: dict[str, asyncio.Future[App]] = {}
        self._hosts: list[asyncio.Task[None]] = []
        self._stop = asyncio.Event()
        self._contracts = Mounts()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http" and scope["path"] in self._endpoints:
            scope[TRANSPORT] = getattr(getattr(send, "__self__", None), "transport", None)
            app = await self._endpoint(scope["path"])
            await app({**scope, "path": HEALTHY, "raw_path": HEALTHY.encode()}, receive, send)
        elif scope["type"] == "http" and (mounted := self._contracts.at(scope["path"])):
            app, path = mounted
            await app({**scope, "path": path, "raw_path": path.encode()}, receive, send)
        elif scope["type"] == "http":
            await Response.of_json({"detail": "no such endpoint"}, 404).send_to(send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        answers: dict[str, Callable[[], Awaitable[Any]]] = {
            "startup": lambda: self._endpoint(HEALTHY),
            "shutdown": self._shut_down,
        }
        for phase, act in answers.items():
            await receive()
            await act()
            await send({"type": f"lifespan.{phase}.complete"})

    async def _endpoint(self, path: str) -> App:
        if path not in self._running:
            ready = self._running[path] = asyncio.get_running_loop().create_future()
            self._hosts.append(asyncio.create_task(self._host(self._endpoints[path], ready)))
        return await asyncio.shield(self._running[path])

    async def _host(self, wrap: Wrap | None, ready: "asyncio.Future[App]") -> None:
        from conformance.reference.sdk.endpoint import running_endpoint

        try:
            async with running_endpoint(wrap) as app:
                ready.set_result(app)
                await self._stop.wait()
        except Exception as error:
            if ready.done():
                raise
            ready.set_exception(error)

    async def _shut_down(self) -> None:
        self._stop.set()
        await asyncio.gather(*self._hosts, return_exceptions=True)
