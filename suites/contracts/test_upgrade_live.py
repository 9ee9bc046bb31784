"""The safe upgrade, judged on a live target: what is watched, flags, routes (docs/contracts/safe-upgrade.md)."""

from collections.abc import Iterator
from typing import Any

import pytest

from conformance.checks import expect, not_applicable, not_testable, timing, violation
from conformance.checks.outcomes import Blocked
from conformance.contracts import Evidence, Profile, rule
from conformance.contracts.parity.answers import is_structured_error, payload, went_well
from conformance.contracts.parity.canary import Side, open_side
from conformance.contracts.parity.guarding import harmless, writes
from conformance.contracts.paths import at_path
from conformance.contracts.reading import Unreadable, member, read
from conformance.contracts.upgrade import observing, rollback
from conformance.contracts.upgrade.artifacts import Artifacts
from conformance.contracts.upgrade.observing import Observed
from conformance.contracts.upgrade.operating import ON, Operator
from conformance.contracts.upgrade.settings import Upgrade
from conformance.contracts.windows import Outcome
from conformance.plugin.waiting import Pause
from conformance.protocol.reply import Reply
from conformance.target.config import RunConfig
from conformance.target.profile import TargetProfile
from conformance.wire.channel import Channel

SECTION = "upgrade"


@pytest.fixture
def upgrade(profile: Profile) -> Upgrade:
    assert profile.upgrade is not None
    return profile.upgrade


@pytest.fixture
def artifacts(evidence: Evidence, upgrade: Upgrade) -> Artifacts:
    return Artifacts(evidence, upgrade)


@pytest.fixture
def side(channel: Channel, target: TargetProfile) -> Iterator[Side]:
    """A conversation with the target under its newest revision."""
    if not target.revisions:
        not_testable("no MCP target is given; name it with --target=URL")
    opened = open_side(channel, target, target.revisions[-1])
    yield opened
    opened.peer.close()


@pytest.fixture
def operator(side: Side, upgrade: Upgrade, profile: Profile) -> Operator:
    return Operator(side, upgrade, profile.clock.scale)


@pytest.fixture(scope="module")
def watches() -> dict[str, Observed]:
    """What was seen of the target, by profile: one watch for all rules of a run."""
    return {}


@pytest.fixture
def observed(
    watches: dict[str, Observed], side: Side, upgrade: Upgrade, profile: Profile, run_config: RunConfig, pause: Pause
) -> Observed:
    if profile.name not in watches:
        known = [call.tool for call in upgrade.watch.calls if side.has(call.tool)]
        refused = [tool for tool in known if not harmless(tool, run_config, side)]
        if refused:
            not_testable(f"{refused[0]} does not say that it only reads (readOnlyHint); allow it with --allow-writes")
        pause.announce(profile.seconds(upgrade.watch.window_s), "a watch of the target")
        watches[profile.name] = observing.observe(side, upgrade.watch, upgrade.tools, profile.clock.scale)
    return watches[profile.name]


def judge(expected: str, outcome: Outcome, reply: Reply | None) -> None:
    if outcome.verdict == "not evaluated":
        not_testable(outcome.reason)
    if outcome.verdict == "fail":
        violation(expected, f"{outcome.value:.4g} after {outcome.at or 0:.1f} s", reply)


@rule("upgrade-watch-error-budget")
def test_a_watched_target_keeps_its_error_budget(observed: Observed, upgrade: Upgrade, profile: Profile) -> None:
    """In any two minutes."""
    budget = f"at most {upgrade.watch.budget_percent:g} % of the calls failing"
    judge(budget, observing.error_budget(observed, upgrade.watch, profile.clock.scale), observed.failed)


@rule("upgrade-watch-health")
def test_a_watched_target_stays_up(observed: Observed, upgrade: Upgrade) -> None:
    """A single failure is no outage."""
    expected = f"fewer than {upgrade.watch.failures_in_a_row} health checks failing in a row"
    judge(expected, observing.failures_in_a_row(observed, upgrade.watch), observed.ill)


@rule("upgrade-watch-self-check")
def test_self_checks_succeed(observed: Observed, upgrade: Upgrade, profile: Profile) -> None:
    """Over the whole watch; a broken budget says it already."""
    if observing.error_budget(observed, upgrade.watch, profile.clock.scale).verdict == "fail":
        raise Blocked("the error budget is broken", by="upgrade-watch-error-budget")
    expected = f"fewer than {upgrade.watch.self_check_percent:g} % of the self-checks failing"
    judge(expected, observing.self_check(observed, upgrade.watch), observed.failed)


@rule("upgrade-rollback-healthy")
def test_the_target_is_well_after_a_rollback(side: Side, artifacts: Artifacts, upgrade: Upgrade) -> None:
    """Judged by who serves, not by the event."""
    tool = upgrade.tools.health
    if not _rolled_back(artifacts):
        not_applicable("the records tell of no rollback")
    if not tool or writes(side.tool(tool)):
        not_testable("no health tool is known that only reads; name it under [upgrade.tools]")
    reply = side.call(tool, {})
    expect(reply).that(went_well(reply), "a target that is well")
    promoted, pid = member(artifacts.optional("promotion"), "promotedWorkerPid"), at_path(payload(reply), "pid")
    if promoted is not None and pid is not None:
        expect(reply).that(pid != promoted, f"another worker than the promoted one, {promoted}", {"pid": pid})


