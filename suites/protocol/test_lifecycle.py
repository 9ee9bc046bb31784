"""Lifecycle of the legacy era: initialization and version negotiation (basic/lifecycle)."""

from collections.abc import Callable, Iterator
from typing import Any

from conformance.checks import expect, need_result, not_applicable, requirement, revisions, violation
from conformance.checks.outcomes import Blocked
from conformance.protocol.legacy import Handshake, LegacyDialect
from conformance.protocol.messages import METHOD_NOT_FOUND, request
from conformance.protocol.negotiation import is_about_versions
from conformance.protocol.peer import Peer
from conformance.protocol.reply import Reply
from conformance.protocol.revisions import LEGACY
from conformance.target.profile import Surface, TargetProfile

ShakeHands = Callable[..., Handshake]

INVENTED = ("1999-01-01", "2099-01-01", "1.0.0")
ALL_CLIENT_FEATURES: dict[str, Any] = {"roots": {"listChanged": True}, "sampling": {}, "elicitation": {}}


@requirement("lifecycle-server-responds-capabilities-info")
def test_initialize_is_answered(shake_hands: ShakeHands) -> None:
    """The server answers initialize with its capabilities and its implementation information."""
    initialize = shake_hands(complete=False).initialize

    result = expect(initialize).result()
    for member in ("capabilities", "serverInfo"):
        expect(initialize).that(member in result, f"{member} in the result", result)


@requirement("base-support-core-components")
@revisions(LEGACY[0], LEGACY[-1])
def test_initialization_can_be_completed(shake_hands: ShakeHands) -> None:
    """The server accepts notifications/initialized, which ends the initialization."""
    shake = shake_hands()
    need_result(shake.initialize)

    assert shake.initialized is not None
    expect(shake.initialized).that(not shake.initialized.refused, "notifications/initialized to be accepted")


@requirement("lifecycle-version-echo-when-supported")
def test_supported_version_is_echoed(shake_hands: ShakeHands, target: TargetProfile, revision: str) -> None:
    """A server that supports the requested version answers with it; what server/discover lists is supported, too."""
    listed = (version for version in LEGACY if version in target.supported_versions and version != revision)
    for version in (revision, revision, *listed):
        shake = _need_version(shake_hands(version, complete=False))
        expect(shake.initialize).that(shake.version == version, f"protocolVersion {version}", shake.version)


def _need_version(shake: Handshake) -> Handshake:
    """A handshake that tells some version; otherwise it is the shape of its result that is broken."""
    if not isinstance(need_result(shake.initialize).get("protocolVersion"), str):
        raise Blocked("the initialize result has no protocolVersion", "lifecycle-initialize-result-shape")
    return shake


@requirement("lifecycle-version-counteroffer")
def test_unsupported_version_gets_a_counteroffer(
    shake_hands: ShakeHands, target: TargetProfile, revision: str
) -> None:
    """A version that the server does not support is answered with one that it does.

    The specification also shows an error for this case, so an error that is about the version is let pass.
    """
    _need_version(shake_hands(complete=False))
    for version in (*INVENTED, *_not_spoken(target)):
        shake = shake_hands(version, complete=False)
        if shake.initialize.has_result:
            _expect_real_offer(shake_hands, shake, version, target)
        elif not is_about_versions(shake.initialize):
            violation(f"another version in answer to {version}", shake.initialize.outcome, shake.initialize)


def _not_spoken(target: TargetProfile) -> list[str]:
    return [version for version in LEGACY if version in target.not_spoken]


def _expect_real_offer(shake_hands: ShakeHands, shake: Handshake, asked: str, target: TargetProfile) -> None:
    """An offer holds when it is asked for; that of a version that is spoken anyway is judged by the echo rule."""
    offer = shake.version
    expected = f"a version that the server supports, in answer to {asked}"
    expect(shake.initialize).that(_is_offer(offer), expected, offer if isinstance(offer, str) else None)
    if offer in target.surfaces:
        return
    again = shake_hands(offer, complete=False)
    if again.initialize.has_result and again.version != offer:
        violation(
            f"the version offered in answer to {asked}, {offer}, to be supported",
            f"initialize with {offer} is answered with {again.version}",
            again.initialize,
        )
    if not again.initialize.has_result:
        expected = f"initialize with the version offered, {offer}, to succeed"
        violation(expected, again.initialize.outcome, again.initialize)


def _is_offer(version: Any) -> bool:
    return isinstance(version, str) and bool(version) and version not in INVENTED


