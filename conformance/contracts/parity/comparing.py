"""Calls the read-only tools of both targets with the same arguments, and keeps the answers side by side."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from conformance.contracts.parity.answers import went_well
from conformance.contracts.parity.canary import Pair, Side
from conformance.contracts.parity.normalising import answer_of, differences
from conformance.contracts.parity.settings import Parity
from conformance.protocol.reply import Reply
from conformance.target.config import RunConfig
from conformance.target.roles import callable_tools

Call = tuple[str, dict[str, object]]
"""The name of a tool, and its arguments."""

AGAIN: Final = 3


@dataclass(frozen=True, slots=True)
class Compared:
    """One call: what the active target said, what it said the second time, and what the canary said."""

    name: str
    active: Reply
    again: Reply
    canary: Reply

    @property
    def succeeded(self) -> bool:
        """Whether the active target served the call each time."""
        return went_well(self.active) and went_well(self.again)

    def is_steady(self, settings: Parity) -> bool:
        """Whether the active target says the same when it is asked twice."""
        return not self._differences(self.active, self.again, settings)

    def differences(self, settings: Parity) -> list[str]:
        return [f"{self.name}: {one}" for one in self._differences(self.again, self.canary, settings)]

    @staticmethod
    def _differences(one: Reply, other: Reply, settings: Parity) -> list[str]:
        return differences(_answer(one), _answer(other), settings.normalising)


def _answer(reply: Reply) -> Any:
    return answer_of(reply.result) if reply.has_result else {"error": reply.error_code}


def compare(pair: Pair, name: str, arguments: dict[str, Any]) -> Compared:
    """The active target is asked before and after the canary, so that what changes meanwhile is seen."""
    first = pair.active.call(name, arguments)
    canary = pair.canary.call(name, arguments)
    return Compared(name, first, pair.active.call(name, arguments), canary)


def compare_all(pair: Pair, config: RunConfig, settings: Parity) -> Iterator[Compared]:
    """All tools that this run may call on both sides, with arguments of their own schemas; those that the profile
    names are compared by themselves."""
    named = {*settings.ignored_tools, *settings.writes, *(check.tool for check in settings.checks.values())}
    named |= {call.tool for call in (settings.health, settings.telemetry, settings.plan) if call}
    for tool, made in callable_tools(pair.active.surface, config):
        name = str(tool.get("name"))
        if made.value is not None and name not in named and pair.canary.has(name):
            yield compare(pair, name, made.value)


def median_seconds(side: Side, calls: int) -> float | None:
    """The median time of an answer to a list of the tools; None when none came."""
    return _median([side.peer.request("tools/list") for _ in range(calls)])


def slower_calls(pair: Pair, calls: Mapping[str, Call], settings: Parity) -> list[str]:
    """Which of the calls the canary answers too slowly: those that are slow once are made some times more."""
    return [
        f"{name}: {told}"
        for name, call in calls.items()
        if _slower(pair, call, 1, settings) and (told := _slower(pair, call, AGAIN, settings))
    ]


def _slower(pair: Pair, call: Call, times: int, settings: Parity) -> str:
    name, arguments = call
    canary = _median([pair.canary.call(name, arguments) for _ in range(times)])
    active = _median([pair.active.call(name, arguments) for _ in range(times)])
    if active is None or canary is None or canary <= allowed_seconds(active, settings):
        return ""
    return f"{canary:.3f} s, on the active target {active:.3f} s"


def allowed_seconds(active: float, settings: Parity) -> float:
    """How long the canary may take for what the active target answers in that time."""
    return active * settings.latency_factor + settings.latency_extra_s


def _median(replies: Sequence[Reply]) -> float | None:
    times = [one.exchange.ended_at for one in replies if one.has_result and one.exchange.ended_at is not None]
    return statistics.median(times) if times else None
