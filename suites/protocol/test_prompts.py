"""Prompts (server/prompts)."""

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
    timing,
    violation,
)
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
from conformance.checks.uris import TOKEN
from conformance.protocol.messages import INVALID_PARAMS, METHOD_NOT_FOUND, MISSING_CAPABILITY, JsonObject
from conformance.protocol.peer import Peer
from conformance.target.config import RunConfig
from conformance.target.profile import Surface, TargetProfile
from conformance.target.prompting import prompt_arguments
from conformance.target.roles import Filled, required_arguments

LIST_CHANGED = "notifications/prompts/list_changed"
UNKNOWN = f"no-such-prompt-{TOKEN}"


@requirement("prompts-capability-declared")
def test_offered_prompts_are_declared(peer: Peer, surface: Surface) -> None:
    """A server that lists prompts has declared the capability."""
    if surface.declares("prompts"):
        return
    reply = peer.request("prompts/list", {})
    offered = reply.result.get("prompts") if reply.has_result else None
    expect(reply).that(not offered, "no prompts, since the capability prompts is not declared")
    not_applicable("no prompts are offered")


@requirement("prompts-respect-negotiation")
def test_without_the_capability_the_methods_are_unknown(peer: Peer, surface: Surface) -> None:
    """A server that did not declare prompts answers their methods with an error."""
    if surface.declares("prompts"):
        not_applicable("the capability prompts is declared")
    listed = peer.request("prompts/list", {})
    if listed.has_result and listed.result.get("prompts"):
        raise Blocked("prompts are listed, so they are offered", "prompts-capability-declared")
    for reply in (listed, peer.request("prompts/get", {"name": UNKNOWN})):
        expect(reply).refused("the capability prompts is not declared")


@requirement("prompts-list-answered")
@capability("prompts")
def test_declared_prompts_are_listed(peer: Peer) -> None:
    """A server that declares prompts answers prompts/list."""
    expect(peer.request("prompts/list", {})).result()


@requirement("prompts-list-result-shape")
@capability("prompts")
def test_every_page_of_prompts_conforms(peer: Peer, surface: Surface) -> None:
    """The list is there to be judged, page by page; what the pages hold is judged as traffic."""
    for reply in peer.pages("prompts/list", limit=30):
        if not reply.has_result:
            cause = "prompts-list-answered" if surface.era == "modern" else "lifecycle-declared-features-served"
            raise Blocked(f"prompts/list: {reply.outcome}", cause)
        expect(reply).that(isinstance(reply.result.get("prompts"), list), "an array of prompts")


@requirement("prompts-name-unique")
@capability("prompts")
def test_names_are_unique(surface: Surface) -> None:
    """No name is listed again on another page; on one page the rule is judged as traffic."""
    if not surface.prompts:
        not_applicable("no prompt is listed")
    twice = named_twice([str(one.get("name")) for one in surface.prompts if "name" in one])
    if twice:
        violation("every prompt under a name of its own", f"listed more than once: {', '.join(twice[:5])}")


@requirement("prompts-list-not-per-connection")
@capability("prompts")
def test_the_list_does_not_depend_on_the_connection(peer: Peer, surface: Surface, run_config: RunConfig) -> None:
    """Neither a fresh connection nor getting a prompt changes the set of prompts."""

    def take(close: bool) -> frozenset[str]:
        return identities(peer, "prompts/list", "prompts", "name", close=close)

    def get() -> None:
        for prompt in surface.prompts[:1]:
            arguments = prompt_arguments(prompt, surface, run_config)
            peer.request("prompts/get", {"name": str(prompt.get("name")), "arguments": arguments})

    if differs_between_connections(peer, "prompts/list", "prompts", "name") or varies_by_connection(take, get):
        violation("the same set of prompts on every connection", "sets that go back and forth between connections")


@requirement("prompts-get-result-shape")
@capability("prompts")
def test_prompts_give_messages(peer: Peer, surface: Surface, run_config: RunConfig) -> None:
    """A sample of the prompts is got with made-up arguments; what is given is judged as traffic too."""
    given = 0
    for prompt in sample([one for one in surface.prompts if isinstance(one.get("name"), str)], _kind):
        arguments = prompt_arguments(prompt, surface, run_config)
        reply = peer.request("prompts/get", {"name": prompt["name"], "arguments": arguments})
        if reply.has_result and reply.result.get("resultType", "complete") == "complete":
            given += 1
            messages = reply.result.get("messages")
            expect(reply).that(isinstance(messages, list), f"an array of messages for {prompt['name']}")
    if not given:
        not_testable("no prompt could be got with made-up arguments; give some under [arguments]")


