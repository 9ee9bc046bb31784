"""The tools of an operator, spoken to by the names of the profile: flags, settings, routes, workers."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from conformance.checks.outcomes import not_testable
from conformance.contracts.parity.answers import error_codes, is_structured_error, payload, went_well
from conformance.contracts.parity.canary import Side
from conformance.contracts.upgrade.settings import Flag, Upgrade
from conformance.protocol.reply import Reply

ON = "1"
POLLS = 20
"""How often a flag is read while it is waited for."""


@dataclass(frozen=True, slots=True)
class Operator:
    """One conversation with the target. `scale` is that of the profile's clock."""

    side: Side
    settings: Upgrade
    scale: float = 1.0

    def call(self, kind: str, arguments: Mapping[str, Any] = {}) -> Reply:
        """Call the tool that does this; *not testable* when the profile or the target has none."""
        name = getattr(self.settings.tools, kind)
        if not name:
            not_testable(f"the profile names no tool for {kind}; name it under [upgrade.tools]")
        return self.side.call(name, dict(arguments))

    def flags(self) -> dict[str, Any]:
        """All flags; *not testable* when they cannot be read."""
        reply = self.call("flags", {"action": "get"})
        said = payload(reply)
        listed = said.get("flags", said) if isinstance(said, dict) else None
        if not went_well(reply) or not isinstance(listed, dict):
            not_testable(f"the flags cannot be read: {reply.outcome}")
        return dict(listed)

    def update(self, *changes: tuple[str, str]) -> Reply:
        """Set flags by the settings tool."""
        return self.call("settings", {"updates": [{"key": key, "value": value} for key, value in changes]})

    def set(self, *changes: tuple[str, str]) -> Reply:
        """Set flags by whichever tool does it: behind the kill switch the settings tool may be off."""
        reply = self.update(*changes)
        if went_well(reply) or not self.settings.tools.flags:
            return reply
        return self.call("flags", {"action": "set", "flags": dict(changes)})

    def need_gate(self, kind: str, *, on: bool) -> dict[str, Any]:
        """All flags, if the gate of a tool is as it is needed; else *not testable*."""
        flags = self.flags()
        gate = self.settings.tool_gates.get(kind)
        if gate is None or gate not in flags:
            not_testable(f"no flag is known to switch {kind} on; name it under [upgrade.tool_gates]")
        if (str(flags[gate]) == ON) is not on:
            not_testable(f"{gate} is {'off' if on else 'on'}; this is judged while it is {'on' if on else 'off'}")
        return flags

    def is_refused(self, reply: Reply, why: str) -> bool:
        """Whether a structured error says so, by one of the codes of the profile."""
        accepted = self.settings.refusals.get(why, ())
        return is_structured_error(reply) and (not accepted or bool(set(error_codes(reply)) & set(accepted)))

    def codes(self, why: str) -> str:
        return " or ".join(self.settings.refusals.get(why, ())) or "a structured error"

    def other_value(self, name: str, current: Any) -> str:
        """A value that a flag may have and has not now."""
        values = self.settings.flags.get(name, Flag(default="")).values
        return next((value for value in values if value != str(current)), "") or not_testable(
            f"no other value of {name or 'a flag'} is known; name one under [upgrade] probe_flag and [upgrade.flags]"
        )

    def wait_for(self, wanted: Mapping[str, str]) -> tuple[bool, dict[str, Any], float]:
        """Read the flags until they are as wanted, for no longer than promised: whether they are, the flags, and after
        how many seconds they were read."""
        bound = (self.settings.flag_latency_s + self.settings.flag_tolerance_s) * self.scale
        began = time.monotonic()
        while True:
            asked = time.monotonic() - began
            flags = self.flags()
            if all(str(flags.get(name)) == value for name, value in wanted.items()):
                return asked <= bound, flags, asked
            if asked > bound:
                return False, flags, asked
            time.sleep(bound / POLLS)

    @contextmanager
    def putting_back(self, flags: Mapping[str, Any], *names: str) -> Iterator[None]:
        """Restores these flags in the end, in this order: the kill switch comes first."""
        try:
            yield
        finally:
            for name in names:
                if name in flags:
                    self.set((name, str(flags[name])))

    def workers(self) -> Any:
        """The snapshot of the workers, or None where there is none."""
        if not self.settings.tools.workers or not self.side.has(self.settings.tools.workers):
            return None
        said = payload(self.call("workers"))
        return said.get("snapshot", said) if isinstance(said, dict) else None
