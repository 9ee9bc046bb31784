"""Statelessness: each request stands for itself (2026-07-28 basic/index#statelessness).

A request is sent three times: by a client that nobody has heard of, on a connection of its own; by one whose earlier
requests, on the same connection, said the opposite; and by another new client. If the first and the last get the same
answer and the one in between another, then its history made the difference.
"""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from conformance.checks import expect, need_result, not_applicable, not_testable, requirement
from conformance.protocol.messages import (
    META_CAPABILITIES,
    META_CLIENT_INFO,
    META_LOG_LEVEL,
    META_VERSION,
    MISSING_CAPABILITY,
    JsonObject,
    request,
)
from conformance.protocol.modern import ModernDialect, modern_peer
from conformance.protocol.peer import Peer
from conformance.protocol.reply import Reply
from conformance.target.config import RunConfig
from conformance.target.profile import CAPABILITY_OF, LISTS, Surface
from conformance.target.roles import fill
from conformance.wire.channel import Channel

EVERYTHING: JsonObject = {"sampling": {}, "elicitation": {"form": {}, "url": {}}, "roots": {}}
OTHER_VERSION = "1900-01-01"

Ask = Callable[[Peer, JsonObject], Reply]
_clients = itertools.count(1)


@requirement("stateless-no-capability-inference")
def test_capabilities_are_not_remembered(
    channel: Channel, revision: str, surface: Surface, run_config: RunConfig
) -> None:
    """What an earlier request declared is not held for declared afterwards, by whichever client. Comes first, before
    other checks declare anything."""
    filled = fill("capability-tool", surface, run_config)
    if filled is None and not _declared_lists(surface):
        not_testable("there is neither a list nor a tool that needs a capability of the client")
    if filled is not None:
        call = _asking("tools/call", name=filled.name, arguments=filled.arguments)
        _expect_independence(channel, revision, call, _kind, steady=True)
    for method in _declared_lists(surface)[:1]:
        _expect_independence(channel, revision, _asking(method), _names)


@requirement("stateless-no-context-from-prior-requests")
def test_history_makes_no_difference(channel: Channel, revision: str, surface: Surface) -> None:
    """Discovery and the first list answer the same, whatever the same client said before."""
    for method in ("server/discover", *_declared_lists(surface)[:1]):
        _expect_independence(channel, revision, _asking(method), _substance)


@requirement("stateless-no-context-from-prior-requests")
def test_missing_metadata_is_not_remembered(channel: Channel, revision: str) -> None:
    """A request that leaves a field of _meta out is refused after complete requests, too, if it is refused at all."""
    for field in (META_VERSION, META_CAPABILITIES):
        _expect_independence(channel, revision, _asking_without(field), _is_refused)


def _declared_lists(surface: Surface) -> list[str]:
    return [method for key, method in LISTS.items() if surface.declares(CAPABILITY_OF[key])]


def _asking(method: str, **params: Any) -> Ask:
    return lambda peer, meta: peer.request(method, {**params, "_meta": meta})


def _asking_without(field: str) -> Ask:
    """A read-only probe that is complete but for one field of `_meta`."""

    def ask(peer: Peer, meta: JsonObject) -> Reply:
        left = {key: value for key, value in meta.items() if key != field}
        headers = ModernDialect(peer.revision).headers({"method": "server/discover"})
        return peer.send(request("server/discover", {"_meta": left}), headers=headers)

    return ask


def _expect_independence(
    channel: Channel, revision: str, ask: Ask, read: Callable[[Reply], Any], *, steady: bool = False
) -> None:
    """A `steady` answer does not change by itself: one that has changed at the end shows a memory of all clients."""
    first = _ask_anew(channel, revision, ask)
    with _new_client(channel, revision) as (peer, meta):
        _say_the_opposite(peer, meta, ask)
        between = ask(peer, meta)
    differs = read(between) != read(first)
    others = [_ask_anew(channel, revision, ask) for _ in range(3 if differs else 1)]
    is_steady = steady and first.error_code == MISSING_CAPABILITY
    if not is_steady and any(read(one) != read(first) for one in others):
        not_testable(f"{first.method} answers differently each time, or over each connection")
    expect(between).that(not differs, f"the answer of a client without history ({first.outcome})")


