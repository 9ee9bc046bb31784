"""The safe upgrade, judged from what it leaves behind (docs/contracts/safe-upgrade.md)."""

import time
from collections.abc import Iterable

import pytest

from conformance.checks import not_applicable, not_testable, violation
from conformance.contracts import Evidence, Profile, rule
from conformance.contracts.parity.normalising import Normalising
from conformance.contracts.reading import Unreadable, member, read
from conformance.contracts.upgrade import drills, preflight, rollback, run
from conformance.contracts.upgrade.artifacts import RUN, WORKSPACE, Artifacts
from conformance.contracts.upgrade.settings import Upgrade

SECTION = "upgrade"
TOLD = 10


@pytest.fixture
def upgrade(profile: Profile) -> Upgrade:
    assert profile.upgrade is not None
    return profile.upgrade


@pytest.fixture
def artifacts(evidence: Evidence, upgrade: Upgrade) -> Artifacts:
    return Artifacts(evidence, upgrade)


@pytest.fixture
def normalising(profile: Profile) -> Normalising:
    return profile.parity.normalising if profile.parity else Normalising()


def judge(expected: str, problems: Iterable[str]) -> None:
    found = list(problems)
    if found:
        more = [f"and {len(found) - TOLD} more"] if len(found) > TOLD else []
        violation(expected, "; ".join([*found[:TOLD], *more]))


@rule("upgrade-preflight-valid")
def test_the_preflight_is_valid(artifacts: Artifacts, upgrade: Upgrade) -> None:
    """What is no JSON is not valid either."""
    path = artifacts.need("preflight")
    try:
        document = read(path)
    except Unreadable as error:
        violation("a preflight in JSON", f"{path.name} {error}")
    judge("a valid preflight", preflight.valid(document, upgrade))


@rule("upgrade-preflight-passed")
def test_the_preflight_passed(artifacts: Artifacts) -> None:
    """A red preflight stops the upgrade."""
    judge("a preflight that passed", preflight.passed(artifacts.read("preflight")))


@rule("upgrade-preflight-checks-complete")
def test_the_preflight_is_complete(artifacts: Artifacts, upgrade: Upgrade) -> None:
    """No check was left out."""
    judge("all checks, passed, in order", preflight.complete(artifacts.read("preflight"), upgrade))


@rule("upgrade-preflight-gates-ordered")
def test_the_gates_are_in_order(artifacts: Artifacts, upgrade: Upgrade) -> None:
    """The gates that a promotion will wait for."""
    judge("the gates in their order", preflight.gates_in_order(artifacts.read("preflight"), upgrade))


@rule("upgrade-preflight-failure-told")
def test_a_failed_preflight_says_what_failed(artifacts: Artifacts, upgrade: Upgrade) -> None:
    """Outcome and logs agree."""
    judge("an outcome that agrees with the logs", preflight.failure_told(artifacts.read("preflight"), upgrade))


@rule("upgrade-preflight-versions-counted")
def test_wrong_versions_fail_their_check(artifacts: Artifacts, upgrade: Upgrade) -> None:
    """Versions that do not satisfy are not waved through."""
    document = artifacts.read("preflight")
    if not member(document, "versions"):
        not_applicable("the preflight has no version records")
    judge("checks that follow the versions", preflight.versions_counted(document, upgrade))


@rule("upgrade-preflight-versions-true")
def test_versions_are_compared_rightly(artifacts: Artifacts) -> None:
    """Each record is evaluated again."""
    document = artifacts.read("preflight")
    if not member(document, "versions"):
        not_applicable("the preflight has no version records")
    judge("version records that are true", preflight.versions_judged(document))


@rule("upgrade-preflight-clean-tree")
def test_a_dirty_tree_does_not_pass(artifacts: Artifacts, upgrade: Upgrade) -> None:
    """Unless a clean copy is what is built."""
    if upgrade.dirty_policy != "fail":
        not_applicable("the profile lets a work tree with changes pass by way of a clean copy")
    judge("no pass of a work tree with changes", preflight.clean(artifacts.read("preflight"), upgrade))


@rule("upgrade-run-directory-named")
def test_the_directory_of_a_run_has_its_name(artifacts: Artifacts) -> None:
    """So that each run has its own."""
    directory = artifacts.need("preflight").resolve().parent
    upgrade_id = member(artifacts.optional("report"), "upgrade_id") or member(artifacts.optional("plan"), "upgrade_id")
    judge("a directory named like the run", preflight.directory_named(directory.name, upgrade_id))


@rule("upgrade-gates-repeat-preflight")
def test_the_gates_file_repeats_the_preflight(artifacts: Artifacts) -> None:
    """What dashboards read is what was found."""
    gates = artifacts.read("gates")
    judge("a valid gates file", preflight.gates_valid(gates))
    directory = artifacts.need("preflight").resolve().parent.name
    judge("the gates of the newest preflight", preflight.gates_repeat(gates, artifacts.read("preflight"), directory))


