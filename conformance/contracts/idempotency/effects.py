"""How much was carried out meanwhile: a counter that others move too."""

import time
from collections.abc import Callable

from conformance.checks.outcomes import not_testable
from conformance.contracts.caller import Caller
from conformance.contracts.idempotency.settings import Idempotency
from conformance.contracts.paths import at_path
from conformance.contracts.refusals import body_of
from conformance.contracts.requests import dressed

TRIES = 3


def effects_of(caller: Caller, settings: Idempotency, act: Callable[[], object]) -> int:
    """How often something was carried out because of `act`, which is repeated until that is clear.

    One is what everything hopes for, so it counts when it is seen once: others can only add to it. More than one
    counts when it is the same each time.
    """
    settle_s = caller.profile.seconds(settings.settle_s)
    time.sleep(settle_s)
    seen = []
    for _ in range(TRIES):
        before = effect(caller, settings)
        act()
        time.sleep(settle_s)
        seen.append(effect(caller, settings) - before)
        if seen[-1] == 1:
            return 1
    if len(set(seen)) > 1:
        not_testable(f"the counter moved by {', '.join(map(str, seen))}: others move it too; give one of your own")
    return seen[0]


def effect(caller: Caller, settings: Idempotency) -> int:
    """How often anything was carried out so far."""
    if settings.effect is None:
        not_testable("what a request causes is not seen; say where a counter is under [idempotency.effect]")
    body, headers = dressed(caller, settings.effect)
    where = settings.effect
    exchange = caller.send(
        where.route, method=where.http_method, body=body, headers=headers, persona=where.persona,
        variables=where.variables,
    )  # fmt: skip
    found = at_path(body_of(exchange), settings.effect_path)
    if not isinstance(found, int) or isinstance(found, bool):
        not_testable(f"there is no number at {settings.effect_path} of {where}; see idempotency.effect_path")
    return found
