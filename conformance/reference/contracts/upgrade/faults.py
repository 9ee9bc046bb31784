"""Ways to break one rule of the upgrade contract each."""

from dataclasses import replace

from conformance.reference.contracts.catalogue import contract_fault
from conformance.reference.contracts.upgrade.behaviour import UpgradeBehaviour
from conformance.reference.contracts.upgrade.changes import each, failing, narrower, of_tool, with_members, without

B = UpgradeBehaviour
WATCHED = ("plan_next", "orchestrator_status", "autopilot_status")


@contract_fault("upgrade", breaks="parity-canary-answers")
def canary_is_down(b: B) -> B:
    """The canary answers 503 to everything."""
    return replace(b, canary_answers=False)


@contract_fault("upgrade", breaks="parity-revisions-equal")
def canary_lost_prompts(b: B) -> B:
    """The canary does not declare the capability of prompts, though it lists them."""
    return replace(b, canary_capabilities=("tools", "resources"))


@contract_fault("upgrade", breaks="parity-tool-names")
def canary_lost_a_tool(b: B) -> B:
    """The canary does not list one of the tools."""
    return replace(b, canary_tools=without("sample"))


@contract_fault("upgrade", breaks="parity-tool-names")
def canary_has_one_more_tool(b: B) -> B:
    """The canary lists a tool that nobody else has."""
    return replace(b, canary_tools=lambda tools: [*tools, {**tools[0], "name": "brand_new"}])


@contract_fault("upgrade", breaks="parity-tool-definitions")
def canary_needs_another_argument(b: B) -> B:
    """A tool of the canary requires an argument that it did not have."""
    return replace(b, canary_tools=narrower("cmd_run"))


@contract_fault("upgrade", breaks="parity-tool-definitions")
def canary_changed_a_hint(b: B) -> B:
    """A tool of the canary says that it destroys nothing."""
    hint = {"readOnlyHint": False, "destructiveHint": False}
    changed = each(lambda tool: {**tool, "annotations": hint} if tool["name"] == "cmd_run" else tool)
    return replace(b, canary_tools=changed)


@contract_fault("upgrade", breaks="parity-resources-equal")
def canary_lost_a_resource(b: B) -> B:
    """The canary does not list one of the resources."""
    return replace(b, canary_resources=without("context"))


@contract_fault("upgrade", breaks="parity-prompts-equal")
def canary_prompt_lost_an_argument(b: B) -> B:
    """A prompt of the canary takes no argument any more."""
    return replace(b, canary_prompts=each(lambda prompt: {**prompt, "arguments": []}))


@contract_fault("upgrade", breaks="parity-outcomes-equal")
def canary_fails_to_read(b: B) -> B:
    """A read-only tool fails on the canary."""
    return replace(b, canary_answer=failing("fs_read"))


@contract_fault("upgrade", breaks="parity-results-equal")
def canary_drifts(b: B) -> B:
    """A read-only tool says something else on the canary, in one member."""
    return replace(b, canary_answer=of_tool("auth_status", with_members(providers={"codex": "expired"})))


@contract_fault("upgrade", breaks="parity-checks-equal")
def canary_reports_other_numbers(b: B) -> B:
    """One number of the canary's report differs."""
    return replace(b, canary_answer=of_tool("report_mo", with_members(tasks=8)))


@contract_fault("upgrade", breaks="parity-checks-equal")
def canary_dispatches_to_others(b: B) -> B:
    """The canary gives the work to another agent."""
    assigned = [{"task": "T1", "agent": "claude_code"}]
    return replace(b, canary_answer=of_tool("dispatch", with_members(assigned=assigned)))


@contract_fault("upgrade", breaks="parity-plan-order")
def canary_plans_backwards(b: B) -> B:
    """The canary plans in the opposite order."""
    return replace(b, canary_answer=of_tool("schedule", lambda said: {**said, "tasks": said["tasks"][::-1]}))


