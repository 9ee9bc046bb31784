"""Resources (server/resources)."""

import base64
import binascii
from collections.abc import Callable
from typing import Any

import pytest

from conformance.checks import (
    capability,
    code_of,
    expect,
    need_result,
    not_applicable,
    not_testable,
    requirement,
    revisions,
    violation,
)
from conformance.checks.encodings import byte_lengths, is_media_type
from conformance.checks.flow import notified
from conformance.checks.listening import get_stream
from conformance.checks.listing import (
    differs_between_connections,
    identities,
    named_twice,
    sample,
    varies_by_connection,
)
from conformance.checks.outcomes import Blocked
from conformance.checks.rules.list_changes import may_announce
from conformance.checks.uris import NOBODYS, may_match, missing_siblings
from conformance.protocol.formats import is_uri
from conformance.protocol.messages import INVALID_PARAMS, METHOD_NOT_FOUND, MISSING_CAPABILITY, JsonObject
from conformance.protocol.peer import Peer
from conformance.protocol.reply import Reply
from conformance.target.profile import Surface, TargetProfile
from conformance.target.roles import Filled

LIST_CHANGED = "notifications/resources/list_changed"
NOT_FOUND = -32002
BEYOND_REACH = (401, 403)
WATCHED = "test://watched-resource"


@requirement("resources-capability-declared")
def test_offered_resources_are_declared(peer: Peer, surface: Surface) -> None:
    """A server that lists resources or templates has declared the capability."""
    if surface.declares("resources"):
        return
    for method, key in (("resources/list", "resources"), ("resources/templates/list", "resourceTemplates")):
        reply = peer.request(method, {})
        offered = reply.result.get(key) if reply.has_result else None
        expect(reply).that(not offered, f"no items of {method}, since the capability resources is not declared")
    not_applicable("no resources are offered")


@requirement("resources-list-answered")
@capability("resources")
def test_declared_resources_are_listed(peer: Peer) -> None:
    """A server that declares resources answers resources/list."""
    expect(peer.request("resources/list", {})).result()


@requirement("resources-list-result-shape")
@capability("resources")
def test_every_page_of_resources_conforms(peer: Peer, surface: Surface) -> None:
    """The list is there to be judged, page by page; what the pages hold is judged as traffic."""
    for reply in peer.pages("resources/list", limit=30):
        if not reply.has_result:
            cause = "resources-list-answered" if surface.era == "modern" else "lifecycle-declared-features-served"
            raise Blocked(f"resources/list: {reply.outcome}", cause)
        expect(reply).that(isinstance(reply.result.get("resources"), list), "an array of resources")


@requirement("resources-uri-unique")
@capability("resources")
def test_uris_are_unique(surface: Surface) -> None:
    """No URI is listed again on another page; on one page the rule is judged as traffic."""
    if not surface.resources:
        not_applicable("no resource is listed")
    twice = named_twice([str(one.get("uri")) for one in surface.resources if "uri" in one])
    if twice:
        violation("every resource under a URI of its own", f"listed more than once: {', '.join(twice[:5])}")


@requirement("resources-list-not-per-connection")
@capability("resources")
def test_the_list_does_not_depend_on_the_connection(peer: Peer, surface: Surface) -> None:
    """Neither a fresh connection nor a read changes the set of resources."""

    def take(close: bool) -> frozenset[str]:
        return identities(peer, "resources/list", "resources", "uri", close=close)

    def read() -> None:
        for resource in surface.resources[:1]:
            _read(peer, resource.get("uri"))

    if differs_between_connections(peer, "resources/list", "resources", "uri") or varies_by_connection(take, read):
        violation("the same set of resources on every connection", "sets that go back and forth between connections")


@requirement("resources-listed-readable")
@capability("resources")
def test_listed_resources_can_be_read(peer: Peer, surface: Surface) -> None:
    """A sample of what is listed is read; the contents are judged as traffic."""
    readable = sample([one for one in surface.resources if _is_uri(one.get("uri"))], _kind)
    if not readable:
        not_applicable("no resource is listed")
    refused = [(one["uri"], reply) for one in readable if not (reply := _read(peer, one["uri"])).has_result]
    for uri, reply in refused:
        if code_of(reply) == MISSING_CAPABILITY:
            continue
        violation(f"the contents of the listed resource {uri}", reply.outcome, reply)


