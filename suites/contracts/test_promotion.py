"""What a promotion leaves behind (docs/contracts/promotion.md)."""

from typing import Any

import pytest

from conformance.checks import not_applicable, not_testable, violation
from conformance.contracts import Evidence, Profile, rule
from conformance.contracts.paths import at_path
from conformance.contracts.promotion import judges
from conformance.contracts.promotion.changes import changes_of
from conformance.contracts.promotion.settings import Promotion
from conformance.contracts.reading import Unreadable, read
from conformance.contracts.telemetry import watch
from conformance.contracts.telemetry.reading import read_telemetry
from conformance.contracts.telemetry.settings import Telemetry
from conformance.contracts.times import instant, iso
from conformance.contracts.upgrade import rollback
from conformance.contracts.upgrade.artifacts import Artifacts
from conformance.contracts.upgrade.settings import Upgrade

SECTION = "promotion"


@pytest.fixture
def settings(profile: Profile) -> Promotion:
    assert profile.promotion is not None
    return profile.promotion


@pytest.fixture
def artifacts(evidence: Evidence, profile: Profile) -> Artifacts:
    return Artifacts(evidence, profile.upgrade or Upgrade())


@pytest.fixture
def rollbacks(artifacts: Artifacts) -> list[Any]:
    """The records of rollbacks that were given."""
    path = artifacts.find("rollback")
    found = []
    for one in rollback.records(path) if path is not None and path.exists() else []:
        try:
            document = read(one)
        except Unreadable as error:
            not_testable(f"{one.name} {error}")
        found += [document] if rollback.is_rollback(document) else []
    return found


@rule("promotion-recorded")
def test_a_promotion_is_recorded(artifacts: Artifacts, settings: Promotion) -> None:
    """Both workers, and when they changed."""
    if problems := judges.record_problems(artifacts.read("promotion"), settings):
        violation("the worker before, another one after, and a time", "; ".join(problems))


@rule("promotion-serves")
def test_the_promoted_worker_serves(artifacts: Artifacts, settings: Promotion, rollbacks: list[Any]) -> None:
    """As the active one, and not dry."""
    promotion, workers = artifacts.read("promotion"), artifacts.read("workers")
    if not judges.is_later(workers, promotion, settings):
        not_testable("the snapshot of the workers is older than the promotion, or one of both tells no time")
    if judges.went_back(rollbacks, instant(at_path(promotion, settings.switched_at)) or 0):
        not_applicable("there was a rollback after the promotion")
    if problems := judges.serving_problems(workers, promotion, settings):
        violation("the promoted worker as the active one", "; ".join(problems))


@rule("promotion-flags-in-order")
def test_flags_are_switched_in_order(artifacts: Artifacts, settings: Promotion) -> None:
    """One at a time."""
    if not settings.flag_order:
        not_applicable("the profile names no order of flags (promotion.flag_order)")
    try:
        changes = changes_of(artifacts.need("flag-settings"), settings)
    except Unreadable as error:
        not_testable(f"flag-settings {error}")
    since = instant(at_path(artifacts.optional("promotion"), settings.switched_at))
    if waiting := judges.unswitched(changes, since, settings):
        not_testable(f"not switched since the promotion: {', '.join(waiting)}")
    if problems := judges.order_problems(changes, settings):
        violation(f"{', '.join(settings.flag_order)}, one after the other", "; ".join(problems))


@rule("promotion-rolled-back-when-due")
def test_a_rollback_follows_a_breach(
    artifacts: Artifacts, settings: Promotion, profile: Profile, rollbacks: list[Any]
) -> None:
    """Of the error budget, or of the memory limit."""
    telemetry = profile.telemetry or not_applicable("the profile promises no telemetry")
    promoted = at_path(artifacts.optional("promotion"), settings.switched_at)
    since = instant(telemetry.watch_from or promoted)
    if since is None:
        not_testable("it is not known when the promotion was done; give --evidence promotion=PATH")
    breached = _breach(artifacts, telemetry, since)
    if breached is None:
        not_applicable("no limit was broken in the watch window")
    if "rollback" not in artifacts.evidence and artifacts.find("rollback") is None:
        not_testable("no rollback is given; name the directory of the records with --evidence rollback=PATH")
    if not judges.went_back(rollbacks, since):
        violation(f"a rollback after {iso(breached)}", "no record of one")


def _breach(artifacts: Artifacts, telemetry: Telemetry, since: float) -> float | None:
    """When the first limit was broken in the watch window; None when none was."""
    path = artifacts.need("telemetry")
    try:
        watched = read_telemetry(path, telemetry, since).watch
    except OSError as error:
        not_testable(f"{path} cannot be read: {error.strerror or error}")
    if not watched:
        not_testable("the telemetry has no line of the watch window")
    outcomes = watch.error_budget(watched, telemetry), watch.memory_kept(watched, telemetry)
    broken = [one.at or since for one in outcomes if one is not None and one.verdict == "fail"]
    return min(broken, default=None)
