"""The profile of Level 3 names nothing that it does not describe."""

import json

import pytest

from conformance.contracts.alerts.documents import rules_in, rules_of_file
from conformance.contracts.alerts.judges import missing
from conformance.contracts.metrics.exposition import read_exposition
from conformance.contracts.metrics.judges import present
from conformance.contracts.profiles import Profile, load_profile
from conformance.reference.contracts.level3 import HEALTHY
from conformance.reference.contracts.level3.metrics import Counts
from conformance.reference.contracts.level3.prometheus import RULES


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile("level3", {})


def test_limits_are_about_metrics_that_are_described(profile: Profile) -> None:
    assert profile.metrics is not None
    assert profile.alerts is not None
    assert profile.service_levels is not None
    manual = {key for one in profile.alerts.sets["manual"] for key in one.uses}
    measured = {key for one in profile.service_levels.objectives for key in one.of}
    shared = {key for one in (*profile.metrics.shares, *profile.metrics.capacities) for key in (*one.parts, one.whole)}

    assert (manual | measured | shared) - profile.metrics.families.keys() == set()


def test_the_manual_and_the_objectives_have_the_same_limits(profile: Profile) -> None:
    """What an alert would say and what two scrapes say are the same promise."""
    assert profile.alerts is not None
    assert profile.service_levels is not None
    alerts = {(one.uses, one.op, one.limit, one.severity) for one in profile.alerts.sets["manual"]}
    objectives = {(one.of, one.op, one.limit, one.severity) for one in profile.service_levels.objectives}

    assert alerts == objectives


def test_routes_that_sections_name_exist(profile: Profile) -> None:
    assert profile.health is not None
    assert profile.alerts is not None
    assert profile.metrics is not None
    probes = [one.route for one in (profile.health.live, profile.health.ready, profile.health.startup) if one]
    named = [*probes, *profile.alerts.dashboards, *profile.metrics.routes, profile.alerts.route]

    assert set(named) - profile.routes.keys() == set()


def test_the_served_system_exports_what_the_profile_wants(profile: Profile) -> None:
    assert profile.metrics is not None
    found = read_exposition(Counts(HEALTHY).exposition().encode())

    assert not found.problem
    assert not list(present(found, profile.metrics))


INSTALLED = (
    ("ValidationEngineHighErrorRate", "rate(validation_errors_total[5m]) > 0.1", "5m", "warning"),
    ("ValidationEngineSlowResponse", "histogram_quantile(0.95, rate(validation_duration_seconds_bucket[5m])) > 0.05",
     "5m", "warning"),
    ("ArtifactRegistryStorageFull", "artifact_storage_used_bytes / artifact_storage_total_bytes > 0.9",
     "5m", "critical"),
    ("MCPSemanticPodNotReady", 'kube_pod_status_ready{condition="true"} == 0', "5m", "critical"),
    ("MCPSemanticPodCrashLooping", "rate(kube_pod_container_status_restarts_total[15m]) > 0", "5m", "critical"),
)  # fmt: skip
"""Some of the rules that come with the real system."""


def test_installed_rules_fit_their_table_and_not_the_manual(profile: Profile) -> None:
    assert profile.alerts is not None
    rules = [
        {"alert": name, "expr": expr, "for": lasting, "labels": {"severity": severity}}
        for name, expr, lasting, severity in INSTALLED
    ]
    found, _ = rules_of_file(json.dumps({"groups": [{"name": "mcp", "rules": rules}]}).encode())
    names = {name for name, *_ in INSTALLED}
    installed = [one for one in profile.alerts.sets["installed"] if set(one.alerts) & names]

    assert len(installed) == len(INSTALLED)
    assert not list(missing(installed, found, profile.metrics))
    assert not list(missing(profile.alerts.essential, found, profile.metrics, profile.alerts.critical))
    told = "; ".join(missing(profile.alerts.sets["manual"], found, profile.metrics))
    assert "p95 of validations, in seconds > 0.1 (warning): ValidationEngineSlowResponse compares > 0.05" in told
    assert "storage" not in told


def test_the_rules_that_are_served_fit_the_manual(profile: Profile) -> None:
    assert profile.alerts is not None
    served = [
        {"type": "alerting", "name": name, "query": query, "duration": lasting, "labels": {"severity": severity}}
        for name, query, lasting, severity in RULES
    ]
    found, problems = rules_in({"status": "success", "data": {"groups": [{"rules": served}]}})

    assert not problems
    assert not list(missing(profile.alerts.sets["manual"], found, profile.metrics))
