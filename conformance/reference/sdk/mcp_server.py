"""Builds the SDK's low-level server over the fixtures."""

import logging
import warnings
from collections.abc import Awaitable, Callable
from typing import Any

import mcp_types as types
from mcp.server.caching import CacheHint
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.lowlevel.server import NotificationOptions, Server
from mcp.server.models import InitializationOptions
from mcp.server.subscriptions import ListenHandler
from mcp.shared.exceptions import MCPDeprecationWarning, MCPError
from pydantic import ValidationError

from conformance import __version__
from conformance.reference.fixtures import asking, mrtr, prompts, registry, resources, tools
from conformance.reference.fixtures.call import RESOURCE_NOT_FOUND, Call, ProtocolError
from conformance.reference.sdk.calls import Hub, SdkCall

FIXTURE_MODULES = (tools, asking, mrtr)
"""The modules that fill the registry of tools when they are imported."""

Handler = Callable[[ServerRequestContext[Any, Any], Any], Awaitable[Any]]

_INTERNAL_ERROR = -32603
_CACHED = ("tools/list", "prompts/list", "resources/list", "resources/templates/list", "resources/read")
_INSTRUCTIONS = "A reference server for conformance tests. Tools whose names start with test_ are fixtures."

logger = logging.getLogger(__name__)


class ReferenceServer(Server[Any]):
    """Announces list changes, which the SDK leaves out of `initialize` unless it is told otherwise."""

    def create_initialization_options(
        self,
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: dict[str, dict[str, Any]] | None = None,
        extensions: dict[str, dict[str, Any]] | None = None,
    ) -> InitializationOptions:
        every_change = NotificationOptions(prompts_changed=True, resources_changed=True, tools_changed=True)
        return super().create_initialization_options(every_change, experimental_capabilities, extensions)


def build_server(hub: Hub) -> ReferenceServer:
    """A server that offers all fixtures, its state and listeners in `hub`."""
    hints = {method: CacheHint(ttl_ms=0, scope="private") for method in _CACHED}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MCPDeprecationWarning)
        server = ReferenceServer(
            "mcp-conformance-reference",
            version=__version__,
            title="Conformance reference server",
            instructions=_INSTRUCTIONS,
            cache_hints={**hints, "server/discover": CacheHint(ttl_ms=60_000, scope="public")},  # type: ignore[dict-item]
            get_tool_input_schema=registry.input_schema_of,
            on_list_tools=_serving(hub, registry.list_tools),
            on_call_tool=_serving(hub, registry.call_tool),
            on_list_resources=_serving(hub, resources.list_resources),
            on_list_resource_templates=_serving(hub, resources.list_templates),
            on_read_resource=_serving(hub, resources.read_resource),
            on_list_prompts=_serving(hub, prompts.list_prompts),
            on_get_prompt=_serving(hub, prompts.get_prompt),
            on_completion=_serving(hub, prompts.complete),
            on_subscriptions_listen=ListenHandler(hub.bus),
            on_subscribe_resource=_subscribe(hub),
            on_unsubscribe_resource=_unsubscribe(hub),
            on_set_logging_level=_set_level(hub),
        )
    server.add_notification_handler("notifications/initialized", types.NotificationParams, _remember_channel(hub))
    server.middleware.append(_internal_errors)
    return server


def _serving(hub: Hub, serve: Callable[[Call], Any]) -> Handler:
    async def handle(context: ServerRequestContext[Any, Any], params: Any) -> Any:
        try:
            call = SdkCall(context, hub)
            result = serve(call)
            result = await result if isinstance(result, Awaitable) else result
            return {"resultType": "complete", **result} if call.era == "modern" else result
        except ProtocolError as error:
            raise MCPError(error.code, error.message, error.data) from None

    return handle


def _subscribe(hub: Hub) -> Handler:
    async def handle(context: ServerRequestContext[Any, Any], params: Any) -> types.EmptyResult:
        call = SdkCall(context, hub)
        if not resources.exists(call, params.uri):
            raise MCPError(RESOURCE_NOT_FOUND, "Resource not found", {"uri": params.uri})
        hub.session().subscriptions.add(params.uri)
        return types.EmptyResult()

    return handle


def _unsubscribe(hub: Hub) -> Handler:
    async def handle(context: ServerRequestContext[Any, Any], params: Any) -> types.EmptyResult:
        hub.session().subscriptions.discard(params.uri)
        return types.EmptyResult()

    return handle


def _set_level(hub: Hub) -> Handler:
    async def handle(context: ServerRequestContext[Any, Any], params: Any) -> types.EmptyResult:
        hub.session().level = params.level
        return types.EmptyResult()

    return handle


def _remember_channel(hub: Hub) -> Handler:
    async def handle(context: ServerRequestContext[Any, Any], params: Any) -> None:
        hub.session().channel = context.session

    return handle


async def _internal_errors(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """The SDK answers an unexpected exception of a legacy request with code 0; JSON-RPC has -32603 for it."""
    try:
        return await call_next(ctx)
    except (MCPError, ValidationError):
        raise
    except Exception:
        logger.exception("%s failed", ctx.method)
        raise MCPError(_INTERNAL_ERROR, "Internal error") from None