@requirement("resources-read-result-shape")
@capability("resources")
def test_contents_are_an_array(peer: Peer, surface: Surface) -> None:
    """A read that is answered has contents, or asks for input (2026-07-28)."""
    for resource in surface.resources[:5]:
        reply = _read(peer, resource.get("uri"))
        if reply.has_result and reply.result.get("resultType", "complete") == "complete":
            expect(reply).that(isinstance(reply.result.get("contents"), list), "an array of contents")
            return
        if reply.error_code == METHOD_NOT_FOUND:
            break
    not_testable("no listed resource could be read")


@requirement("resources-size-true")
@capability("resources")
def test_a_listed_size_is_that_of_the_content(peer: Peer, surface: Surface) -> None:
    """As many bytes as were listed, when the content is one blob, or one text in any usual encoding."""
    sized = [one for one in surface.resources if _is_count(one.get("size")) and _is_uri(one.get("uri"))]
    looked_at = 0
    for resource in sample(sized, _kind, 4):
        lengths = _lengths(_read(peer, resource["uri"]))
        if lengths:
            looked_at += 1
            expected = f"{resource['size']} bytes, the size listed for {resource['uri']}"
            if resource["size"] not in lengths:
                violation(expected, f"{min(lengths)} bytes")
    if not looked_at:
        not_testable("no resource is listed with its size")


@requirement("resources-not-found-32002")
@capability("resources")
def test_an_unknown_resource_is_not_found(peer: Peer, surface: Surface) -> None:
    """Up to 2025-11-25 the error is -32002."""
    for uri in _unknown(surface):
        expect(_within_reach(_read(peer, uri))).error(NOT_FOUND)


@requirement("resources-not-found-32602")
@capability("resources")
def test_an_unknown_resource_is_an_invalid_parameter(peer: Peer, surface: Surface) -> None:
    """Since 2026-07-28 the error is -32602. An empty answer has a rule of its own."""
    judged = 0
    for uri in _unknown(surface):
        reply = _within_reach(_read(peer, uri))
        if reply.has_result and (not reply.result.get("contents") or uri != NOBODYS):
            continue
        expect(reply).error(INVALID_PARAMS)
        judged += 1
    if not judged:
        raise Blocked("no invented URI was refused", "resources-not-found-no-empty-contents")


@requirement("resources-not-found-no-empty-contents")
@capability("resources")
def test_an_unknown_resource_is_not_an_empty_one(peer: Peer, surface: Surface) -> None:
    """No empty contents, and no missing ones, for what does not exist."""
    for uri in _unknown(surface):
        reply = _read(peer, uri)
        if reply.has_result:
            asks = reply.result.get("resultType") == "input_required"
            expect(reply).that(asks or reply.result.get("contents"), f"an error for the unknown URI {uri}")


@requirement("resources-validate-uris")
@capability("resources")
@pytest.mark.parametrize(
    "uri",
    ["not a URI, but words", "", 42, None, ["test://a"]],
    ids=["words", "empty", "number", "missing", "array"],
)
def test_what_is_no_uri_is_refused(peer: Peer, surface: Surface, uri: Any) -> None:
    """Reading something that cannot be a URI gives no content."""
    if isinstance(uri, str) and any(may_match(one, uri) for one in _templates(surface)):
        not_testable("a template of this server takes any text for a URI")
    reply = peer.request("resources/read", {} if uri is None else {"uri": uri}, probe=True)

    served = reply.has_result and (not isinstance(uri, str) or reply.result.get("contents"))
    expect(reply).that(not served, f"a refusal of the URI {uri!r}")