@rule("upgrade-lock-released")
def test_nothing_is_left_behind(evidence: Evidence, artifacts: Artifacts, upgrade: Upgrade) -> None:
    """Neither the lock nor the staging area."""
    workspace = evidence.path(WORKSPACE)
    left = [upgrade.lock] if upgrade.lock else []
    directory = artifacts.run()
    if upgrade.staging and directory and not upgrade.keep_staging:
        left.append(upgrade.staging.replace("{id}", directory.name))
    if not left:
        not_applicable("the profile names neither a lock nor a staging area")
    judge("nothing left in the workspace", [f"{name} is there" for name in left if (workspace / name).exists()])


@rule("upgrade-run-complete")
def test_a_run_leaves_all_its_artifacts(artifacts: Artifacts, upgrade: Upgrade) -> None:
    """Of a run that failed, only what it reached."""
    directory = artifacts.run() or not_testable(f"no run is given; name it with --evidence {RUN}=DIRECTORY")
    if not directory.is_dir():
        not_testable(f"{directory} is no directory")
    if member(artifacts.optional("preflight"), "ok") is False or _failed(artifacts):
        not_applicable("the run failed")
    if not any(artifacts.optional(name) is not None for name in run.SCHEMAS if name != "preflight"):
        not_testable(f"{directory.name} holds a preflight only, no run of an upgrade")
    names = [upgrade.run_files[name] for name in run.SCHEMAS if name in upgrade.run_files]
    judge("all artifacts of the run", [f"{name} is missing" for name in names if not (directory / name).is_file()])


def _failed(artifacts: Artifacts) -> bool:
    steps = artifacts.optional("steps")
    return any(member(step, "status") == "failed" for step in steps if steps) if isinstance(steps, list) else False


@rule("upgrade-run-documents-valid")
def test_the_artifacts_of_a_run_are_valid(artifacts: Artifacts) -> None:
    """All that are there."""
    problems, documents = [], {}
    for name in run.SCHEMAS:
        path = artifacts.find(name)
        if name == "preflight" or path is None or not path.is_file():
            continue
        try:
            documents[name] = read(path)
        except Unreadable as error:
            problems.append(f"{name} {error}")
    if not documents and not problems:
        not_testable(f"no artifact of a run is given; name it with --evidence {RUN}=DIRECTORY")
    judge("valid artifacts", [*problems, *run.valid(documents)])


@rule("upgrade-report-counts-steps")
def test_the_report_counts_the_steps(artifacts: Artifacts) -> None:
    """Every counter is recomputed."""
    judge("the counters of the steps", run.steps_counted(artifacts.shaped("report"), artifacts.shaped("steps")))


@rule("upgrade-report-counts-shadow")
def test_the_report_counts_the_shadow_checks(artifacts: Artifacts) -> None:
    """Every counter is recomputed, and the status that follows from them."""
    found = run.shadow_counted(artifacts.shaped("report"), artifacts.shaped("shadow"))
    judge("the counters of the shadow checks", found)


@rule("upgrade-ready-when-green")
def test_only_green_is_ready(artifacts: Artifacts) -> None:
    """One difference, or one gate that is not passed, is enough."""
    found = run.ready_when_green(artifacts.shaped("report"), artifacts.optional("shadow"))
    judge("ready only when all is green", found)


@rule("upgrade-promoted-when-ready")
def test_only_what_is_ready_is_promoted(artifacts: Artifacts) -> None:
    """Whatever was promoted."""
    found = run.promoted_when_ready(artifacts.shaped("report"), artifacts.optional("plan"))
    judge("a promotion of what was ready", found)


@rule("upgrade-steps-in-order")
def test_steps_follow_each_other(artifacts: Artifacts, upgrade: Upgrade) -> None:
    """Built, tested, compared: in that order."""
    judge("steps one after the other", run.in_order(artifacts.shaped("steps"), upgrade))


@rule("upgrade-skipped-not-promotable")
def test_a_run_with_skipped_steps_is_not_ready(artifacts: Artifacts, upgrade: Upgrade) -> None:
    """What was not tested is not called tested."""
    found = run.skipped_not_ready(
        artifacts.shaped("report"), artifacts.shaped("steps"), artifacts.optional("preflight"), upgrade
    )
    judge("not ready with skipped steps", found)


@rule("upgrade-shadow-covers")
def test_the_shadow_phase_covers_the_cycle(artifacts: Artifacts, upgrade: Upgrade) -> None:
    """Under whatever name."""
    judge("a check of every part", run.covered(artifacts.shaped("shadow"), upgrade))


@rule("upgrade-shadow-stops")
def test_the_shadow_phase_stops_at_a_difference(artifacts: Artifacts) -> None:
    """The first one."""
    judge("nothing after the first difference", run.stopped(artifacts.shaped("shadow")))


@rule("upgrade-shadow-compared-rightly")
def test_shadow_checks_are_compared_rightly(artifacts: Artifacts, normalising: Normalising) -> None:
    """As far as both sides are kept."""
    judge("verdicts that are true", run.compared_rightly(artifacts.shaped("shadow"), normalising))


