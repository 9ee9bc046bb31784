"""Promotions of Level 3: approvals, states, rollback (docs/contracts/level3.md). For test environments only."""

import time
from typing import Any

import pytest

from conformance.checks import expect, not_testable, violation
from conformance.contracts import Caller, Profile, rule
from conformance.contracts.level3.api import Api, fresh_name
from conformance.contracts.level3.promotions import (
    created,
    followed,
    illegal_steps,
    read,
    stages,
    started,
    values_for,
    word_for,
)
from conformance.contracts.level3.settings import Level3
from conformance.contracts.metrics.scraping import grew, is_one_process, scrape
from conformance.plugin.waiting import Pause

SECTION = "level3"
LOOKS_AFTER = 3
"""How often a promotion that came to its end is looked at again."""
GOING = ("approved", "in_progress", "completed")


@pytest.fixture
def settings(profile: Profile) -> Level3:
    assert profile.level3 is not None
    return profile.level3


@pytest.fixture
def api(caller: Caller, settings: Level3) -> Api:
    return Api(caller, settings)


@pytest.fixture
def patience(profile: Profile, settings: Level3, pause: Pause) -> float:
    """How long a promotion may take."""
    seconds = profile.seconds(settings.promotion_s)
    pause.announce(seconds, "at most so long for a promotion")
    return seconds


def approve(api: Api, id: Any, approver: str) -> None:
    api.need("approve", id=id, approver=approver, approved=True)


def waiting(api: Api, first: int = 0, **values: Any) -> tuple[Any, int]:
    """A promotion that waits for approval, and how many people have to give it."""
    source, target = stages(api, first)
    needed = api.settings.approvals.get(target)
    if not needed:
        not_testable(f"how many approve for {target} is not known; name it under [level3.approvals]")
    id, _ = created(api, approval_required=True, **values_for(api, source, target, **values))
    return id, needed


@rule("level3-promotion-created")
def test_promotion_is_created(api: Api, settings: Level3) -> None:
    """An id, a state that is known, a time."""
    exchange = api.succeed("promote", approval_required=True, **values_for(api, *stages(api)))
    api.needed("promote", "id", exchange)
    state = api.needed("promote", "state", exchange) if api.tells("promote", "state") else None
    expect(exchange).that(state is None or word_for(api, state) in settings.states, "a known state", state)
    if api.tells("promote", "created_at"):
        api.needed("promote", "created_at", exchange)


@rule("level3-same-stage-refused")
def test_promotion_to_the_same_stage_is_refused(api: Api, settings: Level3) -> None:
    """Nothing is promoted to where it is."""
    source, _ = stages(api)
    exchange = api.send("promote", approval_required=True, **values_for(api, source, source))
    expect(exchange).status(*settings.bad_request, 422)


@rule("level3-stage-order-kept")
def test_stages_are_kept_in_order(api: Api, settings: Level3) -> None:
    """No stage is skipped, nothing goes back."""
    first, last = settings.samples.stages[0], settings.samples.stages[-1]
    if len(settings.samples.stages) < 3:
        not_testable("with two stages none can be skipped; name them under [level3.samples] stages")
    values = values_for(api, first, last)
    for source, target in ((first, last), (last, first)):
        exchange = api.send("promote", approval_required=True, **{**values, "source": source, "target": target})
        expect(exchange).status(*settings.bad_request, *settings.conflict, 422)


@rule("level3-unknown-strategy-refused")
def test_unknown_strategy_is_refused(api: Api, settings: Level3) -> None:
    """A strategy that nobody knows is not guessed."""
    values = {**values_for(api, *stages(api)), "strategy": fresh_name("conformance")}
    expect(api.send("promote", approval_required=True, **values)).status(*settings.bad_request, 422)


@rule("level3-approval-awaited")
def test_approval_is_awaited(api: Api, settings: Level3, profile: Profile) -> None:
    """Without approval nothing happens."""
    id, _ = waiting(api)
    if api.has("execute"):
        expect(started(api, id) or api.send("execute", id=id)).status(*settings.refused)
    time.sleep(profile.seconds(settings.poll_s))
    state, exchange = read(api, id)
    expect(exchange).that(state == "pending", "a promotion that waits for its approval", state)


