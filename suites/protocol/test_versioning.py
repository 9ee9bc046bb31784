"""Versioning and compatibility (2026-07-28 basic/versioning)."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from conformance.checks import (
    capability,
    code_of,
    expect,
    need_result,
    not_applicable,
    requirement,
    violation,
)
from conformance.checks.http_probes import NamedRequest, named_requests
from conformance.checks.outcomes import Blocked
from conformance.protocol.legacy import Handshake
from conformance.protocol.messages import META_VERSION, METHOD_NOT_FOUND, UNSUPPORTED_VERSION
from conformance.protocol.modern import modern_peer
from conformance.protocol.peer import Peer
from conformance.protocol.reply import Reply
from conformance.protocol.revisions import LEGACY, MODERN
from conformance.target.config import RunConfig
from conformance.target.profile import CAPABILITY_OF, LISTS, Surface, TargetProfile
from conformance.wire.channel import Channel

ShakeHands = Callable[..., Handshake]

INVENTED = ("1900-01-01", "2099-12-31", "no-such-version")
DISCOVER = NamedRequest("server/discover", {}, "")
_LABEL = r"[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
EXTENSION_ID = re.compile(rf"{_LABEL}(\.{_LABEL})*/([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?")
CORE_RESULT_TYPES = ("complete", "input_required")


@requirement("version-unsupported-error")
def test_unsupported_versions_are_refused(
    channel: Channel, surface: Surface, target: TargetProfile, run_config: RunConfig
) -> None:
    """A version that the server does not implement is answered with -32022, whatever the method."""
    with channel.on_new_connection() as fresh:
        peer = modern_peer(fresh, surface.revision)
        for version in (*INVENTED, *_not_chosen(target)):
            _expect_refusal(peer, version, DISCOVER)
        for request in (*_lists(surface), *named_requests(peer, surface, run_config)):
            _expect_refusal(peer, INVENTED[0], request)


def _not_chosen(target: TargetProfile) -> tuple[str, ...]:
    """A known version that the server does not speak, when it speaks no legacy one at all."""
    legacy_only_refused = all(version in target.not_spoken for version in LEGACY)
    return LEGACY[-1:] if legacy_only_refused and LEGACY[-1] not in target.supported_versions else ()


def _lists(surface: Surface) -> Iterator[NamedRequest]:
    for key, method in LISTS.items():
        if surface.declares(CAPABILITY_OF[key]):
            yield NamedRequest(method, {}, "")
    if surface.declares("tools", "listChanged") or surface.declares("resources", "subscribe"):
        yield NamedRequest("subscriptions/listen", {"notifications": {}}, "")


def _expect_refusal(peer: Peer, version: str, request: NamedRequest) -> None:
    reply = _ask_under(peer, version, request)
    unknown_as_well = request.method == "subscriptions/listen" and reply.error_code == METHOD_NOT_FOUND
    refused = unknown_as_well or code_of(reply) == UNSUPPORTED_VERSION
    expect(reply).that(refused, f"-32022 to {request.method} under version {version}")


def _ask_under(peer: Peer, version: str, request: NamedRequest) -> Reply:
    """A request that names this version in header and body alike."""
    headers = {**request.headers, "mcp-protocol-version": version}
    params = {**request.params, "_meta": {META_VERSION: version}}
    return peer.request(request.method, params, headers=headers, probe=True)


@requirement("version-unsupported-error-consistent")
def test_refusal_lists_what_discover_lists(peer: Peer, revision: str) -> None:
    """The modern versions that the refusal names are those that server/discover names."""
    discovered = need_result(peer.request("server/discover")).get("supportedVersions")
    refusal = _ask_under(peer, INVENTED[0], DISCOVER)
    named = _supported(refusal)
    if not isinstance(discovered, list) or not all(isinstance(one, str) for one in discovered):
        raise Blocked("supportedVersions is no list of versions", "discover-result-shape")
    if revision not in discovered:
        raise Blocked(f"server/discover does not list {revision}", "discover-supported-versions-truthful")
    if named is None:
        not_applicable("no list of versions to compare; its absence is judged wherever a version is refused")
    for version in sorted(_modern(discovered) - _modern(named)):
        if version != revision and code_of(_ask_under(peer, version, DISCOVER)) == UNSUPPORTED_VERSION:
            raise Blocked(f"server/discover lists {version}, not served", "discover-supported-versions-truthful")
    expect(refusal).that(
        _modern(named) == _modern(discovered), f"the versions {discovered}, as server/discover lists them", named
    )


def _supported(reply: Reply) -> list[Any] | None:
    data = (reply.error or {}).get("data")
    supported = data.get("supported") if isinstance(data, dict) else None
    return supported if isinstance(supported, list) else None


def _modern(versions: list[Any]) -> set[Any]:
    return {one for one in versions if isinstance(one, str) and one not in LEGACY}


@requirement("version-ext-id-key-format")
@capability("extensions")
def test_extension_identifiers_are_well_formed(surface: Surface) -> None:
    """Extension identifiers have a prefix and follow the key rules of _meta."""
    extensions = surface.capabilities["extensions"]
    bad = [one for one in extensions if not EXTENSION_ID.fullmatch(one)] if isinstance(extensions, dict) else []
    if bad:
        violation("extension identifiers of the form prefix/name", ", ".join(map(repr, bad)))


@requirement("version-ext-fallback-or-reject")
@capability("extensions")
def test_without_extensions_results_are_core(peer: Peer, surface: Surface) -> None:
    """To a client that declares no extension the server answers in core result types, or refuses."""
    for method in ("server/discover", *(name for key, name in LISTS.items() if surface.declares(CAPABILITY_OF[key]))):
        reply = peer.request(method)
        if reply.has_result:
            kind = reply.result.get("resultType", "complete")
            expect(reply).that(kind in CORE_RESULT_TYPES, f"a core resultType of {method}", kind)


@requirement("version-modern-only-initialize-error-names-versions")
def test_refused_initialize_names_versions(shake_hands: ShakeHands, target: TargetProfile) -> None:
    """A server without legacy versions names its versions in the error that it answers initialize with."""
    reply = _refused_initialize(shake_hands, target)

    told = reply.exchange.text
    named = any(version in told for version in (*target.supported_versions, *MODERN))
    expect(reply).that(named, "an error that names a supported version")


@requirement("version-initialize-rejected-jsonrpc-error")
def test_refused_initialize_is_an_error(shake_hands: ShakeHands, target: TargetProfile) -> None:
    """A server without legacy versions refuses initialize with status 400 and a JSON-RPC error."""
    reply = _refused_initialize(shake_hands, target)

    expect(reply).status(400).error()


def _refused_initialize(shake_hands: ShakeHands, target: TargetProfile) -> Reply:
    if any(version in LEGACY for version in (*target.surfaces, *target.supported_versions)):
        not_applicable("the server speaks legacy versions as well")
    reply = shake_hands(LEGACY[-1], complete=False).initialize
    if reply.has_result and reply.result.get("protocolVersion") in LEGACY:
        not_applicable("the server speaks legacy versions as well")
    return reply


@requirement("version-dual-era-stateless-modern")
def test_eras_do_not_mix(peer: Peer, shake_hands: ShakeHands, target: TargetProfile) -> None:
    """Beside a legacy session a modern request is served by its own rules, and the session lives on."""
    legacy = [revision for revision in target.revisions if revision in LEGACY]
    if not legacy:
        not_applicable("the server speaks no legacy version")
    before = need_result(peer.request("server/discover"))
    shake = shake_hands(legacy[-1])
    need_result(shake.initialize)
    between = peer.request("server/discover", headers=_session_header(shake))
    after = shake.peer.request("ping")

    expect(between).that(between.has_result, "server/discover to be served beside a legacy session")
    same = all(before.get(name) == between.result.get(name) for name in ("resultType", "supportedVersions"))
    expect(between).that(same, "the same answer to server/discover beside a legacy session", between.result)
    expect(after).that(after.has_result, "the legacy session to live on beside modern requests")


def _session_header(shake: Handshake) -> dict[str, str]:
    return {"mcp-session-id": shake.session} if shake.session else {}