@requirement("resources-subscribe-works")
@capability("resources", "subscribe")
@revisions("2024-11-05", "2025-11-25")
def test_a_listed_resource_can_be_subscribed_to(
    new_peer: Callable[..., Peer], surface: Surface, target: TargetProfile
) -> None:
    """With the flag declared, a subscription is accepted with an empty result."""
    reply = new_peer().request("resources/subscribe", {"uri": _first_uri(surface)}, timeout=_patience(target))
    expect(reply).result()


@requirement("resources-unsubscribe-works")
@capability("resources", "subscribe")
@revisions("2024-11-05", "2025-11-25")
def test_a_subscription_can_be_ended(
    new_peer: Callable[..., Peer], surface: Surface, target: TargetProfile
) -> None:
    """What was subscribed to is unsubscribed from with an empty result."""
    peer, uri = new_peer(), {"uri": _first_uri(surface)}
    need_result(peer.request("resources/subscribe", uri, timeout=_patience(target)))
    expect(peer.request("resources/unsubscribe", uri, timeout=_patience(target))).result()


@requirement("resources-list-changed-only-if-declared")
@capability("resources")
@revisions("2024-11-05", "2025-11-25")
def test_an_undeclared_change_is_not_announced(
    new_peer: Callable[..., Peer], surface: Surface, role: Callable[[str], Filled], target: TargetProfile
) -> None:
    """Without listChanged no notification about changes is sent."""
    if may_announce(surface.capabilities, "resources"):
        not_applicable("the capability resources.listChanged is declared")
    changer = role("resource-list-changer")
    peer = new_peer()
    with get_stream(peer, target.grace) as stream:
        reply = peer.call_tool(changer.item, changer.arguments)
        told = notified(reply, LIST_CHANGED) or (stream and stream.wait_for_message(target.grace, LIST_CHANGED))
        peer.call_tool(changer.item, changer.arguments)
    if told:
        violation("no notification, since listChanged is not declared", LIST_CHANGED)


def _read(peer: Peer, uri: Any) -> Reply:
    """What a server lists may be no URI; reading it is then a probe of ours."""
    return peer.request("resources/read", {"uri": uri}, probe=not _is_uri(uri))


def _patience(target: TargetProfile) -> float:
    """Some servers ask the client for something before they answer a subscription, and then wait without end."""
    return max(3.0, target.grace)


def _is_uri(value: Any) -> bool:
    return isinstance(value, str) and is_uri(value)


def _kind(resource: JsonObject) -> tuple[str, str]:
    return str(resource["uri"]).partition(":")[0], str(resource.get("mimeType"))


def _templates(surface: Surface) -> list[str]:
    return [str(one.get("uriTemplate")) for one in surface.templates]


def _unknown(surface: Surface) -> list[str]:
    """Invented URIs that no template of the server gives."""
    listed = [str(one.get("uri")) for one in surface.resources]
    uris = [NOBODYS, *missing_siblings([*listed, *_templates(surface)])]
    unknown = [uri for uri in uris if not any(may_match(one, uri) for one in _templates(surface))]
    return unknown or not_testable("the templates of this server take any URI")


def _within_reach(reply: Reply) -> Reply:
    if reply.status in BEYOND_REACH:
        not_testable(f"the target answers {reply.status} before it looks for the resource")
    return reply


def _first_uri(surface: Surface) -> str:
    uris = [one["uri"] for one in surface.resources if _is_uri(one.get("uri"))]
    if not uris:
        not_testable("no resource is listed")
    return WATCHED if WATCHED in uris else str(uris[0])


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _lengths(reply: Reply) -> set[int]:
    """How many bytes the only content may have outside of JSON; empty when that cannot be told."""
    contents = reply.result.get("contents") if reply.has_result else None
    if not isinstance(contents, list) or len(contents) != 1 or not isinstance(contents[0], dict):
        return set()
    if isinstance(contents[0].get("text"), str):
        return set() if is_media_type(contents[0].get("mimeType")) else byte_lengths(contents[0]["text"])
    try:
        return {len(base64.b64decode(contents[0]["blob"], validate=True))}
    except (KeyError, TypeError, binascii.Error, ValueError):
        return set()
