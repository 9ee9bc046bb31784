"""Discovery (2026-07-28 server/discover)."""

from collections.abc import Callable

from conformance.checks import capability, expect, need_result, not_applicable, requirement, revisions
from conformance.checks.outcomes import Blocked
from conformance.protocol.legacy import Handshake
from conformance.protocol.messages import METHOD_NOT_FOUND
from conformance.protocol.modern import modern_peer
from conformance.protocol.peer import Peer
from conformance.protocol.revisions import LEGACY, MODERN
from conformance.target.profile import Surface, TargetProfile
from conformance.wire.channel import Channel

TASKS = "io.modelcontextprotocol/tasks"


@requirement("discover-implemented")
def test_discover_is_served(channel: Channel, revision: str) -> None:
    """server/discover is answered with a result, also as the very first request of a client."""
    with channel.on_new_connection() as fresh:
        expect(modern_peer(fresh, revision).request("server/discover")).result()


@requirement("base-support-core-components")
@revisions(MODERN[0], MODERN[-1])
def test_requests_need_no_handshake(channel: Channel, revision: str, surface: Surface) -> None:
    """A server that declares a list serves it as the first request of a client."""
    method = next((name for key, name in FIRST_LISTS.items() if surface.declares(key)), "server/discover")
    with channel.on_new_connection() as fresh:
        need_result(modern_peer(fresh, revision).request(method))


FIRST_LISTS = {"tools": "tools/list", "resources": "resources/list", "prompts": "prompts/list"}


@requirement("discover-supported-versions-truthful")
def test_supported_versions_are_served(
    peer: Peer, shake_hands: Callable[..., Handshake], target: TargetProfile, revision: str
) -> None:
    """Each version that is listed is served, and the one that discover was answered under is listed.

    Of a target that speaks any legacy version, these are judged by lifecycle-version-echo-when-supported.
    """
    reply = peer.request("server/discover")
    listed = need_result(reply).get("supportedVersions")
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise Blocked("supportedVersions is no list of versions", "discover-result-shape")
    expect(reply).that(revision in listed, f"{revision} in supportedVersions, as it is served", listed)
    for version in listed:
        if version in LEGACY and "legacy" not in target.eras:
            shake = shake_hands(version, complete=False)
            expect(shake.initialize).that(shake.version == version, f"initialize with {version}, which is listed")
        elif version not in (revision, *LEGACY):
            answer = modern_peer(peer.channel, version).request("server/discover", probe=True)
            expect(answer).that(answer.has_result, f"{version}, which is listed, to be served")


@requirement("discover-capabilities-truthful")
@capability("extensions")
def test_declared_tasks_are_served(new_peer: Callable[..., Peer], surface: Surface) -> None:
    """A server that declares the tasks extension knows its methods."""
    extensions = surface.capabilities["extensions"]
    if not isinstance(extensions, dict) or TASKS not in extensions:
        not_applicable(f"{TASKS} is not declared")
    peer = new_peer(capabilities={"extensions": {TASKS: {}}})
    reply = peer.request("tasks/get", {"taskId": "mcp-conformance-no-such-task"})
    expect(reply).that(reply.error_code != METHOD_NOT_FOUND, "tasks/get to be served, as tasks are declared")