@contract_fault("upgrade", breaks="parity-telemetry-deltas")
def canary_queues_more(b: B) -> B:
    """The canary's queue is a quarter longer."""
    return replace(b, canary_answer=of_tool("operations", with_members(queueLength=15)))


@contract_fault("upgrade", breaks="parity-latency")
def canary_is_slow(b: B) -> B:
    """The canary takes its time for each list."""
    return replace(b, canary_delay_s=30)


@contract_fault("upgrade", breaks="parity-latency")
def canary_plans_slowly(b: B) -> B:
    """The canary takes its time for one tool."""
    return replace(b, canary_delay_s=30, canary_slow_tool="plan")


@contract_fault("upgrade", breaks="parity-health")
def canary_is_ill(b: B) -> B:
    """The canary says that it is not well."""
    return replace(b, canary_ok=False)


@contract_fault("upgrade", breaks="parity-health")
def canary_runs_live(b: B) -> B:
    """The canary was started without the dry run."""
    return replace(b, canary_dry_run=False)


@contract_fault("upgrade", breaks="parity-health")
def canary_plays_the_active(b: B) -> B:
    """The canary takes itself for the active worker."""
    return replace(b, canary_role="active")


@contract_fault("upgrade", breaks="parity-workspaces-apart")
def canary_shares_the_workspace(b: B) -> B:
    """The canary works in the workspace of the active worker."""
    return replace(b, canary_workspace="/srv/workspace")


@contract_fault("upgrade", breaks="parity-active-not-dry")
def active_runs_dry(b: B) -> B:
    """The active worker refuses every write."""
    return replace(b, active_dry_run=True)


@contract_fault("upgrade", breaks="parity-dry-run-refuses")
def dry_canary_writes(b: B) -> B:
    """The dry run forgets one of the tools that write."""
    return replace(b, dry_refuses=("fs_write", "plan_update", "context_write"))


@contract_fault("upgrade", breaks="parity-dry-run-refuses")
def dry_canary_writes_and_refuses(b: B) -> B:
    """The dry run refuses, but only after the write was made."""
    return replace(b, dry_keeps_state=False)


@contract_fault("upgrade", breaks="parity-dry-run-serves")
def dry_canary_refuses_reads(b: B) -> B:
    """The dry run refuses a tool that only reads."""
    return replace(b, dry_refuses=(*b.dry_refuses, "codex_commands"))


@contract_fault("upgrade", breaks="parity-unknown-method")
def canary_knows_every_method(b: B) -> B:
    """The canary answers an unknown method with a result."""
    return replace(b, canary_knows_all_methods=True)


@contract_fault("upgrade", breaks="parity-bad-input")
def canary_falls_over_bad_input(b: B) -> B:
    """The canary answers bad input with an internal server error."""
    return replace(b, canary_crashes_on_bad_input=True)


@contract_fault("upgrade", breaks="parity-parallel-calls")
def canary_mixes_up_answers(b: B) -> B:
    """Answers to calls in parallel have each other's ids."""
    return replace(b, canary_mixes_ids=True)


@contract_fault("upgrade", breaks="parity-mirrored-traffic")
def canary_drifts_with_time(b: B) -> B:
    """The canary's answers change after some calls."""
    return replace(b, canary_answer=of_tool("verify", with_members(failed=1), after=6))


@contract_fault("upgrade", breaks="upgrade-watch-error-budget")
def a_tenth_of_the_calls_fails(b: B) -> B:
    """Each fifth call of a tool fails; health checks, which are as many, do not."""
    return replace(b, active_answer=failing(*WATCHED, when=lambda count: count % 5 == 4))


@contract_fault("upgrade", breaks="upgrade-watch-health")
def health_flaps(b: B) -> B:
    """Three health checks in a row fail."""
    return replace(b, active_answer=failing("health", when=lambda count: count % 200 in (30, 31, 32)))


