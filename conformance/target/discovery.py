"""Discovery: what does this endpoint speak, and what does it show? Done once a run, before anything is judged."""

import statistics
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.protocol.legacy import Handshake, handshake
from conformance.protocol.messages import META_SERVER_INFO, JsonObject
from conformance.protocol.modern import modern_peer
from conformance.protocol.reply import Reply
from conformance.protocol.revisions import LEGACY, MODERN, REVISIONS
from conformance.target.config import RunConfig
from conformance.target.contact import first_contact, is_silent, no_mcp, open_channel, unreachable
from conformance.target.eras import LegacyAnswers, listed_versions, speaks_modern, try_legacy
from conformance.target.errors import ConfigError, TargetError
from conformance.target.profile import Surface, TargetProfile
from conformance.target.surfaces import Patience, read_surface
from conformance.wire.channel import Channel

__all__ = ["discover", "open_channel"]

LEAST_PATIENCE = 2.0


@dataclass(slots=True)
class _Findings:
    first: Reply
    notes: list[str]
    surfaces: dict[str, Surface] = field(default_factory=dict)
    not_spoken: dict[str, str] = field(default_factory=dict)
    versions: tuple[str, ...] = ()
    legacy: LegacyAnswers = field(default_factory=LegacyAnswers)
    patience: Patience = field(default_factory=Patience)


def discover(config: RunConfig, channel: Channel) -> TargetProfile:
    """Find out what the target speaks and shows.

    Raises `TargetError` when it cannot be judged at all, `ConfigError` when it wants a credential or speaks none
    of the revisions asked for; `TargetLost` and `BudgetExhausted` come through.
    """
    wanted = config.revisions or REVISIONS
    notes: list[str] = []
    found = _Findings(first_contact(channel, notes), notes)
    _try_legacy(config, channel, [revision for revision in reversed(wanted) if revision in LEGACY], found)
    for revision in wanted:
        if revision in MODERN:
            _judge_modern(channel, revision, found)
    _judge_legacy(channel, found)
    if not found.surfaces:
        raise _nothing_spoken(config, channel, found)
    guarded = bool(config.token) and _guarded(channel, next(iter(found.surfaces)))
    return TargetProfile(
        url=channel.url,
        surfaces={revision: found.surfaces[revision] for revision in REVISIONS if revision in found.surfaces},
        not_spoken=found.not_spoken,
        supported_versions=found.versions,
        guarded=guarded,
        latency=_latency(channel),
        requests=channel.pace.sent,
        notes=tuple(found.notes),
    )


def _try_legacy(config: RunConfig, channel: Channel, wanted: list[str], found: _Findings) -> None:
    """Initialize under each revision. A target that is silent, or wants a credential, is not asked again."""
    for revision in wanted:
        shake = try_legacy(channel, revision, _bound(channel))
        found.legacy.tried[revision] = shake
        answer = shake.initialize
        if is_silent(answer) and is_silent(found.first):
            raise TargetError(_no_answer(channel.url, found.first))
        if answer.status == 401 and found.first.status == 401:
            raise no_mcp(config, channel.url, found.first, answer)
        if shake.version == revision:
            found.surfaces[revision] = _legacy_surface(revision, shake, found.patience)
        shake.peer.close()


def _no_answer(url: str, first: Reply) -> str:
    if not first.exchange.answered and first.exchange.ending != "deadline":
        return unreachable(url, first)
    return f"{url}: no answer: {first.exchange.failure or first.outcome}"


def _bound(channel: Channel) -> float | None:
    """The time for one more try: generous for what was seen so far, so that one silent method costs little."""
    latency = _latency(channel)
    return min(channel.timeout, max(LEAST_PATIENCE, 20 * latency)) if latency else None


def _judge_modern(channel: Channel, revision: str, found: _Findings) -> None:
    peer = modern_peer(channel, revision)
    reply = found.first if revision == MODERN[-1] else peer.request("server/discover", timeout=_bound(channel))
    found.versions = listed_versions(reply) or found.versions
    spoken, reason = speaks_modern(channel, revision, reply, _bound(channel))
    if not spoken:
        found.not_spoken[revision] = reason
        return
    result = reply.result if reply.has_result else {}
    found.surfaces[revision] = read_surface(
        peer, result.get("capabilities"), _modern_info(result), result.get("instructions"), found.patience
    )


def _modern_info(result: JsonObject) -> Any:
    meta = result.get("_meta")
    return meta.get(META_SERVER_INFO) if isinstance(meta, dict) else None


def _judge_legacy(channel: Channel, found: _Findings) -> None:
    """What was not answered as it should be: not spoken, or spoken badly."""
    spoken = found.legacy.spoken()
    if not found.surfaces and not spoken and (broken := found.legacy.broken(found.first)):
        spoken = [broken]
        found.notes.append(f"initialize fails; this is judged as {broken}")
    for revision in found.legacy.tried:
        if revision in found.surfaces:
            continue
        if revision in spoken:
            again = try_legacy(channel, revision, _bound(channel))
            found.surfaces[revision] = _legacy_surface(revision, again, found.patience)
            again.peer.close()
        else:
            found.not_spoken[revision] = found.legacy.reason(revision)


def _legacy_surface(revision: str, shake: Handshake, patience: Patience) -> Surface:
    if not shake.initialize.has_result:
        return Surface(revision)
    result = shake.initialize.result
    surface = read_surface(
        shake.peer, result.get("capabilities"), result.get("serverInfo"), result.get("instructions"), patience,
        stateful=shake.session is not None,
    )  # fmt: skip
    return replace(surface, revision=revision)


def _guarded(channel: Channel, revision: str) -> bool:
    """Whether the same endpoint refuses a client without the credential."""
    stranger = channel.with_headers({"authorization": None})
    if revision in MODERN:
        return modern_peer(stranger, revision).request("server/discover").status == 401
    shake = handshake(stranger, revision)
    shake.peer.close()
    return shake.initialize.status == 401


def _nothing_spoken(config: RunConfig, channel: Channel, found: _Findings) -> Exception:
    if set(config.revisions) not in (set(), set(REVISIONS)) and _is_mcp(found):
        why = "; ".join(f"{revision}: {reason}" for revision, reason in found.not_spoken.items())
        return ConfigError(f"--revision: {channel.url} speaks none of those asked for ({why})")
    newest = next(iter(found.legacy.tried.values()), None)
    return no_mcp(config, channel.url, found.first, newest.initialize if newest else None)


def _is_mcp(found: _Findings) -> bool:
    return found.legacy.alive or bool(found.versions) or found.first.response is not None


def _latency(channel: Channel) -> float:
    times = [one.exchange.head_at for one in channel.record if one.exchange.head_at is not None]
    return statistics.median(times) if times else 0.0
