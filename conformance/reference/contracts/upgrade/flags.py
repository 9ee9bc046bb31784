"""The flag store of the orchestrator: defaults below, what was set above, and a kill switch over both."""

import time
from functools import cache

from conformance.contracts.profiles.loading import load_profile
from conformance.contracts.upgrade.settings import Flag
from conformance.reference.contracts.upgrade.behaviour import UpgradeBehaviour

KILL_SWITCH = "DISABLE_NEW"


class Refusal(Exception):
    """A call that is not carried out; the code says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@cache
def known_flags() -> dict[str, Flag]:
    upgrade = load_profile("upgrade", {}).upgrade
    assert upgrade is not None
    return upgrade.flags


class Flags:
    """Values are texts. What is set is seen after the delay of the behaviour."""

    def __init__(self, behaviour: UpgradeBehaviour) -> None:
        self._behaviour = behaviour
        self._seen = dict(behaviour.flags)
        self._coming: list[tuple[float, str, str]] = []

    def all(self) -> dict[str, str]:
        """What a worker sees now."""
        self._settle()
        defaults = {name: flag.default for name, flag in known_flags().items()}
        killed = self._seen.get(KILL_SWITCH) == "1" and self._behaviour.kill_switch_works
        values = {**defaults, KILL_SWITCH: "1"} if killed else {**defaults, **self._seen}
        if killed and not self._behaviour.kill_switch_holds:
            values |= {name: self._seen[name] for name in ("PROMPT_MODE",) if name in self._seen}
        return {name: value for name, value in values.items() if name not in self._behaviour.missing_flags}

    def set(self, changes: dict[str, str]) -> dict[str, str]:
        """Store all of them, or none; the values as they are stored."""
        unknown = [name for name in changes if name not in known_flags()]
        if unknown and (self._behaviour.refuses_unknown_flags or len(changes) > len(unknown)):
            if not self._behaviour.all_or_nothing:
                self._store({name: value for name, value in changes.items() if name not in unknown})
            raise Refusal("unknown_flag", f"no flag {unknown[0]}")
        return self._store(changes)

    def reset(self, name: str) -> str:
        if name not in known_flags():
            raise Refusal("unknown_flag", f"no flag {name}")
        default = known_flags()[name].default
        if self._behaviour.resets:
            self._store({name: default})
        return default

    def _store(self, changes: dict[str, str]) -> dict[str, str]:
        stored = {name: self._normal(name, value) for name, value in changes.items()}
        visible = time.monotonic() + self._behaviour.flag_delay_s * self._behaviour.scale
        released = stored.get(KILL_SWITCH) == "0" and self._seen.get(KILL_SWITCH) == "1"
        if released and not self._behaviour.kill_switch_releases:
            self._seen = {name: value for name, value in self._seen.items() if name not in ("PROMPT_MODE",)}
        if self._seen.get(KILL_SWITCH) == "1" and not released and self._behaviour.kill_switch_holds:
            stored = {name: value for name, value in stored.items() if name == KILL_SWITCH}
        slow = self._behaviour.slow_flags or tuple(stored)
        self._coming += [(visible if name in slow else 0.0, name, value) for name, value in stored.items()]
        return stored

    def _normal(self, name: str, value: str) -> str:
        flag = known_flags().get(name)
        if flag is None or not self._behaviour.normalises or not flag.values or value in flag.values:
            return value
        return flag.default if flag.default in ("compact", "none", "legacy") else "0"

    def _settle(self) -> None:
        now = time.monotonic()
        for visible, name, value in self._coming:
            if visible <= now:
                self._seen[name] = value
        self._coming = [one for one in self._coming if one[0] > now]


def texts(updates: object) -> dict[str, str]:
    """The entries of an update by name; Refusal when they are none."""
    entries = updates if isinstance(updates, list) else []
    if not all(isinstance(one, dict) and isinstance(one.get("key"), str) for one in entries):
        raise Refusal("invalid_input", "updates is a list of key and value")
    return {one["key"]: str(one.get("value", "")) for one in entries}