@rule("level3-approvals-counted")
def test_approvals_are_counted_by_person(api: Api, settings: Level3, profile: Profile) -> None:
    """It goes on with the last needed approval, and each person counts once."""
    for first in range(len(settings.samples.stages) - 1):
        id, needed = waiting(api, first)
        people = [fresh_name("approver") for _ in range(needed)]
        for person in people[:-1]:
            approve(api, id, person)
            api.send("approve", id=id, approver=person, approved=True)
            state, exchange = read(api, id)
            expect(exchange).that(state == "pending", f"a promotion that waits for {needed} people", state)
        approve(api, id, people[-1])
        time.sleep(profile.seconds(settings.poll_s))
        state, exchange = read(api, id)
        expect(exchange).that(state != "pending", f"a promotion that goes on after {needed} approvals", state)


@rule("level3-rejection-ends")
def test_rejection_ends_a_promotion(api: Api) -> None:
    """Rejected is rejected."""
    id, _ = waiting(api)
    person = fresh_name("approver")
    if api.has("reject"):
        api.succeed("reject", id=id, approver=person, reason="conformance")
    else:
        api.succeed("approve", id=id, approver=person, approved=False)
    state, exchange = read(api, id)
    expect(exchange).that(state in ("rejected", "failed"), "a promotion that is over", state)


def completed(api: Api, patience: float) -> tuple[Any, list[str]]:
    """A promotion that was approved and started, and the states that it went through."""
    id, needed = waiting(api)
    states = [read(api, id)[0]]
    for _ in range(needed):
        approve(api, id, fresh_name("approver"))
    started(api, id)
    return id, [*states, *followed(api, id, patience)]


@rule("level3-promotion-completes")
def test_promotion_completes(api: Api, settings: Level3, patience: float) -> None:
    """It ends, and in time."""
    _, states = completed(api, patience)
    if states[-1] not in ("completed", "failed", "rolled_back"):
        violation(f"an end within {settings.promotion_s:g} s", f"it is {states[-1]} ({' -> '.join(states)})")


@rule("level3-states-legal")
def test_states_are_legal(api: Api, profile: Profile, settings: Level3, patience: float) -> None:
    """From pending to the end, and never back: an end is looked at again."""
    id, states = completed(api, patience)
    for _ in range(LOOKS_AFTER):
        time.sleep(profile.seconds(settings.poll_s))
        states.append(read(api, id)[0])
    if problems := list(illegal_steps(states)):
        violation("states that follow each other as promised", f"{'; '.join(problems)} ({' -> '.join(states)})")


@rule("level3-failure-rolled-back")
def test_failure_is_rolled_back(api: Api, profile: Profile, caller: Caller, settings: Level3, patience: float) -> None:
    """A failed promotion is undone, and that is counted."""
    samples = settings.samples
    if not samples.failing and not samples.failing_artifact_name:
        not_testable("say what makes a promotion fail: failing or failing_artifact_name under [level3.samples]")
    before = scrape(caller, profile.metrics) if profile.metrics else None
    values = dict(samples.failing)
    if samples.failing_artifact_name:
        values["artifact_name"] = samples.failing_artifact_name
    id, needed = waiting(api, **values)
    for _ in range(needed):
        approve(api, id, fresh_name("approver"))
    started(api, id)
    states = followed(api, id, patience, ends=("completed", "rolled_back", "rejected"))
    if states[-1] == "completed":
        not_testable("the promotion that ought to fail went well")
    if states[-1] != "rolled_back":
        violation("a failed promotion that is rolled back", " -> ".join(states))
    if profile.metrics is None or before is None:
        return
    told = grew(before, scrape(caller, profile.metrics), profile.metrics, "promotion_rollbacks_total")
    if told and is_one_process(caller, profile.metrics):
        violation("a rollback that is counted", told)


@rule("level3-rollback-in-time")
def test_rollback_is_in_time(api: Api, profile: Profile, settings: Level3, patience: float) -> None:
    """The way back is open, and short."""
    api.operation("rollback")
    id, states = completed(api, patience)
    if states[-1] != "completed":
        not_testable(f"the promotion is {states[-1]}, so there is nothing to roll back")
    api.succeed("rollback", id=id)
    found = followed(api, id, profile.seconds(settings.rollback_s), ends=("rolled_back",))
    if found[-1] != "rolled_back":
        violation(f"rolled_back within {settings.rollback_s:g} s", " -> ".join(found))


@rule("level3-rollback-needs-release")
def test_rollback_needs_a_release(api: Api) -> None:
    """What never went live is not rolled back."""
    api.operation("rollback")
    id, _ = waiting(api)
    exchange = api.send("rollback", id=id)
    expect(exchange).status_class(4)
    state, after = read(api, id)
    expect(after).that(state == "pending", "an unchanged state", state)
