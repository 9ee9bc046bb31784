"""What a target shows under one revision: capabilities, and all pages of its lists."""

import time
from dataclasses import dataclass, field
from typing import Any

from conformance.protocol.messages import INVALID_PARAMS, JsonObject
from conformance.protocol.peer import Peer
from conformance.protocol.revisions import era_of
from conformance.target.profile import CAPABILITY_OF, LISTS, Surface

MOST_ITEMS = 20_000
WALKING_SECONDS = 60.0


@dataclass(slots=True)
class Patience:
    """The time that discovery may spend on further pages of lists, all lists together, in seconds."""

    left: float = field(default_factory=lambda: WALKING_SECONDS)
    _began: float = field(default_factory=time.monotonic)

    def start(self) -> None:
        self._began = time.monotonic()

    def stop(self) -> None:
        self.left -= time.monotonic() - self._began

    @property
    def is_over(self) -> bool:
        return time.monotonic() - self._began > self.left


def read_surface(
    peer: Peer,
    capabilities: Any,
    server_info: Any,
    instructions: Any,
    patience: Patience,
    *,
    stateful: bool = False,
) -> Surface:
    """Read the lists of the capabilities that are declared, or of those that are served when none can be read."""
    declared = capabilities if isinstance(capabilities, dict) else _served(peer)
    items: dict[str, list[JsonObject]] = {}
    pages: dict[str, int] = {}
    unread: dict[str, str] = {}
    for key, method in LISTS.items():
        if CAPABILITY_OF[key] in declared:
            items[key], pages[key], problem = _read_list(peer, method, key, patience)
            if problem:
                unread[key] = problem
    return Surface(
        revision=peer.revision,
        capabilities=declared,
        server_info=server_info if isinstance(server_info, dict) else {},
        instructions=instructions if isinstance(instructions, str) else None,
        items=items,
        pages=pages,
        unread=unread,
        stateful=stateful,
        assumed=not isinstance(capabilities, dict),
    )


def _served(peer: Peer) -> JsonObject:
    """The capabilities that a target shows by serving them.

    Their flags are taken for true, so that nothing it does is held against it as undeclared.
    """
    lists = {CAPABILITY_OF[key] for key, method in LISTS.items() if peer.request(method).has_result}
    found: JsonObject = {name: {"listChanged": True, "subscribe": True} for name in sorted(lists)}
    reference = {"ref": {"type": "ref/prompt", "name": "none"}, "argument": {"name": "none", "value": ""}}
    completion = peer.request("completion/complete", reference)
    if completion.has_result or completion.error_code == INVALID_PARAMS:
        found["completions"] = {}
    if era_of(peer.revision) == "modern" or peer.request("logging/setLevel", {"level": "info"}).has_result:
        found["logging"] = {}
    return found


def _read_list(peer: Peer, method: str, key: str, patience: Patience) -> tuple[list[JsonObject], int, str | None]:
    patience.start()
    try:
        return _walk(peer, method, key, patience)
    finally:
        patience.stop()


def _walk(peer: Peer, method: str, key: str, patience: Patience) -> tuple[list[JsonObject], int, str | None]:
    items: list[JsonObject] = []
    pages = 0
    for reply in peer.pages(method):
        if not reply.has_result:
            return items, pages, reply.outcome
        pages += 1
        listed = reply.result.get(key)
        items += [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
        if len(items) > MOST_ITEMS:
            return items[:MOST_ITEMS], pages, f"more than {MOST_ITEMS} items"
        if patience.is_over:
            return items, pages, f"no end after {pages} pages"
    return items, pages, None