def _rolled_back(artifacts: Artifacts) -> bool:
    for path in rollback.records(artifacts.need("rollback")):
        try:
            if rollback.is_rollback(read(path)):
                return True
        except Unreadable:
            continue
    return False


@rule("upgrade-flags-complete")
def test_all_flags_are_told(operator: Operator, upgrade: Upgrade) -> None:
    """With values that are allowed."""
    if not upgrade.flags:
        not_applicable("the profile names no flags")
    if found := rollback.flags_complete(operator.flags(), upgrade):
        violation("every flag with a value that is allowed", "; ".join(found))


@rule("upgrade-flags-invalid-refused")
def test_the_flags_tool_refuses_nonsense(operator: Operator, upgrade: Upgrade) -> None:
    """Nothing changes."""
    before = operator.flags()
    for arguments in ({"action": "conformance-no-such-action"}, {"action": "get", "flag": upgrade.unknown_flag}):
        reply = operator.call("flags", arguments)
        expect(reply).that(is_structured_error(reply), f"a structured error for {arguments}")
    _same_flags(before, operator)


def _same_flags(before: dict[str, Any], operator: Operator) -> None:
    after = operator.flags()
    changed = [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]
    if changed:
        violation("no flag changed", f"{', '.join(sorted(changed))} changed")


@rule("upgrade-flags-gated")
def test_settings_are_gated(operator: Operator) -> None:
    """Asked with an update of nothing."""
    operator.need_gate("settings", on=False)
    reply = operator.update()
    expect(reply).that(operator.is_refused(reply, "disabled"), f"a refusal by {operator.codes('disabled')}")


@rule("upgrade-flags-unknown-refused")
def test_an_unknown_flag_is_refused(operator: Operator, upgrade: Upgrade) -> None:
    """By itself."""
    before = operator.need_gate("settings", on=True)
    reply = operator.update((upgrade.unknown_flag, ON))
    expect(reply).that(operator.is_refused(reply, "unknown"), f"a refusal by {operator.codes('unknown')}")
    _same_flags(before, operator)


@rule("upgrade-flags-empty-refused")
def test_an_empty_update_is_refused(operator: Operator) -> None:
    """Nothing to do is a mistake."""
    operator.need_gate("settings", on=True)
    reply = operator.update()
    expect(reply).that(operator.is_refused(reply, "empty"), f"a refusal by {operator.codes('empty')}")


@rule("upgrade-flags-all-or-nothing")
def test_an_update_is_all_or_nothing(operator: Operator, upgrade: Upgrade) -> None:
    """The valid flag comes first."""
    before = operator.need_gate("settings", on=True)
    name = upgrade.probe_flag
    value = operator.other_value(name, before.get(name))
    with operator.putting_back(before, name):
        reply = operator.update((name, value), (upgrade.unknown_flag, ON))
        expect(reply).that(is_structured_error(reply), "an error")
        kept, flags, _ = operator.wait_for({name: value})
        expect(reply).that(not kept, f"{name} as before, {before.get(name)}", flags.get(name))


@rule("upgrade-flags-visible-soon")
@timing
def test_a_flag_is_seen_soon(operator: Operator, upgrade: Upgrade) -> None:
    """And put back."""
    before = operator.need_gate("settings", on=True)
    name = upgrade.probe_flag
    value = operator.other_value(name, before.get(name))
    with operator.putting_back(before, name):
        reply = operator.update((name, value))
        if not went_well(reply):
            not_testable(f"{name} cannot be set: {reply.outcome}")
        seen, flags, seconds = operator.wait_for({name: value})
        bound = (upgrade.flag_latency_s + upgrade.flag_tolerance_s) * operator.scale
        expect(reply).that(seen, f"{name} {value} within {bound:g} s", f"{flags.get(name)} after {seconds:.2f} s")


@rule("upgrade-flags-normalised")
def test_values_are_normalised(operator: Operator, upgrade: Upgrade) -> None:
    """What is told is what is stored."""
    before = operator.need_gate("settings", on=True)
    aliases = [(name, *pair) for name, flag in upgrade.flags.items() for pair in list(flag.alias.items())[:1]]
    if not aliases:
        not_applicable("the profile names no other spellings of values")
    with operator.putting_back(before, *(name for name, _, _ in aliases)):
        for name, value, stored in aliases:
            reply = operator.update((name, value))
            expect(reply).that(went_well(reply), f"{name} set to {value}, and stored as {stored}")
            told = at_path(payload(reply), f"updated_flags.{name}")
            expect(reply).that(told in (None, stored), f"{name} told as {stored}", told)
            seen, flags, _ = operator.wait_for({name: stored})
            expect(reply).that(seen, f"{name} stored as {stored}", flags.get(name))


