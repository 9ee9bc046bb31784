"""Judges of the record of a promotion, of the worker that serves after it, and of the flags that were switched."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from conformance.contracts.paths import at_path
from conformance.contracts.promotion.settings import Promotion
from conformance.contracts.reading import member, quoted
from conformance.contracts.times import instant, iso


def record_problems(promotion: Any, settings: Promotion) -> list[str]:
    """A record tells the worker before and the worker after, which is another one, and when they changed."""
    before, after = at_path(promotion, settings.previous_worker), at_path(promotion, settings.promoted_worker)
    problems = [
        f"{name} is {quoted(pid)}, expected the id of a process"
        for name, pid in ((settings.previous_worker, before), (settings.promoted_worker, after))
        if type(pid) is not int or pid <= 0
    ]
    if not problems and before == after:
        problems.append(f"worker {before} was promoted in the place of itself")
    at = at_path(promotion, settings.switched_at)
    if instant(at) is None:
        problems.append(f"{settings.switched_at} is {quoted(at)}, expected a time with an offset")
    return problems


def is_later(workers: Any, promotion: Any, settings: Promotion) -> bool:
    """Whether the snapshot of the workers was taken after the promotion."""
    taken, switched = instant(member(workers, "recorded_at")), instant(at_path(promotion, settings.switched_at))
    return taken is not None and switched is not None and taken >= switched


def serving_problems(workers: Any, promotion: Any, settings: Promotion) -> list[str]:
    """The active worker is the promoted one, in its role, and does not run dry."""
    active, promoted = member(workers, "active"), at_path(promotion, settings.promoted_worker)
    if not isinstance(active, dict):
        return ["no worker is active"]
    problems = []
    if active.get("pid") != promoted:
        problems.append(f"worker {quoted(active.get('pid'))} is active, expected the promoted {quoted(promoted)}")
    if active.get("role", "active") != "active":
        problems.append(f"its role is {quoted(active['role'])}")
    if at_path(active, "last_health.dryRun") is True or at_path(active, "flags.dryRun") is True:
        problems.append("it runs dry")
    return problems


def unswitched(changes: Mapping[str, float], since: float | None, settings: Promotion) -> list[str]:
    """Flags of the order that were not switched since the promotion, as far as that is known."""
    return [name for name in settings.flag_order if name not in changes or changes[name] < (since or 0)]


def order_problems(changes: Mapping[str, float], settings: Promotion) -> list[str]:
    """Flags are switched one at a time, in their order."""
    return [
        f"{later} was switched at {iso(changes[later])}, {earlier} at {iso(changes[earlier])}"
        for earlier, later in pairwise(settings.flag_order)
        if changes[later] <= changes[earlier]
    ]


def went_back(rollbacks: Iterable[Any], since: float) -> bool:
    """Whether one of these rollback records was written since a time; one without a time may have been."""
    times = [instant(member(one, "timestamp") or at_path(one, "rollback.timestamp")) for one in rollbacks]
    return any(at is None or at >= since for at in times)