@rule("upgrade-shadow-summarised")
def test_the_shadow_summary_is_true(artifacts: Artifacts) -> None:
    """It may tell of another run; then only what it says by itself is judged."""
    summary, shadow = artifacts.read("shadow-summary"), artifacts.optional("shadow")
    same = member(summary, "upgrade_id") == member(artifacts.optional("report"), "upgrade_id")
    judge("a summary that agrees", run.summarised(summary, shadow if same else None))


@rule("upgrade-failure-not-passed")
def test_a_failed_run_is_not_passed(artifacts: Artifacts, upgrade: Upgrade) -> None:
    """No report is better than a wrong one."""
    report = artifacts.shaped("report")
    found = run.failed_honestly(report, artifacts.optional("steps"), artifacts.optional("preflight"), upgrade)
    judge("no report that calls a failed run passed", found)


@rule("upgrade-canary-workspace-apart")
def test_the_canary_works_elsewhere(artifacts: Artifacts) -> None:
    """As far as anything tells where."""
    shadow, workers = artifacts.optional("shadow"), artifacts.optional("workers")
    if not run.knows_workspaces(shadow, workers):
        not_testable("neither shadow checks nor workers tell both workspaces; name --evidence workers=PATH")
    judge("a workspace of its own", run.workspaces_apart(shadow, workers))


@rule("upgrade-rollback-recorded")
def test_a_rollback_is_recorded(artifacts: Artifacts) -> None:
    """With reason, rates and time."""
    path = artifacts.need("rollback")
    records = rollback.records(path)
    if not records:
        violation("a rollback record", f"none of {', '.join(rollback.NAMES)} in {path}")
    problems = []
    for one in records:
        try:
            problems += [f"{one.name}: {problem}" for problem in rollback.recorded(read(one))]
        except Unreadable as error:
            problems.append(f"{one.name} {error}")
    judge("records with reason, rates and time", problems)


@rule("upgrade-rollback-evidence-agrees")
def test_a_rollback_agrees_with_its_evidence(artifacts: Artifacts) -> None:
    """Every number that can be recomputed."""
    problems = []
    for one in rollback.records(artifacts.need("rollback")):
        try:
            problems += [f"{one.name}: {problem}" for problem in rollback.consistent(read(one))]
        except Unreadable:
            continue
    judge("numbers that agree with the checks", problems)


@rule("upgrade-rollback-flags-reset")
def test_flags_after_a_rollback(artifacts: Artifacts, upgrade: Upgrade) -> None:
    """As they were written down after it."""
    if not upgrade.kill_switch:
        not_applicable("the profile has no kill switch")
    document = artifacts.read("flags")
    flags = member(document, "flags") or document
    if not isinstance(flags, dict):
        violation("flags by name", f"a {type(flags).__name__}")
    judge("the kill switch on, all others default", rollback.flags_reset(flags, upgrade))


@rule("upgrade-failover-drill")
def test_the_failover_drill(artifacts: Artifacts, upgrade: Upgrade) -> None:
    """There and back."""
    judge("a drill that shows the failover", drills.failover(artifacts.read("failover"), upgrade))


@rule("upgrade-recovery-drill")
def test_the_recovery_drill(artifacts: Artifacts, upgrade: Upgrade) -> None:
    """With a checkpoint and a kill switch."""
    judge("a drill that shows the recovery", drills.recovery(artifacts.read("recovery"), upgrade))


@rule("upgrade-workers-valid")
def test_the_worker_snapshot_is_valid(artifacts: Artifacts, upgrade: Upgrade) -> None:
    """And fresh, if it is live."""
    document = artifacts.read("workers")
    judge("a valid snapshot", drills.snapshot_valid(document))
    if upgrade.live_snapshot:
        judge("a fresh snapshot", drills.snapshot_fresh(document, upgrade, time.time()))


@rule("upgrade-workers-status-true")
def test_the_status_of_the_workers_is_true(artifacts: Artifacts, upgrade: Upgrade) -> None:
    """Recomputed from what the snapshot holds."""
    document = artifacts.read("workers")
    if drills.snapshot_valid(document):
        not_testable("the snapshot is not valid, which is judged by a rule of its own")
    judge("a status that is true", drills.status_true(document, upgrade))


@rule("upgrade-workers-ready-in-time")
def test_workers_are_ready_in_time(artifacts: Artifacts, upgrade: Upgrade) -> None:
    """As the snapshot tells."""
    document = artifacts.read("workers")
    workers = [member(document, "active"), member(document, "canary")]
    if not any(member(worker, "spawned_at") for worker in workers):
        not_testable("the snapshot does not tell when a worker was started")
    judge(f"workers ready within {upgrade.ready_within_s:g} s", drills.ready_in_time(document, upgrade))


@rule("upgrade-milestones-present")
def test_milestones_left_their_files(evidence: Evidence, upgrade: Upgrade) -> None:
    """In the workspace."""
    if not upgrade.milestones:
        not_applicable("the profile names no milestones")
    workspace = evidence.path(WORKSPACE)
    missing = [name for name in upgrade.milestones if not (workspace / name).exists()]
    judge("the files of all milestones", [f"{name} is missing" for name in missing])