@contract_fault("upgrade", breaks="upgrade-watch-self-check")
def some_calls_fail(b: B) -> B:
    """Each twenty-fourth call fails: within the budget, and too many for a release."""
    return replace(b, active_answer=failing("plan_next", when=lambda count: count % 8 == 7))


@contract_fault("upgrade", breaks="upgrade-flags-complete")
def flags_are_missing(b: B) -> B:
    """One of the flags is not told."""
    return replace(b, missing_flags=("MO_ENGINE",))


@contract_fault("upgrade", breaks="upgrade-flags-complete")
def flag_has_a_strange_value(b: B) -> B:
    """A flag was set to something that nobody knows."""
    return replace(b, flags=(*b.flags, ("SCHEDULER_MODE", "random")))


@contract_fault("upgrade", breaks="upgrade-flags-invalid-refused")
def any_action_is_accepted(b: B) -> B:
    """The flags tool takes any action for get."""
    return replace(b, refuses_unknown_actions=False)


@contract_fault("upgrade", breaks="upgrade-flags-gated")
def settings_are_open(b: B) -> B:
    """Settings can be changed while the admin tools are off."""
    return replace(b, gates_settings=False, flags=(("ADMIN_TOOLS", "0"), ("ROUTING_TOOLS", "1")))


@contract_fault("upgrade", breaks="upgrade-flags-unknown-refused")
def unknown_flags_are_dropped(b: B) -> B:
    """An unknown flag is told as updated, and forgotten."""
    return replace(b, refuses_unknown_flags=False)


@contract_fault("upgrade", breaks="upgrade-flags-empty-refused")
def empty_updates_are_accepted(b: B) -> B:
    """An update of nothing is ok."""
    return replace(b, refuses_empty_updates=False)


@contract_fault("upgrade", breaks="upgrade-flags-all-or-nothing")
def updates_are_halfway(b: B) -> B:
    """The valid flags of a refused update are stored."""
    return replace(b, all_or_nothing=False)


@contract_fault("upgrade", breaks="upgrade-flags-visible-soon")
def flags_are_slow(b: B) -> B:
    """A flag is seen late, but for the kill switch and what is put back to its default."""
    return replace(b, flag_delay_s=250, slow_flags=("PROMPT_MODE",))


@contract_fault("upgrade", breaks="upgrade-flags-normalised")
def values_are_not_normalised(b: B) -> B:
    """Any value is stored as it came."""
    return replace(b, normalises=False)


@contract_fault("upgrade", breaks="upgrade-flags-reset")
def reset_does_nothing(b: B) -> B:
    """A reset tells the default, and keeps the value."""
    return replace(b, resets=False)


@contract_fault("upgrade", breaks="upgrade-kill-switch")
def kill_switch_is_ignored(b: B) -> B:
    """The kill switch is stored, and changes nothing."""
    return replace(b, kill_switch_works=False)


@contract_fault("upgrade", breaks="upgrade-kill-switch")
def kill_switch_lets_flips_through(b: B) -> B:
    """A flag can be flipped while the kill switch is on."""
    return replace(b, kill_switch_holds=False)


@contract_fault("upgrade", breaks="upgrade-kill-switch-released")
def kill_switch_forgets(b: B) -> B:
    """Releasing the kill switch leaves everything at its default."""
    return replace(b, kill_switch_releases=False)


@contract_fault("upgrade", breaks="upgrade-route-without-canary")
def nothing_is_promoted(b: B) -> B:
    """A promotion without a canary is ok."""
    return replace(b, needs_a_canary=False)


@contract_fault("upgrade", breaks="upgrade-route-gated")
def routes_are_open(b: B) -> B:
    """The traffic can be switched while the routing tools are off."""
    return replace(b, gates_routes=False, flags=(("ADMIN_TOOLS", "1"), ("ROUTING_TOOLS", "0")))


@contract_fault("upgrade", breaks="upgrade-route-back")
def no_way_back(b: B) -> B:
    """A rollback fails, and is not declared to be missing."""
    return replace(b, way_back="command_failed")
