"""The second target: found out about as the first one is, and spoken to side by side with it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from conformance.checks.outcomes import Blocked, not_testable
from conformance.contracts import personas
from conformance.contracts.parity.settings import Parity
from conformance.contracts.profiles.model import Profile
from conformance.protocol.legacy import handshake
from conformance.protocol.messages import JsonObject
from conformance.protocol.modern import modern_peer
from conformance.protocol.peer import Peer
from conformance.protocol.reply import NoResult, Reply
from conformance.protocol.revisions import REVISIONS, era_of
from conformance.target.config import RunConfig
from conformance.target.contact import open_channel
from conformance.target.discovery import discover
from conformance.target.errors import ConfigError, TargetError
from conformance.target.profile import Surface, TargetProfile
from conformance.wire.channel import Channel, TargetLost
from conformance.wire.http import HttpWire
from conformance.wire.pacing import BudgetExhausted

UP: str = "parity-canary-answers"
"""The rule that all others stand on."""


@dataclass(slots=True)
class Canary:
    """A canary that answers: its channel, and what discovery found."""

    channel: Channel
    profile: TargetProfile


@dataclass(slots=True)
class Side:
    """One of the two targets under the revision that both speak."""

    peer: Peer
    surface: Surface

    def call(self, name: str, arguments: dict[str, object], timeout: float | None = None) -> Reply:
        """Call a tool by its name; *not testable* if it is not listed."""
        return self.peer.call_tool(self.tool(name), arguments, timeout=timeout)

    def has(self, name: str) -> bool:
        return any(tool.get("name") == name for tool in self.surface.tools)

    def tool(self, name: str) -> JsonObject:
        found = next((tool for tool in self.surface.tools if tool.get("name") == name), None)
        return found or not_testable(f"the tool {name} is not listed; name another one in the profile")


@dataclass(slots=True)
class Pair:
    """Both targets, in the newest revision that both speak."""

    active: Side
    canary: Side


@contextmanager
def open_canary(config: RunConfig, url: str, profile: Profile, settings: Parity) -> Iterator[Canary]:
    """Finds out what the canary speaks and shows. Raises TargetError or ConfigError as discovery does."""
    with HttpWire(config.http) as wire:
        channel = open_channel(config, wire, url)
        if personas.is_known(settings.persona, profile):
            token = personas.token_of(settings.persona, profile, config.token)
            channel = channel.with_headers(dict(personas.headers_of(settings.persona, profile, token)))
        yield Canary(channel, discover(replace(config, url=url), channel))


@contextmanager
def open_pair(channel: Channel, target: TargetProfile, canary: Canary) -> Iterator[Pair]:
    """Conversations with both. Raises Blocked when they have no revision in common."""
    common = [revision for revision in REVISIONS if revision in target.surfaces and revision in canary.profile.surfaces]
    if not common:
        raise Blocked("active and canary have no revision in common", by="parity-revisions-equal")
    active = open_side(channel, target, common[-1])
    other = open_side(canary.channel, canary.profile, common[-1])
    try:
        yield Pair(active, other)
    finally:
        for side in (active, other):
            with suppress(TargetLost, BudgetExhausted):
                side.peer.close()


def open_side(channel: Channel, target: TargetProfile, revision: str) -> Side:
    """A conversation under one revision. Raises NoResult when initialize fails."""
    if era_of(revision) == "modern":
        return Side(modern_peer(channel, revision), target.surfaces[revision])
    shake = handshake(channel, revision)
    if not shake.initialize.has_result:
        raise NoResult(shake.initialize, shake.initialize.outcome)
    return Side(shake.peer, target.surfaces[revision])


Unusable = (TargetError, ConfigError, TargetLost, BudgetExhausted)
"""How finding out about a canary may end."""
