"""Collection of contract suites: each test under each profile that promises its rule."""

from typing import TYPE_CHECKING, Any

import pytest

from conformance.plugin.judged import CONTRACT
from conformance.plugin.run import RUN, Run

if TYPE_CHECKING:
    from conformance.contracts.profiles import InForce, Profile
    from conformance.contracts.rules import ContractRule

ALLOWED_BY = {"write": "allow_writes", "noisy": "allow_noisy", "destructive": "allow_destructive"}
WHAT_IT_DOES = {
    "write": "leaves something behind on the target",
    "noisy": "sends a burst or waits long",
    "destructive": "changes what the target serves",
}

ISOLATED = ("noisy", "destructive")
"""Rules that are judged alone, after all others; each by its own option."""

Row = tuple["Profile", list[pytest.MarkDecorator]]


def profile_rows(metafunc: pytest.Metafunc) -> list[Row]:
    """The profiles that a test is judged under, each with the marks that it gets there; empty when there is none."""
    run = metafunc.config.stash[RUN]
    section = getattr(metafunc.module, "SECTION", None)
    rule = _rule(metafunc)
    if rule is None or section is None:
        return []
    enabled = [profile for profile in run.contract_profiles if getattr(profile, section, None) is not None]
    return [row for profile in enabled for row in _row(rule, profile, run)]


def _rule(metafunc: pytest.Metafunc) -> "ContractRule | None":
    from conformance.contracts.rules import load

    marker = metafunc.definition.get_closest_marker("rule")
    if marker is None:
        return None
    if marker.args[0] not in load():
        raise pytest.Collector.CollectError(f"{metafunc.definition.nodeid}: no contract rule {marker.args[0]!r}")
    return load()[marker.args[0]]


def _row(rule: "ContractRule", profile: "Profile", run: Run) -> list[Row]:
    from conformance.contracts.profiles import InForce, in_force

    found = in_force(rule, profile, strict_profile=run.config.strict_profile)
    if found is None:
        return []
    if isinstance(found, str):
        unpromised = InForce(rule, profile.name, "MUST" if rule.level == "must" else "SHOULD")
        return [(profile, [_carrying(unpromised), pytest.mark.conformance_not_applicable(found)])]
    return [(profile, [_carrying(found), *_safety(rule, run)])]


def _carrying(promised: "InForce") -> pytest.MarkDecorator:
    return getattr(pytest.mark, CONTRACT)(promised)  # type: ignore[no-any-return]


def _safety(rule: "ContractRule", run: Run) -> list[pytest.MarkDecorator]:
    marks: list[Any] = []
    option = ALLOWED_BY.get(rule.safety)
    if option and not getattr(run.config, option):
        reason = f"{WHAT_IT_DOES[rule.safety]}; allow it with --{option.replace('_', '-')}"
        marks.append(pytest.mark.conformance_not_testable(reason))
    if rule.safety in ISOLATED:
        marks.append(pytest.mark.noisy(allowed=bool(option and getattr(run.config, option))))
    return marks



@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Under xdist, what runs alone goes to one worker, after everything else, unless the user chose how to share."""
    if config.getoption("dist") != "load" or not config.stash[RUN].contract_profiles:
        return None
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class Isolating(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return "alone" if runs_alone(nodeid) else nodeid

    config.option.loadscopereorder = False
    return Isolating(config, log)


def runs_alone(nodeid: str) -> bool:
    """Whether a check of a contract bursts or destroys."""
    from conformance.contracts.rules import load
    from conformance.report.explain import tested_by

    place = nodeid.partition("[")[0]
    found = (id for id, places in tested_by().items() if id in load() and any(place.endswith(one) for one in places))
    return any(load()[id].safety in ISOLATED for id in found)