@requirement("lifecycle-version-counteroffer-latest")
def test_counteroffer_is_the_latest_version(
    shake_hands: ShakeHands, target: TargetProfile, revision: str
) -> None:
    """The version that a server offers instead is the latest that it supports."""
    _need_version(shake_hands(complete=False))
    supported = [version for version in LEGACY if _speaks(shake_hands, target, version)]
    shake = shake_hands(INVENTED[0], complete=False)
    latest = max(supported, default=revision)
    offer = shake.version
    if is_about_versions(shake.initialize):
        violation(f"the offer {latest}", shake.initialize.outcome, shake.initialize)
    if not _is_offer(offer):
        raise Blocked("no version is offered", "lifecycle-version-counteroffer")
    is_newer = isinstance(offer, str) and offer not in LEGACY and offer > latest
    expect(shake.initialize).that(offer == latest or is_newer, f"the offer {latest}", offer)


def _speaks(shake_hands: ShakeHands, target: TargetProfile, version: str) -> bool:
    if version in target.surfaces or version in target.not_spoken:
        return version in target.surfaces
    return bool(shake_hands(version, complete=False).version == version)


@requirement("lifecycle-handle-error-cases")
def test_odd_initialization_is_answered(peer: Peer, shake_hands: ShakeHands, revision: str) -> None:
    """Initialize without fields, or a second time, gets a defined answer, and the server works afterwards."""
    for params in ({}, {"protocolVersion": revision}, {"protocolVersion": 7, "capabilities": [], "clientInfo": None}):
        _expect_defined(_stranger(peer).send(request("initialize", params)), f"initialize with params {params}")
    shake = shake_hands()
    need_result(shake.initialize)
    _expect_defined(shake.peer.send(shake.initialize.message), "a second initialize in one session")
    need_result(shake_hands(complete=False).initialize)


def _stranger(peer: Peer) -> Peer:
    return Peer(peer.channel, LegacyDialect(peer.revision))


def _expect_defined(reply: Reply, stimulus: str) -> None:
    defined = reply.response is not None or 400 <= (reply.status or 0) < 500
    expect(reply).that(defined, f"a response or a 4xx status to {stimulus}")


@requirement("lifecycle-server-no-requests-before-initialized")
def test_server_waits_for_initialized(shake_hands: ShakeHands, target: TargetProfile) -> None:
    """Before notifications/initialized arrives the server sends no requests except ping."""
    shake = shake_hands(capabilities=ALL_CLIENT_FEATURES, complete=False)
    need_result(shake.initialize)
    stream = shake.peer.listen(timeout=target.grace + 1)
    stream.wait_end(target.settle)
    heard = stream.close()

    early = [one["method"] for one in (*shake.initialize.requests, *heard.requests) if one["method"] != "ping"]
    expect(heard).that(not early, "no request but ping before initialized", early)


@requirement("lifecycle-declared-features-served")
def test_declared_features_are_served(new_peer: Callable[..., Peer], surface: Surface) -> None:
    """What the server declares is not answered as an unknown method."""
    stimuli = list(_methods_declared(surface))
    if not stimuli:
        not_applicable("neither logging nor tasks is declared")
    peer = new_peer()
    for method, params in stimuli:
        reply = peer.request(method, params)
        expect(reply).that(reply.error_code != METHOD_NOT_FOUND, f"{method} to be served, as it is declared")


def _methods_declared(surface: Surface) -> Iterator[tuple[str, dict[str, Any]]]:
    """A harmless request for each declared feature that no rule of its own asks for."""
    if surface.declares("logging"):
        yield "logging/setLevel", {"level": "info"}
    tasks = surface.capabilities.get("tasks")
    if surface.revision == "2025-11-25" and isinstance(tasks, dict):
        yield "tasks/get", {"taskId": "mcp-conformance-no-such-task"}
        if "list" in tasks:
            yield "tasks/list", {}


@requirement("lifecycle-features-advertised")
def test_served_features_are_declared(new_peer: Callable[..., Peer], surface: Surface) -> None:
    """Subscriptions to resources, and tasks, are not served without being declared."""
    peer = new_peer()
    if surface.resources and not surface.declares("resources", "subscribe"):
        uri = {"uri": surface.resources[0].get("uri")}
        reply = peer.request("resources/subscribe", uri, probe=True)
        expect(reply).that(not reply.has_result, "-32601, as resources.subscribe is not declared")
    if surface.revision == "2025-11-25" and not surface.declares("tasks"):
        reply = peer.request("tasks/list", {}, probe=True)
        expect(reply).that(not reply.has_result, "-32601, as tasks is not declared")