def _ask_anew(channel: Channel, revision: str, ask: Ask) -> Reply:
    """The answer to a client that nobody has heard of."""
    with _new_client(channel, revision) as (peer, meta):
        return ask(peer, meta)


@contextmanager
def _new_client(channel: Channel, revision: str) -> Iterator[tuple[Peer, JsonObject]]:
    """A peer over a connection of its own, and a `_meta` with a name of its own and no capabilities."""
    name = f"mcp-conformance-{next(_clients)}"
    with channel.on_new_connection() as fresh:
        yield modern_peer(fresh, revision), {
            META_VERSION: revision,
            META_CLIENT_INFO: {"name": name, "version": "1"},
            META_CAPABILITIES: {},
        }


def _say_the_opposite(peer: Peer, meta: JsonObject, ask: Ask) -> None:
    """The same client declares every capability and a log level, and speaks another version in between."""
    generous = {**meta, META_CAPABILITIES: EVERYTHING, META_LOG_LEVEL: "debug"}
    other = modern_peer(peer.channel, OTHER_VERSION)
    other.request("server/discover", {"_meta": {**generous, META_VERSION: OTHER_VERSION}}, probe=True)
    peer.request("server/discover", {"_meta": generous})
    ask(peer, generous)


def _substance(reply: Reply) -> str:
    """The result without what may change from one answer to the next."""
    if not reply.has_result:
        return _kind(reply)
    volatile = ("_meta", "ttlMs", "nextCursor")
    kept = {key: _sorted(value) for key, value in reply.result.items() if key not in volatile}
    return json.dumps(kept, sort_keys=True)


def _sorted(value: Any) -> Any:
    return sorted(value, key=lambda one: json.dumps(one, sort_keys=True)) if isinstance(value, list) else value


def _names(reply: Reply) -> Any:
    """Which items a list has."""
    if not reply.has_result:
        return _kind(reply)
    lists = (value for value in reply.result.values() if isinstance(value, list))
    return sorted(str(one.get("name")) for items in lists for one in items if isinstance(one, Mapping))


def _kind(reply: Reply) -> str:
    """What sort of answer it is."""
    if reply.has_result:
        return str(reply.result.get("resultType"))
    return f"error {reply.error_code}" if reply.error else f"HTTP {reply.status}"


def _is_refused(reply: Reply) -> bool:
    return reply.refused


@requirement("stateless-no-connection-affinity")
def test_pages_can_be_read_over_any_connection(channel: Channel, peer: Peer, revision: str, surface: Surface) -> None:
    """A cursor, and a resource that was listed, can be used over another connection."""
    for key, method in LISTS.items():
        if surface.pages.get(key, 0) > 1:
            cursor = need_result(peer.request(method)).get("nextCursor")
            _expect_same_elsewhere(channel, peer, method, {"cursor": cursor})
    if surface.resources:
        _expect_same_elsewhere(channel, peer, "resources/read", {"uri": surface.resources[0].get("uri")})
    elif not _declared_lists(surface):
        not_applicable("nothing is announced that spans two requests")


def _expect_same_elsewhere(channel: Channel, peer: Peer, method: str, params: JsonObject) -> None:
    here = peer.request(method, params)
    with channel.on_new_connection() as fresh:
        there = modern_peer(fresh, peer.revision).request(method, params)
    expect(there).that(
        here.has_result == there.has_result, f"{method} to be answered over another connection as over the first"
    )


@requirement("stateless-multi-conversation-ready")
def test_conversations_can_interleave(channel: Channel, peer: Peer, revision: str, surface: Surface) -> None:
    """Requests of different clients that are under way together are each answered as they are alone."""
    methods = ["server/discover", *_declared_lists(surface)][:3]
    alone = {method: peer.request(method) for method in methods}
    under_way = []
    for method, client in itertools.product(methods, ({}, EVERYTHING)):
        under_way.append((method, modern_peer(channel, revision, client).start(method)))
    for method, live in under_way:
        live.wait_for_response(channel.timeout)
        together = live.close()
        expect(together).that(
            _kind(together) == _kind(alone[method]), f"{method} to be answered as it is alone, beside other requests"
        )
