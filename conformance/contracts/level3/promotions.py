"""Promotions: how they are made, followed, and which states may follow each other."""

import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

from conformance.checks.outcomes import not_testable
from conformance.contracts.level3.api import Api
from conformance.contracts.level3.artifacts import fresh_blob, uploaded
from conformance.wire.exchange import Exchange

ENDS: Final = ("completed", "failed", "rolled_back", "rejected")
_FOLLOWS: Final[dict[str, tuple[str, ...]]] = {
    "pending": ("approved", "rejected", "in_progress", "completed", "failed", "rolled_back"),
    "approved": ("in_progress", "completed", "failed", "rolled_back"),
    "in_progress": ("completed", "failed", "rolled_back"),
    "completed": ("rolled_back",),
    "failed": ("rolled_back",),
    "rejected": (),
    "rolled_back": (),
}
"""What may be seen after what: looks may miss what lies between."""


def word_for(api: Api, state: Any) -> str:
    """Our word for a state; an unknown one stays as it is."""
    return next((ours for ours, theirs in api.settings.states.items() if state in theirs), str(state))


def illegal_steps(states: list[str]) -> Iterator[str]:
    for before, after in pairwise(states):
        if before != after and after not in _FOLLOWS.get(before, ()):
            yield f"{before} became {after}"


def values_for(api: Api, source: str, target: str, **changes: Any) -> dict[str, Any]:
    """What a promotion is made with: an artifact of its own, and the stages."""
    samples = api.settings.samples
    given = dict(changes)
    if "artifact" not in given:
        name = given.pop("artifact_name", samples.artifact_name)
        given["artifact"] = uploaded(api, fresh_blob(api, name))
    return {"source": source, "target": target, **given}


def stages(api: Api, first: int = 0) -> tuple[str, str]:
    """Two neighbouring stages."""
    known = api.settings.samples.stages
    if len(known) < first + 2:
        not_testable("the profile has too few stages; name them under [level3.samples] stages")
    return known[first], known[first + 1]


def created(api: Api, **values: Any) -> tuple[Any, str]:
    """Make a promotion that a check stands on: its id and state."""
    exchange = api.need("promote", **values)
    return api.needed("promote", "id", exchange), word_for(api, api.part("promote", "state", exchange))


def read(api: Api, id: Any) -> tuple[str, Exchange]:
    """The state of a promotion now."""
    exchange = api.need("promotion", id=id)
    return word_for(api, api.needed("promotion", "state", exchange)), exchange


def started(api: Api, id: Any) -> Exchange | None:
    """Start a promotion where that is a call of its own."""
    return api.send("execute", id=id) if api.has("execute") else None


def followed(api: Api, id: Any, patience: float, ends: tuple[str, ...] = ENDS) -> list[str]:
    """The states that a promotion goes through until it ends, or patience does."""
    every = api.caller.profile.seconds(api.settings.poll_s)
    until = time.monotonic() + patience
    states = [read(api, id)[0]]
    while states[-1] not in ends and time.monotonic() < until:
        time.sleep(min(every, max(0.0, until - time.monotonic())))
        states.append(read(api, id)[0])
    return [one for one, before in zip(states, [None, *states], strict=False) if one != before]
