"""Parity of an active target and its canary (docs/contracts/parity.md)."""

import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from conformance.checks import expect, not_applicable, not_testable, timing, violation
from conformance.checks.outcomes import Blocked
from conformance.contracts import Profile, rule
from conformance.contracts.parity import inventory
from conformance.contracts.parity.answers import error_codes, is_structured_error, payload, went_well, words
from conformance.contracts.parity.canary import UP, Canary, Pair, Side, Unusable, open_canary, open_pair
from conformance.contracts.parity.comparing import (
    Compared,
    allowed_seconds,
    compare,
    compare_all,
    median_seconds,
    slower_calls,
)
from conformance.contracts.parity.guarding import harmless, health_of, known_calls, need_harmless, runs_dry
from conformance.contracts.parity.normalising import answer_of, normalised
from conformance.contracts.parity.settings import HealthCall, Parity
from conformance.contracts.paths import at_path
from conformance.plugin.waiting import Pause
from conformance.protocol.messages import same_id
from conformance.protocol.reply import Reply
from conformance.target.config import RunConfig
from conformance.target.errors import ConfigError
from conformance.target.misfits import misfits
from conformance.target.profile import CAPABILITY_OF, LISTS, Surface, TargetProfile
from conformance.target.roles import callable_tools
from conformance.wire.channel import Channel
from conformance.wire.http import join_url
from conformance.wire.pacing import BudgetExhausted

SECTION = "parity"
TOLD = 10
TRIED = 4
UNKNOWN_METHOD = "conformance/no-such-method"

Found = Canary | Exception


@pytest.fixture
def parity(profile: Profile) -> Parity:
    assert profile.parity is not None
    return profile.parity


class Canaries:
    """What was found out about the canary, by profile; found out once a run."""

    def __init__(self, opened: ExitStack) -> None:
        self._opened = opened
        self._found: dict[str, Found] = {}

    def find(self, config: RunConfig, url: str, profile: Profile, parity: Parity) -> Found:
        if profile.name not in self._found:
            try:
                self._found[profile.name] = self._opened.enter_context(open_canary(config, url, profile, parity))
            except Unusable as error:
                self._found[profile.name] = error
        return self._found[profile.name]


@pytest.fixture(scope="module")
def canaries() -> Iterator[Canaries]:
    with ExitStack() as opened:
        yield Canaries(opened)


@pytest.fixture
def found(
    canaries: Canaries, run_config: RunConfig, profile: Profile, parity: Parity, target: TargetProfile
) -> Found:
    """The canary, or why it cannot be spoken to; *not testable* when none is given."""
    if not run_config.canary and not parity.canary:
        not_testable("no canary is given; name it with --canary=URL")
    if not target.surfaces:
        not_testable("no MCP target is given to compare the canary with; name it with --target=URL")
    url = run_config.canary or join_url(target.url, parity.canary)
    there = canaries.find(run_config, url or not_testable(f"{parity.canary} is no URL"), profile, parity)
    if isinstance(there, ConfigError | BudgetExhausted):
        not_testable(f"{there}; the canary gets the credential of a persona {parity.persona}, if there is one")
    return there


@pytest.fixture
def canary(found: Found) -> Canary:
    if isinstance(found, Exception):
        raise Blocked(str(found), by=UP)
    return found


@pytest.fixture
def pair(channel: Channel, target: TargetProfile, canary: Canary) -> Iterator[Pair]:
    with open_pair(channel, target, canary) as both:
        yield both


@pytest.fixture(scope="module")
def kept() -> dict[str, list[Compared]]:
    """The compared calls of a run, by profile: rules judge the same calls."""
    return {}


@pytest.fixture
def compared(kept: dict[str, list[Compared]], pair: Pair, run_config: RunConfig, profile: Profile) -> list[Compared]:
    """Every read-only tool called on both; *not testable* when there is none."""
    assert profile.parity is not None
    if profile.name not in kept:
        kept[profile.name] = list(compare_all(pair, run_config, profile.parity))
    served = [one for one in kept[profile.name] if one.succeeded]
    return served or not_testable("no read-only tool is served that both list; give arguments under [arguments]")


