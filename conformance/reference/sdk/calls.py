"""Serves a request of the SDK as a `Call` of the fixtures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.subscriptions import (
    InMemorySubscriptionBus,
    PromptsListChanged,
    ResourcesListChanged,
    ResourceUpdated,
    ServerEvent,
    ToolsListChanged,
)
from mcp.shared.message import ServerMessageMetadata

from conformance.protocol.revisions import Era, era_of
from conformance.reference.fixtures.call import State
from conformance.reference.sdk.legacy_sessions import LegacySession, session_key

_ANSWER_SECONDS = 30
_LIST_CHANGES: dict[str, tuple[ServerEvent, types.ServerNotification]] = {
    "tools": (ToolsListChanged(), types.ToolListChangedNotification()),
    "prompts": (PromptsListChanged(), types.PromptListChangedNotification()),
    "resources": (ResourcesListChanged(), types.ResourceListChangedNotification()),
}
_REQUESTS: dict[str, tuple[type[Any], type[Any]]] = {
    "sampling/createMessage": (types.CreateMessageRequest, types.CreateMessageResult),
    "elicitation/create": (types.ElicitRequest, types.ElicitResult),
    "roots/list": (types.ListRootsRequest, types.ListRootsResult),
}


class Hub:
    """State and listeners of one endpoint."""

    def __init__(self) -> None:
        self.state = State()
        self.bus = InMemorySubscriptionBus()
        self.sessions: dict[str, LegacySession] = {}

    def session(self) -> LegacySession:
        """The legacy session that the current request belongs to."""
        return self.sessions.setdefault(session_key.get(), LegacySession())


@dataclass
class SdkCall:
    """A `Call` over the SDK's request context."""

    context: ServerRequestContext[Any, Any]
    hub: Hub

    @property
    def params(self) -> Mapping[str, Any]:
        return self.context.params or {}

    @property
    def revision(self) -> str:
        return self.context.protocol_version

    @property
    def state(self) -> State:
        return self.hub.state

    @property
    def era(self) -> Era:
        return era_of(self.revision)

    @property
    def arguments(self) -> dict[str, Any]:
        return self.params.get("arguments") or {}

    @property
    def client_capabilities(self) -> Mapping[str, Any]:
        declared = self.context.session.client_capabilities
        return {} if declared is None else declared.model_dump(by_alias=True, exclude_none=True)

    async def progress(self, progress: float, total: float | None = None, message: str | None = None) -> None:
        with_message = message if self.revision != "2024-11-05" else None
        await self.context.session.report_progress(progress, total, with_message)

    async def log(self, level: str, data: Any, logger: str | None = None) -> None:
        if self.era == "legacy" and not self.hub.session().wants(level):
            return
        await self.context.session.send_log_message(level, data, logger, self.context.request_id)  # type: ignore[arg-type]

    async def ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        request, result = _REQUESTS[method]
        answer = await self.context.session.send_request(
            request.model_validate({"method": method, "params": params}),
            result,
            _ANSWER_SECONDS,
            ServerMessageMetadata(related_request_id=self.context.request_id),
        )
        answered: dict[str, Any] = answer.model_dump(by_alias=True, mode="json", exclude_none=True)
        return answered

    async def close_stream(self) -> None:
        if self.context.close_sse_stream is not None:
            await self.context.close_sse_stream()

    async def announce(self, change: str, uri: str | None = None) -> None:
        event, notification = _LIST_CHANGES[change] if uri is None else _update(uri)
        await self.hub.bus.publish(event)
        for session in self.hub.sessions.values():
            if session.channel is not None and (uri is None or uri in session.subscriptions):
                await session.channel.send_notification(notification)


def _update(uri: str) -> tuple[ServerEvent, types.ServerNotification]:
    params = types.ResourceUpdatedNotificationParams(uri=uri)
    return ResourceUpdated(uri), types.ResourceUpdatedNotification(params=params)
