"""Announced items: samples of them, and whether a list hangs on the connection."""

from collections.abc import Callable, Hashable, Sequence
from contextlib import ExitStack
from typing import Any

from conformance.protocol.messages import JsonObject
from conformance.protocol.peer import Peer

MOST = 12
"""How many items of a list are looked at one by one; the number keeps a run over a big server cheap."""


def sample(items: Sequence[JsonObject], kind: Callable[[JsonObject], Hashable], most: int = MOST) -> list[JsonObject]:
    """At most `most` items: the first of each kind, the first ones in the order of the list, and the last."""
    firsts = {kind(item): index for index, item in reversed(list(enumerate(items)))}
    wanted = dict.fromkeys([*sorted(firsts.values())[: most - 1], *range(len(items))])
    chosen = [*list(wanted)[: most - 1], *([len(items) - 1] if items else [])]
    return [items[index] for index in sorted(set(chosen))]


def identities(peer: Peer, method: str, key: str, identity: str, *, close: bool = False) -> frozenset[str]:
    """What identifies the items on the first page of a list; with `close` the connection ends after the answer."""
    result = peer.request(method, {}, headers={"connection": "close"} if close else None).result
    listed = result.get(key)
    return frozenset(str(one.get(identity)) for one in listed or () if isinstance(one, dict))


def named_twice(names: Sequence[str]) -> list[str]:
    """Names of a whole list that come again by themselves.

    What comes again right behind itself, or together with its neighbours, may be a page that began too early.
    """
    seen: set[str] = set()
    again = []
    for name in names:
        again.append(name in seen)
        seen.add(name)
    alone = [one and not any(_neighbours(again, index)) for index, one in enumerate(again)]
    return [name for index, name in enumerate(names) if alone[index] and names[index - 1] != name]


def _neighbours(flags: Sequence[bool], index: int) -> tuple[bool, bool]:
    return index > 0 and flags[index - 1], index + 1 < len(flags) and flags[index + 1]


def begins_too_early(page: Sequence[str], earlier: Sequence[Sequence[str]]) -> list[str]:
    """What a page has from before its cursor: the end of the page before it, or much of an earlier page.

    One item that comes again in another place is a matter of names.
    """
    if not page or not earlier:
        return []
    ends = [size for size in range(1, len(page) + 1) if list(page[:size]) == list(earlier[-1][-size:])]
    again = max((sorted(set(page) & set(one)) for one in earlier), key=len)
    whole = any(set(page) == set(one) for one in earlier)
    return list(page[: max(ends)]) if ends else again if whole or len(again) > 1 else []


CONNECTIONS = 4
READINGS = 3
PAGES = 5


def differs_between_connections(peer: Peer, method: str, key: str, identity: str) -> bool:
    """Whether connections that are open side by side show different lists, each the same whenever it is asked."""
    with ExitStack() as opened:
        channels = [opened.enter_context(peer.channel.on_new_connection()) for _ in range(CONNECTIONS)]
        peers = [Peer(channel, peer.dialect) for channel in channels]
        first = [_several_pages(one, method, key, identity) for one in peers]
        if len(set(first)) < 2:
            return False
        again = [[_several_pages(one, method, key, identity) for one in peers] for _ in range(READINGS - 1)]
    return all(reading == first for reading in again)


def _several_pages(peer: Peer, method: str, key: str, identity: str) -> frozenset[str]:
    arrays = [reply.result.get(key) for reply in peer.pages(method, limit=PAGES) if reply.has_result]
    listed = [one for array in arrays if isinstance(array, list) for one in array]
    return frozenset(str(one.get(identity)) for one in listed if isinstance(one, dict))


def varies_by_connection(take: Callable[[bool], frozenset[str]], other: Callable[[], Any]) -> bool:
    """Whether a list that was one thing becomes another and then the same again, over requests and connections.

    `take` reads it (True: and closes the connection), `other` sends requests that must not change it. A list that
    changes with time moves on; one that comes back, twice, hangs on who asks.
    """
    return all(_comes_back(_round(take, other)) for _ in range(2))


def _round(take: Callable[[bool], frozenset[str]], other: Callable[[], Any]) -> list[frozenset[str]]:
    """On the connection there is, before and after `other` on a fresh one, and on one more."""
    seen = [take(True), take(False)]
    other()
    return [*seen, take(True), take(True)]


def _comes_back(seen: list[frozenset[str]]) -> bool:
    changes = [one for index, one in enumerate(seen) if index == 0 or one != seen[index - 1]]
    return len(set(changes)) < len(changes)