def judge(expected: str, problems: Iterable[str], reply: Reply | None = None) -> None:
    found = list(problems)
    if found:
        more = [f"and {len(found) - TOLD} more"] if len(found) > TOLD else []
        violation(expected, "; ".join([*found[:TOLD], *more]), reply)


@rule("parity-canary-answers")
def test_the_canary_answers(found: Found) -> None:
    """It can be judged at all."""
    if isinstance(found, Exception):
        violation("a canary that speaks MCP", str(found))


@rule("parity-revisions-equal")
def test_revisions_are_equal(target: TargetProfile, canary: Canary) -> None:
    """Nothing that clients negotiate today is gone."""
    there = canary.profile.surfaces
    lost = [f"{revision} is not spoken" for revision in target.surfaces if revision not in there]
    for revision, surface in target.surfaces.items():
        if revision in there and not surface.assumed and not there[revision].assumed:
            missing = surface.capabilities.keys() - there[revision].capabilities.keys()
            lost += [f"{revision}: the capability {name} is not declared" for name in sorted(missing)]
    judge("the revisions and capabilities of the active target", lost)


def need_list(pair: Pair, key: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """A whole list of both; *not testable* when one could not be read to its end, *blocked* when one does not declare
    what the other does."""
    sides = {"active": pair.active.surface, "canary": pair.canary.surface}
    if len({surface.declares(CAPABILITY_OF[key]) for surface in sides.values()}) > 1:
        raise Blocked(f"only one of both declares the capability of {key}", by="parity-revisions-equal")
    for name, surface in sides.items():
        if key in surface.unread:
            not_testable(f"{LISTS[key]} of the {name} target could not be read: {surface.unread[key]}")
    active, canary = (surface.items.get(key, []) for surface in sides.values())
    return list(active), list(canary)


def need_both(pair: Pair, key: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    lists = need_list(pair, key)
    return lists if any(lists) else not_applicable(f"neither target lists any {key}")


@rule("parity-tool-names")
def test_tool_names_are_equal(pair: Pair, parity: Parity) -> None:
    """Over all pages."""
    active, canary = need_both(pair, "tools")
    judge("the same tools", inventory.names_differ(active, canary, "name", parity))


@rule("parity-tool-definitions")
def test_tool_definitions_are_equal(pair: Pair, parity: Parity) -> None:
    """Of the tools that both have."""
    active, canary = need_both(pair, "tools")
    found = inventory.definitions_differ(active, canary, "name", parity, inventory.DEFINED_BY)
    judge("tools defined equally", found)


@rule("parity-resources-equal")
def test_resources_are_equal(pair: Pair, parity: Parity) -> None:
    """URIs and templates."""
    lists = {"uri": need_list(pair, "resources"), "uriTemplate": need_list(pair, "resourceTemplates")}
    if not any(items for both in lists.values() for items in both):
        not_applicable("neither target lists any resources")
    found = [inventory.names_differ(active, canary, key, parity) for key, (active, canary) in lists.items()]
    judge("the same resources", [one for kind in found for one in kind])


@rule("parity-prompts-equal")
def test_prompts_are_equal(pair: Pair, parity: Parity) -> None:
    """Names and arguments."""
    active, canary = need_both(pair, "prompts")
    found = inventory.names_differ(active, canary, "name", parity)
    judge("the same prompts", found + inventory.definitions_differ(active, canary, "name", parity, ("arguments",)))


@rule("parity-outcomes-equal")
def test_outcomes_are_equal(compared: list[Compared], parity: Parity) -> None:
    """What works still works. What a dry run serves is judged by a rule of its own."""
    for one in compared:
        if not went_well(one.canary) and not _is_dry_refusal(one.canary, parity):
            violation(f"a result of {one.name} on the canary, as on the active target", one.canary.outcome, one.canary)


@rule("parity-results-equal")
def test_results_are_equal(compared: list[Compared], parity: Parity) -> None:
    """Where the active target says the same when it is asked twice."""
    steady = [one for one in compared if went_well(one.canary) and one.is_steady(parity)]
    if not steady:
        not_testable("no tool gives the same result twice on the active target")
    for one in steady:
        judge(f"the same result of {one.name}", one.differences(parity), one.canary)


def check_pairs(pair: Pair, run_config: RunConfig, parity: Parity) -> list[Compared]:
    """The calls of the profile that may be made, on both; *not testable* when there is none."""
    known = known_calls(pair, parity)
    if not known:
        not_testable("none of the tools under [parity.checks] is listed by both; name those of this system")
    sides = (pair.active, pair.canary)
    allowed = {name: call for name, call in known.items() if harmless(call[0], run_config, *sides)}
    if not allowed:
        need_harmless(next(iter(known.values()))[0], run_config, parity, *sides)
    served = [compare(pair, tool, arguments) for tool, arguments in (allowed or known).values()]
    found = [one for one in served if one.succeeded]
    return found or not_testable(f"none of the checks is served by the active target: {served[0].active.outcome}")


@rule("parity-checks-equal")
def test_checks_are_equal(pair: Pair, run_config: RunConfig, parity: Parity) -> None:
    """Plan, dispatch, verify, report: whatever the profile names."""
    for one in check_pairs(pair, run_config, parity):
        if one.is_steady(parity):
            judge(f"the same answer to {one.name}", one.differences(parity), one.canary)


@rule("parity-plan-order")
def test_the_plan_has_nearly_the_same_order(pair: Pair, run_config: RunConfig, parity: Parity) -> None:
    """A plan with other items is judged as a check, not as an order."""
    plan = parity.plan
    if plan is None or not (pair.active.has(plan.tool) and pair.canary.has(plan.tool)):
        not_testable("no plan is known that both give; name it under [parity.plan]")
    need_harmless(plan.tool, run_config, parity, pair.active, pair.canary)
    one = compare(pair, plan.tool, dict(plan.arguments))
    plans = [_order(payload(reply), plan.path, plan.key) for reply in (one.active, one.canary)]
    if not plans[0]:
        not_testable(f"the answer to {plan.tool} has no list at {plan.path}")
    share = inventory.overlap(plans[0], plans[1])
    received = f"{share:.0%}: {plans[0]} and {plans[1]}"
    expect(one.canary).that(share >= plan.overlap, f"{plan.overlap:.0%} in the same order", received)


def _order(said: Any, path: str, key: str) -> list[str]:
    items = at_path(said, path)
    listed = items if isinstance(items, list) else []
    return [str(item.get(key, item) if isinstance(item, dict) else item) for item in listed]


@rule("parity-telemetry-deltas")
def test_telemetry_is_within_the_guardrails(pair: Pair, run_config: RunConfig, parity: Parity) -> None:
    """Each number that both report."""
    call = parity.telemetry
    if call is None or not (pair.active.has(call.tool) and pair.canary.has(call.tool)):
        not_testable("no telemetry call is known that both serve; name it under [parity.telemetry]")
    need_harmless(call.tool, run_config, parity, pair.active, pair.canary)
    one = compare(pair, call.tool, dict(call.arguments))
    if not one.succeeded or not went_well(one.canary):
        not_testable(f"{call.tool} is not served by both: {one.canary.outcome}")
    found = inventory.deltas_beyond(payload(one.active), payload(one.canary), parity)
    judge("numbers within the guardrails", found, one.canary)


@rule("parity-latency")
@timing
def test_latency_is_within_the_guardrails(pair: Pair, run_config: RunConfig, parity: Parity) -> None:
    """Both are asked before and after, so that a slow moment of the machine hits both."""
    first = median_seconds(pair.active, parity.latency_calls)
    canary = median_seconds(pair.canary, parity.latency_calls)
    again = median_seconds(pair.active, parity.latency_calls)
    if first is None or canary is None or again is None:
        not_testable("the tools could not be listed")
    active = max(first, again)
    allowed = allowed_seconds(active, parity)
    if canary > allowed:
        violation(f"a median of at most {allowed:.3f} s", f"{canary:.3f} s, on the active target {active:.3f} s")
    calls = {
        name: call
        for name, call in known_calls(pair, parity).items()
        if harmless(call[0], run_config, pair.active, pair.canary)
    }
    if slower := slower_calls(pair, calls, parity):
        violation(f"calls within {parity.latency_factor:g} times the time of the active target", "; ".join(slower))


@pytest.fixture
def health(parity: Parity) -> HealthCall:
    return parity.health or not_testable("the profile names no health tool; name it under [parity.health]")


@rule("parity-health")
def test_both_are_well(pair: Pair, parity: Parity, health: HealthCall) -> None:
    """By their own word."""
    for name, side in (("active", pair.active), ("canary", pair.canary)):
        reply, said = health_of(side, health)
        well = went_well(reply) and at_path(said, health.ok) is True
        expect(reply).that(well, f"{health.ok} true on the {name} target")
    reply, said = health_of(pair.canary, health)
    role, dry = at_path(said, health.role), at_path(said, health.dry_run)
    if parity.canary_role and role is not None:
        expect(reply).that(role == parity.canary_role, f"the role {parity.canary_role}", role)
    if parity.canary_dry_run and dry is not None:
        expect(reply).that(dry is True, "a canary that runs dry", {health.dry_run: dry})
    if parity.shadow:
        expect(reply).that(runs_dry(pair.active, health) is True, "an active target that runs dry in the shadow phase")


@rule("parity-workspaces-apart")
def test_workspaces_are_apart(pair: Pair, health: HealthCall) -> None:
    """Two instances, not one under two names."""
    active, canary = (at_path(health_of(side, health)[1], health.workspace) for side in (pair.active, pair.canary))
    if not active or not canary:
        not_testable(f"the health tool does not tell {health.workspace} of both")
    if active == canary:
        violation("a workspace of its own for the canary", "the same workspace on both")


@rule("parity-active-not-dry")
def test_the_active_target_is_not_dry(pair: Pair, parity: Parity, health: HealthCall) -> None:
    """Unless the profile says that it is."""
    if parity.shadow or parity.active_dry_run is None:
        not_applicable("the profile does not say whether the active target runs dry; see [parity] active_dry_run")
    dry = runs_dry(pair.active, health)
    if dry is None:
        not_testable(f"the active target does not tell {health.dry_run}")
    if dry is not parity.active_dry_run:
        violation(f"dryRun {str(parity.active_dry_run).lower()} on the active target", str(dry).lower())


def need_dry(side: Side, health: HealthCall) -> None:
    if runs_dry(side, health) is not True:
        not_testable("the canary does not say that it runs dry; nothing that writes is called on it")


@rule("parity-dry-run-refuses")
def test_a_dry_canary_refuses_writes(pair: Pair, run_config: RunConfig, parity: Parity, health: HealthCall) -> None:
    """And answers as before afterwards."""
    need_dry(pair.canary, health)
    tools = {name: arguments for name, arguments in parity.writes.items() if pair.canary.has(name)}
    if not tools:
        not_testable("none of the tools under [parity.writes] is listed; name those of this system")
    before = _state(pair, run_config, parity)
    for name, arguments in tools.items():
        reply = pair.canary.call(name, arguments)
        expect(reply).that(is_structured_error(reply), f"a refusal of {name}")
        if codes := " or ".join(parity.refusal_codes):
            expect(reply).that(_is_dry_refusal(reply, parity), f"a refusal of {name} by {codes}")
    changed = [name for name, answer in _state(pair, run_config, parity).items() if answer != before[name]]
    judge("a canary in which nothing changed", [f"{name} answers differently" for name in changed])


def _is_dry_refusal(reply: Reply, parity: Parity) -> bool:
    said = words(reply)
    return bool(set(error_codes(reply)) & set(parity.refusal_codes)) or any(one in said for one in parity.refusal_texts)


def _state(pair: Pair, run_config: RunConfig, parity: Parity) -> dict[str, Any]:
    """What the canary answers to those of its checks that are the same twice."""
    def ask(tool: str, arguments: dict[str, object]) -> Any:
        reply = pair.canary.call(tool, arguments)
        return normalised(answer_of(reply.result), parity.normalising) if reply.has_result else None

    known = known_calls(pair, parity)
    asked = {name: (ask(*call), ask(*call)) for name, call in known.items()}
    return {name: answers[1] for name, answers in asked.items() if answers[0] == answers[1]}


@rule("parity-dry-run-serves")
def test_a_dry_canary_serves_reads(pair: Pair, parity: Parity, health: HealthCall) -> None:
    """The tools that a dry run allows."""
    need_dry(pair.canary, health)
    tools = {name: arguments for name, arguments in parity.safe_tools.items() if pair.canary.has(name)}
    if not tools:
        not_testable("none of the tools under [parity.safe_tools] is listed; name those of this system")
    for name, arguments in tools.items():
        reply = pair.canary.call(name, arguments)
        expect(reply).that(went_well(reply), f"a result of {name} in a dry run")


def need_alive(side: Side, after: str) -> None:
    reply = side.peer.request("tools/list")
    expect(reply).that(reply.has_result, f"a list of tools after {after}")


@rule("parity-unknown-method")
def test_an_unknown_method_is_survived(pair: Pair) -> None:
    """An error, and nothing worse."""
    reply = pair.canary.peer.request(UNKNOWN_METHOD, probe=True)
    expect(reply).that(reply.refused, "an error")
    need_alive(pair.canary, "an unknown method")


@rule("parity-bad-input")
def test_bad_input_is_survived(pair: Pair, run_config: RunConfig) -> None:
    """Whether it is refused is judged with the protocol; here it has to be answered."""
    tried = list(_bad_calls(pair.canary.surface, run_config))[:TRIED]
    if not tried:
        not_testable("no read-only tool takes arguments that could be wrong")
    for tool, what, arguments in tried:
        reply = pair.canary.peer.call_tool(tool, arguments)
        name = f"{tool['name']} with {what}"
        expect(reply).that(reply.response is not None or (reply.status or 0) in range(400, 500), f"an answer to {name}")
        need_alive(pair.canary, name)


def _bad_calls(surface: Surface, config: RunConfig) -> Iterator[tuple[dict[str, Any], str, dict[str, Any]]]:
    for tool, made in callable_tools(surface, config):
        for what, arguments in misfits(tool, made.value)[:1] if made.value is not None else ():
            yield tool, what, arguments


@rule("parity-parallel-calls")
def test_parallel_calls_are_not_mixed_up(pair: Pair, parity: Parity) -> None:
    """Each answer has the id of its request."""
    live = [pair.canary.peer.start("tools/list", {}) for _ in range(parity.parallel_calls)]
    try:
        replies = [one.wait_for_response(pair.canary.peer.channel.timeout) for one in live]
    finally:
        for one in live:
            one.close()
    if any(reply.status in (429, 503) for reply in replies):
        not_testable("the canary limits the rate of parallel requests")
    for reply in replies:
        expect(reply).that(reply.response is not None, "a response to each of the parallel requests")
        given, wanted = (reply.response or {}).get("id"), reply.message["id"]
        expect(reply).that(same_id(given, wanted), f"a response with the id {wanted}", {"id": given})


@rule("parity-mirrored-traffic")
def test_mirrored_traffic_shows_no_difference(
    pair: Pair, run_config: RunConfig, parity: Parity, profile: Profile, pause: Pause
) -> None:
    """For a minute, in turn; what differs from the beginning is said by the other rules."""
    calls = [call for call in _mirrored(pair, run_config, parity) if _agree(compare(pair, *call), parity)]
    if not calls:
        raise Blocked("no call is answered equally by both", by="parity-checks-equal")
    pause.announce(profile.seconds(parity.mirror_s), "mirrored calls to both targets")
    began, turn = time.monotonic(), 0
    while time.monotonic() - began <= profile.seconds(parity.mirror_s):
        one = compare(pair, *calls[turn % len(calls)])
        turn += 1
        if one.succeeded:
            expect(one.canary).that(went_well(one.canary), f"a result of {one.name} on the canary")
            judge("no difference", one.differences(parity) if one.is_steady(parity) else [], one.canary)
        time.sleep(max(0.0, began + turn * profile.seconds(parity.mirror_period_s) - time.monotonic()))


def _agree(one: Compared, parity: Parity) -> bool:
    return one.succeeded and went_well(one.canary) and not one.differences(parity)


def _mirrored(pair: Pair, run_config: RunConfig, parity: Parity) -> list[tuple[str, dict[str, Any]]]:
    """The checks that may be called, or else the read-only tools."""
    sides = (pair.active, pair.canary)
    checks = [call for call in known_calls(pair, parity).values() if harmless(call[0], run_config, *sides)]
    others = [
        (str(tool["name"]), made.value)
        for tool, made in callable_tools(pair.active.surface, run_config)
        if made.value is not None and pair.canary.has(str(tool["name"]))
    ]
    return checks or others or not_testable("no read-only tool is listed by both")
