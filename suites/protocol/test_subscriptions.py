"""Subscriptions (2026-07-28 basic/patterns/subscriptions), and what they deliver (server/tools, prompts, resources)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from conformance.checks import capability, expect, need_result, not_testable, requirement, timing, violation
from conformance.checks.flow import PROGRESS, member, notified
from conformance.checks.listening import acknowledged, subscription
from conformance.checks.outcomes import Blocked
from conformance.checks.rules.logging import MESSAGE
from conformance.checks.rules.subscriptions import (
    ABSENT,
    ACKNOWLEDGED,
    LIST_CHANGES,
    PROVIDED_BY,
    UPDATED,
    WATCH,
    subscription_id,
)
from conformance.protocol.messages import META_LOG_LEVEL, JsonObject, same_id
from conformance.protocol.peer import Peer
from conformance.protocol.reply import LiveReply
from conformance.target.config import RunConfig
from conformance.target.profile import Surface, TargetProfile
from conformance.target.roles import ROLES, Filled, advice, fill

Role = Callable[[str], Filled]

IDS = ("conformance-subscription", 314159)
PROMPT = 5.0
"""Seconds in which a subscription has to be acknowledged at the latest."""


def _everything(surface: Surface) -> JsonObject:
    """A filter that asks for all that the server may have to tell."""
    lists: JsonObject = {key: True for key in PROVIDED_BY if key != WATCH}
    uris = [one["uri"] for one in surface.resources if isinstance(one.get("uri"), str)]
    changing = [uri for uri in uris if uri in ROLES["watched-resource"].names]
    return {**lists, WATCH: [*changing, *uris][:1]} if uris else lists


@requirement("sub-ack-first")
@timing
def test_a_subscription_is_acknowledged_first(peer: Peer, surface: Surface, target: TargetProfile) -> None:
    """The acknowledgment comes, whatever was asked for; what precedes it is judged by sub-nothing-before-ack."""
    patience = max(PROMPT, target.grace)
    for wanted in ({}, _everything(surface)):
        with subscription(peer, wanted, patience) as live:
            live.wait_for_message(patience, ACKNOWLEDGED)
            expect(live.close()).that(notified(live.reply, ACKNOWLEDGED), f"{ACKNOWLEDGED} on the new stream")


@requirement("sub-ack-subset")
def test_no_more_is_acknowledged_than_was_asked_for(peer: Peer, target: TargetProfile) -> None:
    """Each kind of notification is acknowledged to those who asked for it."""
    for wanted in ({}, *({key: True} for key in PROVIDED_BY if key != WATCH)):
        with subscription(peer, wanted, target.grace) as live:
            found = member(acknowledged(live, target.grace), "notifications")
            granted = found if isinstance(found, dict) else {}
            extra = [key for key, value in granted.items() if value and key in PROVIDED_BY and key not in wanted]
            expect(live.reply).that(not extra, f"nothing acknowledged beyond {sorted(wanted) or 'nothing'}", extra)


@requirement("sub-id-equals-request-id")
def test_the_subscription_id_is_the_request_id(peer: Peer, target: TargetProfile) -> None:
    """The id is that of the listen request, in value and JSON type."""
    for id in IDS:
        with subscription(peer, {}, target.grace, id=id) as live:
            found = subscription_id(acknowledged(live, target.grace))
            if found is ABSENT:
                raise Blocked("no subscription id", by="meta-subscription-id-on-stream-notifications")
            expect(live.reply).that(same_id(found, id), f"the subscription id {id!r}", found)


@requirement("sub-multiple-concurrent")
def test_subscriptions_stand_side_by_side(peer: Peer, target: TargetProfile) -> None:
    """A second subscription is acknowledged like the first, and the first stays open beside it."""
    with subscription(peer, {"toolsListChanged": True}, target.grace) as first:
        acknowledged(first, target.grace)
        second = peer.start("subscriptions/listen", {"notifications": {"promptsListChanged": True}})
        second.wait_for_message(max(PROMPT, target.grace), ACKNOWLEDGED)
        first.wait_end(target.settle)
        expect(second.close()).that(notified(second.reply, ACKNOWLEDGED), "a second subscription to be acknowledged")
        lost = first.reply.exchange.ending is not None and not first.reply.has_result
        expect(first.reply).that(not lost, "the first subscription to stay open beside the second")


@requirement("sub-multiple-concurrent")
@capability("tools", "listChanged")
def test_each_subscription_is_told(peer: Peer, role: Role, target: TargetProfile) -> None:
    """Of two subscriptions to the same changes none is told instead of the other."""
    changer, wanted = role("tool-list-changer"), {"toolsListChanged": True}
    method = "notifications/tools/list_changed"
    with _beside(peer, wanted, wanted, target) as both:
        need_result(peer.call_tool(changer.item, changer.arguments))
        for live in both:
            live.wait_for_message(target.grace, method)
        peer.call_tool(changer.item, changer.arguments)
        told = [bool(notified(live.close(), method)) for live in both]
    if not any(told):
        raise Blocked(f"{changer.name}: no subscription is told of it", by="tools-list-changed-on-listen")
    expect(both[told.index(False) if False in told else 0].reply).that(all(told), f"{method} on both subscriptions")


@requirement("tools-list-changed-on-listen")
@capability("tools", "listChanged")
def test_changed_tools_are_announced(peer: Peer, role: Role, target: TargetProfile) -> None:
    """A subscription to tool changes is told of one, others are not."""
    _expect_announced(peer, role("tool-list-changer"), "tools", target)


@requirement("prompts-list-changed-on-listen")
@capability("prompts", "listChanged")
def test_changed_prompts_are_announced(peer: Peer, role: Role, target: TargetProfile) -> None:
    """A subscription to prompt changes is told of one, others are not."""
    _expect_announced(peer, role("prompt-list-changer"), "prompts", target)


@requirement("resources-list-changed-on-listen")
@capability("resources", "listChanged")
def test_changed_resources_are_announced(peer: Peer, role: Role, target: TargetProfile) -> None:
    """A subscription to changes of the resource list is told of one, others are not."""
    _expect_announced(peer, role("resource-list-changer"), "resources", target)


@requirement("resources-updated-on-listen")
@capability("resources", "subscribe")
def test_updated_resource_is_announced(peer: Peer, role: Role, surface: Surface, target: TargetProfile) -> None:
    """A subscription that names a resource is told of its change, others are not."""
    uri, changer = role("watched-resource").item["uri"], role("resource-changer")
    others = [one["uri"] for one in surface.resources if not str(uri).startswith(str(one.get("uri")))]
    with _beside(peer, {WATCH: [uri]}, {WATCH: others[:1]}, target) as (live, other):
        need_result(peer.call_tool(changer.item, changer.arguments))
        live.wait_for_message(target.grace, UPDATED)
        other.wait_end(target.settle)
        told = [member(one, "uri") for one in notified(live.close(), UPDATED)]
        expect(live.reply).that(uri in told, f"{UPDATED} for the resource that was changed", told)


def _expect_announced(peer: Peer, changer: Filled, kind: str, target: TargetProfile) -> None:
    """Change a list, and change it back; one subscription asked to be told, another asked for nothing."""
    method = f"notifications/{kind}/list_changed"
    before = peer.items(f"{kind}/list", kind)
    with _beside(peer, {f"{kind}ListChanged": True}, {}, target) as (live, other):
        need_result(peer.call_tool(changer.item, changer.arguments))
        try:
            if peer.items(f"{kind}/list", kind) == before:
                not_testable(f"{changer.name} did not change the list of {kind}")
            live.wait_for_message(target.grace, method)
        finally:
            peer.call_tool(changer.item, changer.arguments)
        other.wait_end(target.settle)
        expect(live.reply).that(notified(live.close(), method), f"{method} after the list changed")


@contextmanager
def _beside(
    peer: Peer, wanted: JsonObject, other: JsonObject, target: TargetProfile
) -> Iterator[tuple[LiveReply, LiveReply]]:
    """Two subscriptions at a time, both acknowledged; the other is there to see what it is told unasked.

    It is opened first: who can serve only one subscription serves mostly the last, which has a rule of its own.
    """
    with subscription(peer, other, target.grace) as second, subscription(peer, wanted, target.grace) as first:
        acknowledged(second, target.grace)
        granted = member(acknowledged(first, target.grace), "notifications")
        if not isinstance(granted, dict) or not all(granted.get(key) for key in wanted):
            not_testable(f"the server does not agree to {', '.join(wanted)}: {granted}")
        yield first, second


@requirement("logging-modern-not-on-listen")
def test_log_messages_stay_off_subscriptions(
    peer: Peer, role: Role, surface: Surface, target: TargetProfile
) -> None:
    """What a call logs is not sent to a subscription that is open meanwhile."""
    played = role("logging-tool")
    meta: dict[str, Any] = {META_LOG_LEVEL: "debug"}
    _expect_none(peer, played, meta, MESSAGE, _everything(surface), target)


@requirement("sub-no-request-scoped-on-listen")
def test_progress_stays_off_subscriptions(peer: Peer, role: Role, surface: Surface, target: TargetProfile) -> None:
    """The progress of a call is not sent to a subscription that is open meanwhile."""
    played = role("progress-tool")
    meta: dict[str, Any] = {"progressToken": "conformance-listening"}
    _expect_none(peer, played, meta, PROGRESS, _everything(surface), target)


def _expect_none(
    peer: Peer, played: Filled, meta: dict[str, Any], method: str, wanted: JsonObject, target: TargetProfile
) -> None:
    with subscription(peer, wanted, target.grace) as live:
        need_result(peer.call_tool(played.item, played.arguments, **meta))
        live.wait_end(target.settle)
        expect(live.reply).that(not notified(live.close(), method), f"no {method} on the listen stream")


@requirement("sub-only-requested-types")
def test_nothing_is_told_unasked(
    peer: Peer, surface: Surface, run_config: RunConfig, target: TargetProfile
) -> None:
    """A subscription to nothing is silent after its acknowledgment, whatever changes."""
    changers = [
        played
        for key in ("tool-list-changer", "prompt-list-changer", "resource-list-changer", "resource-changer")
        if (played := fill(key, surface, run_config))
    ]
    with subscription(peer, {}, target.grace) as live:
        acknowledged(live, target.grace)
        for played in changers:
            peer.call_tool(played.item, played.arguments)
            peer.call_tool(played.item, played.arguments)
        live.wait_end(target.settle)
        told = [one["method"] for one in live.close().notifications if one["method"] in (*LIST_CHANGES, UPDATED)]
    if told:
        violation("nothing but the acknowledgment, as nothing was asked for", ", ".join(told), live.reply)


@requirement("sub-only-requested-uris")
@capability("resources", "subscribe")
def test_other_resources_are_not_told_of(
    peer: Peer, surface: Surface, run_config: RunConfig, target: TargetProfile
) -> None:
    """A subscription to one resource is silent when another changes, by a tool or by itself."""
    changing = ROLES["watched-resource"].names
    others = [one["uri"] for one in surface.resources if isinstance(one.get("uri"), str) and one["uri"] not in changing]
    if not others:
        not_testable("no resource is listed beside the one that changes")
    changer = fill("resource-changer", surface, run_config)
    with subscription(peer, {WATCH: others[:1]}, target.grace) as live:
        acknowledged(live, target.grace)
        if changer:
            peer.call_tool(changer.item, changer.arguments)
        live.wait_end(target.settle if changer else target.grace)
        told = [member(one, "uri") for one in notified(live.close(), UPDATED)]
        strays = [uri for uri in told if isinstance(uri, str) and not uri.startswith(others[0])]
        expect(live.reply).that(not strays, f"updates of {others[0]} alone", strays)
    if not changer:
        not_testable(advice("resource-changer"))
