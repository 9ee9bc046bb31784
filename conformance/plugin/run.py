"""What a run knows: its configuration, the profile of its target, and the open conversations."""

import json
import os
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.checks.http_probes import EXCUSES
from conformance.checks.outcomes import Blocked
from conformance.protocol.legacy import handshake
from conformance.protocol.messages import POST_HEADERS, encode, request
from conformance.protocol.modern import modern_peer
from conformance.protocol.peer import Peer
from conformance.protocol.reply import NoResult, Reply
from conformance.protocol.revisions import era_of
from conformance.target.config import RunConfig
from conformance.target.profile import TargetProfile
from conformance.wire.channel import Channel, TargetLost, limited
from conformance.wire.http import HttpWire
from conformance.wire.pacing import BudgetExhausted
from conformance.wire.redact import Redactor

if TYPE_CHECKING:
    from conformance.baseline.applying import Applied
    from conformance.contracts.profiles import Profile

RUN: pytest.StashKey["Run"] = pytest.StashKey()


@dataclass(slots=True)
class Run:
    """One process of a run. `channel` is None in an xdist controller, which runs no test itself."""

    config: RunConfig
    profile: TargetProfile
    contract_profiles: tuple["Profile", ...] = ()
    baseline: "Applied | None" = None
    channel: Channel | None = None
    wire: HttpWire | None = None
    peers: dict[str, Peer] = field(default_factory=dict)
    failures: dict[str, NoResult | Blocked] = field(default_factory=dict)

    @property
    def redactor(self) -> Redactor:
        """Knows the configured secrets, and in a process that sends also those that it met."""
        return self.channel.redactor if self.channel else self.config.redactor

    @property
    def after_discovery(self) -> RunConfig:
        """The configuration with what discovery has left of the request budget."""
        if self.config.request_budget is None:
            return self.config
        return replace(self.config, request_budget=max(1, self.config.request_budget - self.profile.requests))

    def peer(self, revision: str) -> Peer:
        """The shared conversation of a revision; a session that the target has forgotten is opened anew."""
        peer = self.peers.get(revision)
        if peer is None:
            peer = self.peers[revision] = self._first_peer(revision)
        return peer

    def _first_peer(self, revision: str) -> Peer:
        """A target that refuses to initialize is not asked again by every test, unless it was for its rate."""
        if revision in self.failures:
            raise self.failures[revision]
        try:
            return self.new_peer(revision)
        except (NoResult, Blocked) as failure:
            if not (self.channel and limited(self.channel.record)):
                self.failures[revision] = failure
            raise

    def new_peer(self, revision: str, **options: Any) -> Peer:
        """A conversation of its own; the caller closes it. Raises `NoResult` when initialize fails, `Blocked` when
        nothing that follows it is served."""
        assert self.channel is not None
        if era_of(revision) == "modern":
            return modern_peer(self.channel, revision, options.get("capabilities"))
        shake = handshake(self.channel, revision, **options)
        if not shake.initialize.has_result:
            raise NoResult(shake.initialize, shake.initialize.outcome)
        if shake.initialized is not None and _refuses_all(shake.peer, shake.initialized):
            shake.peer.close()
            raise Blocked(
                f"what follows initialize is refused: {shake.initialized.outcome}", "base-support-core-components"
            )
        return shake.peer

    def answers(self) -> bool:
        """Whether the target answers HTTP at all just now."""
        assert self.channel is not None
        if not self.channel.url:
            return True
        try:
            return self.channel.send(
                "POST", POST_HEADERS, encode(request("ping")), until=lambda exchange: exchange.answered, linger=0
            ).answered
        except TargetLost:
            return False
        except BudgetExhausted:
            return True

    def forget(self, peer: Peer) -> None:
        """Give up a shared conversation, for example after the target answered it with 404."""
        self.peers = {revision: one for revision, one in self.peers.items() if one is not peer}

    def renew(self, peer: Peer) -> Peer:
        """Another conversation in place of a shared one."""
        revision = next(revision for revision, one in self.peers.items() if one is peer)
        self.forget(peer)
        return self.peer(revision)

    def close(self) -> None:
        for peer in self.peers.values():
            peer.close()
        self.peers.clear()
        if self.wire is not None:
            self.wire.__exit__(None, None, None)
            self.wire = None


def _refuses_all(peer: Peer, initialized: Reply) -> bool:
    """Whether a ping fails in the same way as the notification that completes the handshake."""
    if (initialized.status or 0) < 400 or initialized.status in EXCUSES:
        return False
    ping = peer.request("ping")
    return not ping.has_result and ping.status == initialized.status


def contract_profiles(config: RunConfig) -> tuple["Profile", ...]:
    """The profiles that the run was asked for. Raises `ConfigError`."""
    if not config.profiles:
        return ()
    from conformance.contracts.profiles import load_profiles

    return tuple(load_profiles(config.profiles, os.environ, strict_profile=config.strict_profile))


def applied_baseline(config: RunConfig, profile: TargetProfile) -> "Applied | None":
    """The baseline that the run was asked for, for its target. Raises `ConfigError`."""
    if config.baseline is None:
        return None
    from conformance.baseline.applying import applied
    from conformance.baseline.reading import read_baseline

    return applied(read_baseline(config.baseline), (config.url, profile.url), profile.server)


def to_worker(config: RunConfig, profile: TargetProfile) -> str:
    """Configuration and profile as text for an xdist worker. It holds secrets: it goes over a pipe only."""
    return json.dumps({"config": asdict(config), "profile": profile.to_json()}, default=str)


def from_controller(text: str) -> tuple[RunConfig, TargetProfile]:
    document = json.loads(text)
    settings = document["config"]
    for one in fields(RunConfig):
        value = settings[one.name]
        if value is not None and str(one.type) in ("<class 'pathlib.Path'>", "pathlib.Path | None"):
            settings[one.name] = Path(value)
    for name in ("revisions", "reports", "profiles"):
        settings[name] = tuple(settings[name])
    settings["evidence"] = {name: Path(path) for name, path in settings["evidence"].items()}
    settings["headers"] = tuple((name, value) for name, value in settings["headers"])
    return RunConfig(**settings), TargetProfile.from_json(document["profile"])
