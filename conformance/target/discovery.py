"""Discovery: what does this endpoint speak, and what does it show? Done once a run, before anything is judged."""

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from conformance import __version__
from conformance.protocol.legacy import Handshake, handshake
from conformance.protocol.messages import (
    HEADER_MISMATCH,
    META_SERVER_INFO,
    MISSING_CAPABILITY,
    UNSUPPORTED_VERSION,
    JsonObject,
)
from conformance.protocol.modern import modern_peer
from conformance.protocol.peer import Peer
from conformance.protocol.reply import Reply
from conformance.protocol.revisions import LEGACY, MODERN, REVISIONS
from conformance.target.config import RunConfig
from conformance.target.errors import ConfigError, TargetError
from conformance.target.profile import CAPABILITY_OF, LISTS, Surface, TargetProfile
from conformance.wire.channel import Channel
from conformance.wire.exchange import Exchange
from conformance.wire.http import HttpWire, join_url, same_origin
from conformance.wire.pacing import Pace, RetryBudget
from conformance.wire.redact import Redactor

MODERN_ERRORS = (HEADER_MISMATCH, MISSING_CAPABILITY, UNSUPPORTED_VERSION)
MAX_ITEMS = 20_000


def open_channel(config: RunConfig, wire: HttpWire, url: str | None = None, share: int = 1) -> Channel:
    """The channel that a run speaks over; rate and budget are divided by `share` workers."""
    headers = (("user-agent", f"mcp-conformance/{__version__}"), *config.headers)
    if config.token:
        headers += (("authorization", f"Bearer {config.token}"),)
    pace = Pace(
        config.max_rps / share if config.max_rps else None,
        max(1, config.request_budget // share) if config.request_budget else None,
    )
    return Channel(
        wire, url or config.url, headers, config.timeout, pace, RetryBudget(config.retry_budget),
        Redactor(config.secrets),
    )  # fmt: skip


@dataclass(slots=True)
class _Findings:
    surfaces: dict[str, Surface] = field(default_factory=dict)
    not_spoken: dict[str, str] = field(default_factory=dict)
    versions: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    handshakes: list[Handshake] = field(default_factory=list)
    first_answer: Reply | None = None


def discover(config: RunConfig, channel: Channel) -> TargetProfile:
    """Find out what the target speaks and shows.

    Raises `TargetError` when it cannot be judged at all, `ConfigError` when it wants a credential or speaks none
    of the revisions asked for.
    """
    found = _Findings()
    wanted = config.revisions or REVISIONS
    _reach(channel, found)
    for revision in wanted:
        if revision in MODERN:
            _modern(channel, revision, found)
        else:
            _legacy(channel, revision, found)
    if not found.surfaces:
        raise _nothing_spoken(config, found)
    guarded = bool(config.token) and _guarded(channel, next(iter(found.surfaces)))
    ordered: dict[str, Surface] = {revision: found.surfaces[revision] for revision in REVISIONS if revision in found.surfaces}
    return TargetProfile(
        url=channel.url,
        surfaces=ordered,
        not_spoken=found.not_spoken,
        supported_versions=found.versions,
        guarded=guarded,
        latency=_latency(channel),
        requests=channel.pace.sent,
        notes=tuple(found.notes),
    )


def _reach(channel: Channel, found: _Findings) -> None:
    """The first request: is anybody there, does TLS work, is it the right URL, does it want a credential?"""
    reply = modern_peer(channel, MODERN[-1]).request("server/discover")
    location = reply.header("location")
    if reply.status in (301, 302, 307, 308) and location:
        _follow(channel, join_url(channel.url, location), found)
        reply = modern_peer(channel, MODERN[-1]).request("server/discover")
    _complain_if_unreachable(channel.url, reply.exchange)
    found.first_answer = reply


def _follow(channel: Channel, url: str, found: _Findings) -> None:
    """Adopt a redirect within the origin; credentials are never carried to another one."""
    if not same_origin(channel.url, url):
        raise TargetError(f"{channel.url} redirects to another origin; if you trust it, use --target={url}")
    found.notes.append(f"the endpoint redirects to {url}, which was judged")
    channel.url = url


def _complain_if_unreachable(url: str, exchange: Exchange) -> None:
    if exchange.ending == "tls":
        raise TargetError(f"{url}: TLS failed: {exchange.failure}; see --ca-bundle, --client-cert or --insecure")
    if exchange.ending in ("unreachable", "protocol", "reset") and not exchange.answered:
        raise TargetError(f"{url}: not reachable: {exchange.failure}")
    if exchange.status == 401:
        raise ConfigError(f"{url} answers 401: it wants a credential; use --token-env, --token-file or --token-command")


def _modern(channel: Channel, revision: str, found: _Findings) -> None:
    peer = modern_peer(channel, revision)
    reply = found.first_answer or peer.request("server/discover")
    found.versions = _versions(reply) or found.versions
    spoken, reason = _speaks_modern(peer, reply, revision)
    if not spoken:
        found.not_spoken[revision] = reason
        return
    result = reply.result if reply.has_result else {}
    capabilities = result.get("capabilities")
    found.surfaces[revision] = _surface(peer, capabilities, _modern_info(result), result.get("instructions"))


def _speaks_modern(peer: Peer, reply: Reply, revision: str) -> tuple[bool, str]:
    """By discover; else, as a server that broke discover is still modern, by how it answers other modern requests."""
    if reply.has_result:
        versions = reply.result.get("supportedVersions")
        if isinstance(versions, list) and revision not in versions:
            return False, f"server/discover lists {', '.join(map(str, versions)) or 'no version'}"
        return True, ""
    if reply.error_code == UNSUPPORTED_VERSION:
        return False, f"answers {reply.outcome}"
    other = peer.request("tools/list")
    if other.has_result and "resultType" in other.result:
        return True, ""
    if reply.error_code in MODERN_ERRORS or other.error_code in MODERN_ERRORS:
        return True, ""
    return False, f"server/discover: {reply.outcome}"


def _versions(reply: Reply) -> tuple[str, ...]:
    listed: Any = None
    if reply.has_result:
        listed = reply.result.get("supportedVersions")
    elif reply.error_code == UNSUPPORTED_VERSION and isinstance((reply.error or {}).get("data"), dict):
        listed = (reply.error or {})["data"].get("supported")
    return tuple(str(one) for one in listed) if isinstance(listed, list) else ()


def _modern_info(result: JsonObject) -> Any:
    meta = result.get("_meta")
    return meta.get(META_SERVER_INFO) if isinstance(meta, dict) else None


def _legacy(channel: Channel, revision: str, found: _Findings) -> None:
    shake = handshake(channel, revision)
    if not shake.initialize.has_result:
        found.not_spoken[revision] = f"initialize: {shake.initialize.outcome}"
        _complain_if_dead(channel.url, shake.initialize, found)
        return
    try:
        if shake.version != revision and shake.version in REVISIONS:
            found.not_spoken[revision] = f"answers initialize with {shake.version}"
            return
        result = shake.initialize.result
        shake.peer.dialect.revision = revision  # type: ignore[misc]
        surface = _surface(
            shake.peer, result.get("capabilities"), result.get("serverInfo"), result.get("instructions"),
            stateful=shake.session is not None,
        )  # fmt: skip
        found.surfaces[revision] = surface
    finally:
        shake.peer.close()


def _complain_if_dead(url: str, reply: Reply, found: _Findings) -> None:
    """Neither the modern nor the first legacy request got an HTTP answer: do not try three more."""
    first = found.first_answer
    if not reply.exchange.answered and (first is None or not first.exchange.answered):
        raise TargetError(f"{url}: no answer: {reply.exchange.failure}")


def _surface(
    peer: Peer, capabilities: Any, server_info: Any, instructions: Any, *, stateful: bool = False
) -> Surface:
    declared = capabilities if isinstance(capabilities, dict) else {}
    items: dict[str, list[JsonObject]] = {}
    pages: dict[str, int] = {}
    unread: dict[str, str] = {}
    for key, method in LISTS.items():
        if CAPABILITY_OF[key] in declared:
            items[key], pages[key], problem = _read_list(peer, method, key)
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
    )


