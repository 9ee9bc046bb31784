"""What the suites of the HTTP transport share: cheap requests, requests with a name, and lawful excuses."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.checks.outcomes import not_testable
from conformance.protocol.messages import JsonObject
from conformance.protocol.peer import Peer, call_params
from conformance.protocol.reply import LiveReply, Reply
from conformance.protocol.revisions import era_of
from conformance.target.config import RunConfig
from conformance.target.profile import LISTS, Surface
from conformance.target.roles import callable_tools, fill

MAX_CANDIDATES = 3

EXCUSES = {
    401: "wants a credential",
    403: "forbids it",
    407: "wants a credential for a proxy",
    429: "limits the rate",
    502: "is behind a gateway that cannot reach it",
    503: "is overloaded",
    504: "is behind a gateway that waited too long",
}
"""Statuses that say nothing about the rule at hand."""


def judged(reply: Reply, *also: int) -> Reply:
    """The reply, unless its status, or one of `also`, excuses the server from being judged by it."""
    if reply.status in EXCUSES and reply.status not in also:
        not_testable(f"the target {EXCUSES[reply.status]} ({reply.status})")
    return reply


def cheap_method(revision: str) -> str:
    """The request that every server has to serve, and that costs it next to nothing."""
    return "server/discover" if era_of(revision) == "modern" else "ping"


def plain_methods(surface: Surface) -> list[str]:
    """Requests without arguments that this server serves: the cheap one, and a list when it declares any."""
    lists = [method for key, method in LISTS.items() if surface.items.get(key) is not None]
    return [cheap_method(surface.revision), *lists[:1]]


def often_streamed(peer: Peer, surface: Surface, config: RunConfig) -> Iterator[LiveReply]:
    """Requests that were just sent: plain ones, and a call that reports progress, which is what streams are for.

    Close each before the next is taken.
    """
    for method in plain_methods(surface):
        yield peer.start(method)
    if played := fill("progress-tool", surface, config):
        params = call_params(played.item, played.arguments, {"progressToken": "conformance-stream"})
        yield peer.start("tools/call", params, headers=peer.tool_headers(played.item, played.arguments))


@dataclass(frozen=True, slots=True)
class NamedRequest:
    """A request that names an item, so that `Mcp-Name` is required; harmless to carry out."""

    method: str
    params: JsonObject
    name: str
    headers: Mapping[str, Any] = field(default_factory=dict)

    def send(self, peer: Peer, changes: Mapping[str, Any], *, probe: bool = True) -> Reply:
        return peer.request(self.method, self.params, headers={**self.headers, **changes}, probe=probe)


_named: dict[tuple[str, str], list[NamedRequest]] = {}
"""What `named_requests` has found, by URL and revision, so that it is looked for once."""


def named_requests(peer: Peer, surface: Surface, config: RunConfig) -> list[NamedRequest]:
    """One each of tools/call, resources/read and prompts/get that the server serves and that does no harm."""
    key = (peer.channel.url, peer.revision)
    if key not in _named:
        kinds = (_tools(peer, surface, config), _resources(surface), _prompts(surface, config))
        served = (_first_served(peer, candidates) for candidates in kinds)
        _named[key] = [one for one in served if one is not None]
    return _named[key]


def _first_served(peer: Peer, candidates: Iterator[NamedRequest]) -> NamedRequest | None:
    few = itertools.islice(candidates, MAX_CANDIDATES)
    return next((one for one in few if one.send(peer, {}, probe=False).has_result), None)


def _tools(peer: Peer, surface: Surface, config: RunConfig) -> Iterator[NamedRequest]:
    """Those without mirrored parameters first: they have one header less to get wrong."""
    found = [(tool, made.value) for tool, made in callable_tools(surface, config) if made.value is not None]
    for tool, arguments in sorted(found, key=lambda one: bool(peer.tool_headers(*one))):
        if isinstance(tool.get("name"), str):
            headers = peer.tool_headers(tool, arguments)
            yield NamedRequest("tools/call", call_params(tool, arguments, {}), tool["name"], headers)


def _resources(surface: Surface) -> Iterator[NamedRequest]:
    for resource in surface.resources:
        if isinstance(resource.get("uri"), str):
            yield NamedRequest("resources/read", {"uri": resource["uri"]}, resource["uri"])


def _prompts(surface: Surface, config: RunConfig) -> Iterator[NamedRequest]:
    if prompt := fill("simple-prompt", surface, config):
        yield NamedRequest("prompts/get", {"name": prompt.name, "arguments": prompt.arguments}, prompt.name)
