"""One MCP endpoint on the SDK, with its own server, sessions and state, so that none disturbs another."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from conformance.reference.asgi import App, Receive, Scope, Send
from conformance.reference.exchange import SESSIONS, Sessions
from conformance.reference.sdk.calls import Hub
from conformance.reference.sdk.event_store import SessionEventStore
from conformance.reference.sdk.mcp_server import build_server
from conformance.reference.sdk.repairs import Repairs
from conformance.reference.transformations import Wrap

_RETRY_MILLISECONDS = 100


@asynccontextmanager
async def running_endpoint(wrap: Wrap | None = None) -> AsyncIterator[App]:
    """An endpoint, transformed by `wrap`, that serves until the context ends."""
    hub = Hub()
    store = SessionEventStore()
    manager = StreamableHTTPSessionManager(build_server(hub), event_store=store, retry_interval=_RETRY_MILLISECONDS)
    healthy = Repairs(manager.asgi_app, hub, store)
    app = healthy if wrap is None else wrap(healthy)
    sessions = Sessions()

    async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
        scope[SESSIONS] = sessions
        await app(scope, receive, send)

    async with manager.run():
        yield endpoint
