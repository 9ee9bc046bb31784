"""Tries each tool and resource once before the load: what fails for one client tells nothing of a server under load."""

from dataclasses import dataclass, field, replace
from typing import Any

from conformance.protocol.legacy import handshake
from conformance.protocol.messages import JsonObject
from conformance.protocol.modern import modern_peer
from conformance.protocol.peer import Peer
from conformance.protocol.reply import Reply
from conformance.target.config import RunConfig
from conformance.target.errors import ConfigError
from conformance.target.profile import Surface
from conformance.target.roles import callable_tools
from conformance.wire.channel import Channel

SLOW_S = 1.0
"""A tool that takes longer is not called unless it is named: it would measure little but itself."""
MOST_TOOLS = 5
MOST_RESOURCES = 5


@dataclass(slots=True)
class Trial:
    """`tools` are definitions with their arguments, `resources` are URIs; `left_out` tells why others are neither."""

    tools: list[tuple[JsonObject, JsonObject]] = field(default_factory=list)
    resources: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)


def try_out(config: RunConfig, channel: Channel, surface: Surface, named: tuple[str, ...] = ()) -> Trial:
    """The tools and resources that answer well; only `named` tools, if there are any.

    Raises `ConfigError` when a named tool may not be called or does not answer well.
    """
    peer = _peer(channel, surface)
    trial = Trial()
    try:
        _tools(peer, config, surface, named, trial)
        _resources(peer, surface, trial)
    finally:
        peer.close()
    for name in named:
        if name in trial.left_out:
            raise ConfigError(f"--tool: {name} {trial.left_out[name]}")
    return trial


def _peer(channel: Channel, surface: Surface) -> Peer:
    if surface.era == "modern":
        return modern_peer(channel, surface.revision)
    return handshake(channel, surface.revision).peer


def _tools(peer: Peer, config: RunConfig, surface: Surface, named: tuple[str, ...], trial: Trial) -> None:
    trial.left_out |= dict.fromkeys(named, "is no tool that this run may call; see `mcp-conformance discover`")
    chosen = replace(config, call_limit=0) if named else config
    for tool, arguments in callable_tools(surface, chosen):
        name = str(tool["name"])
        if (named and name not in named) or (not named and len(trial.tools) >= MOST_TOOLS):
            continue
        if arguments.value is None:
            trial.left_out[name] = f"has no arguments: {arguments.reason}; give --arguments {name}={{...}}"
            continue
        reply = peer.call_tool(tool, arguments.value)
        if problem := _problem(reply) or ("" if named else _slow(reply)):
            trial.left_out[name] = problem
        else:
            trial.left_out.pop(name, None)
            trial.tools.append((tool, arguments.value))


def _resources(peer: Peer, surface: Surface, trial: Trial) -> None:
    for resource in surface.resources[: 2 * MOST_RESOURCES]:
        uri = resource.get("uri")
        if isinstance(uri, str) and len(trial.resources) < MOST_RESOURCES:
            reply = peer.request("resources/read", {"uri": uri})
            if problem := _problem(reply) or _slow(reply):
                trial.left_out[uri] = problem
            else:
                trial.resources.append(uri)


def _problem(reply: Reply) -> str:
    if not reply.has_result:
        return f"answered its trial with {reply.outcome}"
    if reply.exchange.continued:
        return "answered its trial only when its stream was resumed, which users of a load run do not do"
    result: dict[str, Any] = reply.result
    if result.get("isError") is True:
        return "answered its trial with isError"
    kind = result.get("resultType", "complete")
    return "" if kind == "complete" else f"answered its trial with resultType {kind!r:.40}"


def _slow(reply: Reply) -> str:
    took = reply.exchange.ended_at or 0.0
    return f"took {took:.1f} s for its trial; name it to call it all the same" if took > SLOW_S else ""