@rule("upgrade-flags-reset")
def test_a_reset_gives_the_default(operator: Operator, upgrade: Upgrade) -> None:
    """As the table of the profile has it."""
    before = operator.need_gate("settings", on=True)
    name = upgrade.probe_flag
    default = upgrade.flags[name].default if name in upgrade.flags else not_testable("no probe_flag is named")
    with operator.putting_back(before, name):
        operator.update((name, operator.other_value(name, default)))
        reply = operator.call("flags", {"action": "reset", "flag": name})
        expect(reply).that(went_well(reply), f"{name} reset")
        told = at_path(payload(reply), "default_value")
        expect(reply).that(told in (None, default), f"default_value {default}", told)
        seen, flags, _ = operator.wait_for({name: default})
        expect(reply).that(seen, f"{name} back at its default {default}", flags.get(name))


@rule("upgrade-kill-switch")
@timing
def test_the_kill_switch_works(operator: Operator, upgrade: Upgrade) -> None:
    """And holds while it is on."""
    before, name = _ready_to_kill(operator, upgrade)
    value = operator.other_value(name, upgrade.flags[name].default)
    defaults = {one: flag.default for one, flag in upgrade.flags.items() if one in before}
    with operator.putting_back(before, upgrade.kill_switch, name):
        operator.update((name, value))
        reply = operator.update((upgrade.kill_switch, ON))
        seen, flags, seconds = operator.wait_for({**defaults, upgrade.kill_switch: ON})
        found = rollback.flags_reset(flags, upgrade)
        received = f"{'; '.join(found)} after {seconds:.2f} s"
        expect(reply).that(seen, "all flags default, and the kill switch on", received)
        operator.update((name, value))
        held = rollback.flags_reset(operator.flags(), upgrade)
        expect(reply).that(not held, "no flip while the kill switch is on", "; ".join(held))


def _ready_to_kill(operator: Operator, upgrade: Upgrade) -> tuple[dict[str, Any], str]:
    before = operator.need_gate("settings", on=True)
    if not upgrade.kill_switch or upgrade.probe_flag not in upgrade.flags:
        not_testable("no kill switch and probe flag are known; name kill_switch and probe_flag under [upgrade]")
    if str(before.get(upgrade.kill_switch)) == ON:
        not_testable(f"{upgrade.kill_switch} is on already")
    return before, upgrade.probe_flag


@rule("upgrade-kill-switch-released")
def test_the_kill_switch_is_released(operator: Operator, upgrade: Upgrade) -> None:
    """What was set before is set again."""
    before, name = _ready_to_kill(operator, upgrade)
    value = operator.other_value(name, upgrade.flags[name].default)
    with operator.putting_back(before, upgrade.kill_switch, name):
        operator.update((name, value))
        if not operator.wait_for({name: value})[0]:
            not_testable(f"{name} cannot be set")
        operator.update((upgrade.kill_switch, ON))
        operator.wait_for({upgrade.kill_switch: ON})
        reply = operator.set((upgrade.kill_switch, str(before.get(upgrade.kill_switch, "0"))))
        seen, flags, _ = operator.wait_for({name: value})
        expect(reply).that(seen, f"{name} {value} again", flags.get(name))


def need_no_canary(operator: Operator) -> Any:
    """The workers, if it is told that there is no canary; else nothing is promoted, so that nothing can happen."""
    workers = operator.workers()
    if not isinstance(workers, dict) or "canary" not in workers:
        not_testable("the snapshot of the workers does not tell whether there is a canary")
    if workers["canary"] is not None:
        not_testable("there is a canary, which might be promoted")
    return workers


@rule("upgrade-route-without-canary")
def test_nothing_is_promoted_without_a_canary(operator: Operator) -> None:
    """The active worker stays."""
    operator.need_gate("route", on=True)
    before = need_no_canary(operator)
    reply = operator.call("route", {"action": "promote_canary"})
    expect(reply).that(operator.is_refused(reply, "no-canary"), f"a refusal by {operator.codes('no-canary')}")
    pids = [at_path(workers, "active.pid") for workers in (before, operator.workers())]
    expect(reply).that(pids[0] == pids[1], f"the active worker as before, {pids[0]}", pids[1])


@rule("upgrade-route-gated")
def test_routes_are_gated(operator: Operator) -> None:
    """While there is nothing to promote."""
    operator.need_gate("route", on=False)
    need_no_canary(operator)
    reply = operator.call("route", {"action": "promote_canary"})
    expect(reply).that(operator.is_refused(reply, "disabled"), f"a refusal by {operator.codes('disabled')}")


@rule("upgrade-route-back")
def test_the_way_back_is_there(operator: Operator) -> None:
    """Or declared to be missing."""
    operator.need_gate("route", on=True)
    reply = operator.call("route", {"action": "rollback"})
    fine = went_well(reply) or operator.is_refused(reply, "unsupported")
    expect(reply).that(fine, f"a way back, or a refusal by {operator.codes('unsupported')}")