@requirement("prompts-listed-gettable")
@capability("prompts")
def test_listed_prompts_can_be_got(peer: Peer, surface: Surface) -> None:
    """What requires no argument is given without one; nothing that is listed is an unknown method."""
    prompts = [one for one in surface.prompts if isinstance(one.get("name"), str)]
    if not prompts:
        not_applicable("no prompt is listed")
    simple = [one for one in prompts if not _requires_any(one)]
    for prompt in sample(simple, _kind, 4) or prompts[:1]:
        reply = peer.request("prompts/get", {"name": prompt["name"]})
        refused = not reply.has_result and code_of(reply) != MISSING_CAPABILITY
        broken = reply.error_code == METHOD_NOT_FOUND or (prompt in simple and refused)
        expect(reply).that(not broken, f"the messages of the listed prompt {prompt['name']}")


@requirement("prompts-error-invalid-name")
@capability("prompts")
def test_an_unknown_prompt_is_an_invalid_parameter(peer: Peer) -> None:
    """An unknown name is answered with -32602."""
    expect(peer.request("prompts/get", {"name": UNKNOWN})).error(INVALID_PARAMS)


@requirement("prompts-error-missing-argument")
@capability("prompts")
def test_a_missing_argument_is_an_invalid_parameter(
    peer: Peer, role: Callable[[str], Filled], surface: Surface, run_config: RunConfig
) -> None:
    """Without arguments at all, and with all but the last that is required."""
    prompt = role("argument-prompt").item
    complete = prompt_arguments(prompt, surface, run_config)
    required = required_arguments(prompt)
    if not required:
        not_testable("the prompt does not say which arguments it requires")
    variants: list[JsonObject] = [{}, {key: value for key, value in complete.items() if key != required[-1]}]
    for arguments in variants if len(required) > 1 else variants[:1]:
        reply = peer.request("prompts/get", {"name": prompt["name"], "arguments": arguments})
        expect(reply).error(INVALID_PARAMS)


@requirement("prompts-validate-arguments")
@capability("prompts")
@pytest.mark.parametrize("value", [42, {"a": 1}, None], ids=["number", "object", "null"])
def test_an_argument_that_is_no_text_is_refused(
    peer: Peer, role: Callable[[str], Filled], surface: Surface, run_config: RunConfig, value: Any
) -> None:
    """Arguments are strings by the schema."""
    prompt = role("argument-prompt").item
    arguments = {**prompt_arguments(prompt, surface, run_config), required_arguments(prompt)[0]: value}
    params = {"name": prompt["name"], "arguments": arguments}
    expect(peer.request("prompts/get", params, probe=True)).refused(f"an argument is {value!r}, not a text")


@requirement("prompts-list-changed-notification")
@capability("prompts", "listChanged")
@revisions("2024-11-05", "2025-11-25")
@timing
def test_a_changed_list_is_announced(
    new_peer: Callable[..., Peer], role: Callable[[str], Filled], target: TargetProfile
) -> None:
    """The change arrives on the stream of the call or on the GET stream."""
    changer = role("prompt-list-changer")
    if not _announced_change(new_peer(), changer, max(2.0, target.grace)):
        violation(f"{LIST_CHANGED} after the list changed", "no such notification")


@requirement("prompts-list-changed-only-if-declared")
@capability("prompts")
@revisions("2024-11-05", "2025-11-25")
def test_an_undeclared_change_is_not_announced(
    new_peer: Callable[..., Peer], surface: Surface, role: Callable[[str], Filled], target: TargetProfile
) -> None:
    """Without listChanged no notification about changes is sent."""
    if may_announce(surface.capabilities, "prompts"):
        not_applicable("the capability prompts.listChanged is declared")
    changer = role("prompt-list-changer")
    if _announced_change(new_peer(), changer, target.grace):
        violation("no notification, since listChanged is not declared", LIST_CHANGED)


def _announced_change(peer: Peer, changer: Filled, patience: float) -> bool:
    """Change the list and change it back; whether the first change was announced."""
    with get_stream(peer, patience) as stream:
        before = _names(peer)
        reply = peer.call_tool(changer.item, changer.arguments)
        need_result(reply)
        try:
            if _names(peer) == before:
                not_testable(f"{changer.name} did not change the list of prompts")
            if notified(reply, LIST_CHANGED):
                return True
            return (stream or not_testable("the server offers no GET stream")).wait_for_message(patience, LIST_CHANGED)
        finally:
            peer.call_tool(changer.item, changer.arguments)


def _names(peer: Peer) -> set[str]:
    return {str(one.get("name")) for one in peer.items("prompts/list", "prompts")}


def _requires_any(prompt: JsonObject) -> bool:
    arguments = prompt.get("arguments")
    return any(not isinstance(one, dict) or one.get("required") for one in arguments or ())


def _kind(prompt: JsonObject) -> tuple[int, bool]:
    return len(required_arguments(prompt)), "arguments" in prompt
