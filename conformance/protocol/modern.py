"""The modern era: every request carries its own metadata (2026-07-28 basic/index#_meta, streamable-http)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.protocol.messages import (
    CLIENT_INFO,
    META_CAPABILITIES,
    META_CLIENT_INFO,
    META_VERSION,
    JsonObject,
    header_value,
)
from conformance.protocol.peer import Peer
from conformance.wire.channel import Channel
from conformance.wire.http import OnMessage

NAMED_BY = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}


@dataclass(frozen=True, slots=True)
class ModernDialect:
    """Stateless: version, identity and capabilities go with every request."""

    revision: str
    capabilities: Mapping[str, Any] = field(default_factory=dict)

    def meta(self) -> JsonObject:
        return {
            META_VERSION: self.revision,
            META_CLIENT_INFO: CLIENT_INFO,
            META_CAPABILITIES: dict(self.capabilities),
        }

    def dress(self, message: JsonObject) -> JsonObject:
        params = dict(message.get("params") or {})
        own = params.get("_meta")
        params["_meta"] = {**self.meta(), **(own if isinstance(own, dict) else {})}
        return {**message, "params": params}

    def headers(self, message: Any) -> dict[str, Any]:
        headers: dict[str, Any] = {"mcp-protocol-version": self.revision}
        method = message.get("method") if isinstance(message, dict) else None
        if isinstance(method, str):
            headers["mcp-method"] = method
            name = _name(method, message.get("params"))
            if name is not None:
                headers["mcp-name"] = header_value(name)
        return headers

    def on_message(self, channel: Channel) -> OnMessage | None:
        return None

    def close(self, channel: Channel) -> None:
        return None


def _name(method: str, params: Any) -> str | None:
    key = NAMED_BY.get(method)
    value = params.get(key) if key and isinstance(params, dict) else None
    return value if isinstance(value, str) else None


def modern_peer(channel: Channel, revision: str, capabilities: Mapping[str, Any] | None = None) -> Peer:
    return Peer(channel, ModernDialect(revision, capabilities or {}))


def header_parameters(schema: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], JsonObject]]:
    """The properties marked `x-mcp-header` that are reachable through `properties` alone, each with its path."""
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(properties, dict):
        return
    for name, sub in properties.items():
        if isinstance(sub, dict):
            if isinstance(sub.get("x-mcp-header"), str):
                yield (*path, name), sub
            yield from header_parameters(sub, (*path, name))


def param_headers(tool: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, str]:
    """The `Mcp-Param-*` headers of a call (streamable-http#custom-headers-from-tool-parameters)."""
    headers: dict[str, str] = {}
    for path, schema in header_parameters(tool.get("inputSchema")):
        value: Any = arguments
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        if value is not None:
            headers[f"Mcp-Param-{schema['x-mcp-header']}"] = header_value(_as_text(value))
    return headers


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
