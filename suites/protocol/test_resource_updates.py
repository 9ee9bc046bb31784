"""Resources that change, up to 2025-11-25 (server/resources#subscriptions, #list-changed-notification)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from conformance.checks import capability, expect, need_result, not_testable, requirement, revisions, slow, timing
from conformance.checks.flow import member, notified
from conformance.checks.listening import get_stream
from conformance.checks.rules.subscriptions import UPDATED
from conformance.protocol.peer import Peer
from conformance.protocol.reply import LiveReply, Reply
from conformance.target.config import RunConfig
from conformance.target.profile import Surface, TargetProfile
from conformance.target.roles import Filled, advice, fill

NewPeer = Callable[..., Peer]
Role = Callable[[str], Filled]

LEGACY = ("2024-11-05", "2025-11-25")
LIST_CHANGED = "notifications/resources/list_changed"


@requirement("resources-subscribe-works")
@capability("resources", "subscribe")
@revisions(*LEGACY)
@timing
@slow
def test_subscribers_are_told_of_a_change(new_peer: NewPeer, role: Role, target: TargetProfile) -> None:
    """After resources/subscribe a change of the resource is notified, with its URI."""
    uri, changer = role("watched-resource").item["uri"], role("resource-changer")
    peer = new_peer()
    with _stream(peer, target) as stream:
        need_result(peer.request("resources/subscribe", {"uri": uri}))
        told = _told(peer, changer, stream, target, target.grace)
        expect(stream.reply).that(uri in told, f"{UPDATED} for the resource that was changed", told)


@requirement("resources-unsubscribe-works")
@capability("resources", "subscribe")
@revisions(*LEGACY)
@timing
@slow
def test_who_unsubscribed_is_not_told(new_peer: NewPeer, role: Role, target: TargetProfile) -> None:
    """After resources/unsubscribe changes of the resource are not notified."""
    uri, changer = role("watched-resource").item["uri"], role("resource-changer")
    peer = new_peer()
    with _stream(peer, target) as stream:
        need_result(peer.request("resources/subscribe", {"uri": uri}))
        if uri not in _told(peer, changer, stream, target, target.grace):
            not_testable("subscribers are not told of the change that the resource-changer makes")
        need_result(peer.request("resources/unsubscribe", {"uri": uri}))
        told = _told(peer, changer, stream, target)
        expect(stream.reply).that(uri not in told, "no update of a resource that was unsubscribed from", told)


@requirement("resources-updated-only-if-subscribed")
@capability("resources", "subscribe")
@revisions(*LEGACY)
@slow
def test_who_did_not_subscribe_is_not_told(
    new_peer: NewPeer, surface: Surface, run_config: RunConfig, target: TargetProfile
) -> None:
    """Without a subscription, changes of a resource are not notified, whether it changes by a tool or by itself."""
    changer = fill("resource-changer", surface, run_config)
    peer = new_peer()
    with _stream(peer, target) as stream:
        if changer:
            told = _told(peer, changer, stream, target)
        else:
            stream.wait_for_message(target.grace, UPDATED)
            told = _updates(stream.reply)
        expect(stream.reply).that(not told, "no update without a subscription", told)
        if not changer:
            not_testable(advice("resource-changer"))


@requirement("resources-list-changed-notification")
@capability("resources", "listChanged")
@revisions(*LEGACY)
@timing
@slow
def test_a_changed_list_is_announced(
    new_peer: NewPeer, role: Role, surface: Surface, target: TargetProfile
) -> None:
    """A server that declared listChanged notifies when a resource comes or goes."""
    changer = role("resource-list-changer")
    peer = new_peer()
    with _stream(peer, target) as stream:
        before = peer.items("resources/list", "resources")
        reply = peer.call_tool(changer.item, changer.arguments)
        need_result(reply)
        try:
            if peer.items("resources/list", "resources") == before:
                not_testable(f"{changer.name} did not change the list of resources")
            here = notified(reply, LIST_CHANGED)
            announced = here or stream.wait_for_message(target.grace, LIST_CHANGED)
        finally:
            peer.call_tool(changer.item, changer.arguments)
        expect(stream.reply).that(announced, f"{LIST_CHANGED} after the list changed")


@contextmanager
def _stream(peer: Peer, target: TargetProfile) -> Iterator[LiveReply]:
    """The GET stream; what is unrelated to a request has no other way to the client."""
    with get_stream(peer, target.grace) as stream:
        yield stream or not_testable("the server offers no GET stream")


def _told(
    peer: Peer, changer: Filled, stream: LiveReply, target: TargetProfile, patience: float = 0.0
) -> list[object]:
    """The URIs of the updates that a change brings about, on any stream."""
    before = _updates(stream.reply)
    reply = peer.call_tool(changer.item, changer.arguments)
    need_result(reply)
    if patience and not notified(reply, UPDATED):
        stream.pending.wait(lambda exchange: len(_updates(stream.reply)) > len(before), patience)
    stream.wait_end(target.settle)
    return [*_updates(reply), *_updates(stream.reply)[len(before) :]]


def _updates(reply: Reply) -> list[object]:
    return [member(one, "uri") for one in notified(reply, UPDATED)]