def _read_list(peer: Peer, method: str, key: str) -> tuple[list[JsonObject], int, str | None]:
    items: list[JsonObject] = []
    pages = 0
    for reply in peer.pages(method):
        if not reply.has_result:
            return items, pages, reply.outcome
        pages += 1
        listed = reply.result.get(key)
        items += [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
        if len(items) > MAX_ITEMS:
            return items[:MAX_ITEMS], pages, f"more than {MAX_ITEMS} items"
    return items, pages, None


def _guarded(channel: Channel, revision: str) -> bool:
    """Whether the same endpoint refuses a client without the credential."""
    stranger = channel.with_headers({"authorization": None})
    if revision in MODERN:
        return modern_peer(stranger, revision).request("server/discover").status == 401
    shake = handshake(stranger, revision)
    shake.peer.close()
    return shake.initialize.status == 401


def _nothing_spoken(config: RunConfig, found: _Findings) -> Exception:
    if config.revisions and set(config.revisions) != set(REVISIONS):
        why = "; ".join(f"{revision}: {reason}" for revision, reason in found.not_spoken.items())
        return ConfigError(f"--revision: {config.url} speaks none of those asked for ({why})")
    reply = found.first_answer
    media = reply.exchange.media_type if reply else ""
    reason = found.not_spoken.get(LEGACY[-1]) or (reply.outcome if reply else "no answer")
    hint = " (HTML: is this the MCP endpoint, or a web page?)" if media == "text/html" else ""
    return TargetError(f"{config.url} does not speak MCP: {reason}{hint}")


def _latency(channel: Channel) -> float:
    times: Iterable[float] = [
        one.exchange.head_at for one in channel.record if one.exchange.head_at is not None
    ]
    return statistics.median(times) if times else 0.0
