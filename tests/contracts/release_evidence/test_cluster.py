"""The judges of dumps of a cluster."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.contracts.release_evidence import cluster, image_scan
from conformance.contracts.release_evidence.settings import Cluster
from tests.contracts.release_evidence.dumps import NOW, deployment, job, listed, pod, template

SETTINGS = Cluster(min_available=2, backup_job="mcp-backup", config_of={"CACHE_SIZE": "validation.cache.size"})


def test_pods_that_run_or_have_done_their_work_are_ready() -> None:
    assert cluster.not_ready(listed(pod(), pod("backup-1", phase="Succeeded", ready="False"))) == []


@pytest.mark.parametrize(("phase", "ready"), [("Pending", "False"), ("Running", "False"), ("Failed", "True")])
def test_a_pod_that_is_not_ready_is_named(phase: str, ready: str) -> None:
    assert len(cluster.not_ready(listed(pod(), pod("bad", phase=phase, ready=ready)))) == 1


def test_a_restart_between_two_dumps_is_found_and_a_new_pod_is_none() -> None:
    before = listed(pod("one", restarts=3), pod("two"))

    assert cluster.restarted(before, listed(pod("one", restarts=3), pod("three", restarts=1))) == []
    assert cluster.restarted(before, listed(pod("one", restarts=4))) == ["one/semantic was started again, 3 to 4 times"]


@pytest.mark.parametrize(
    ("image", "release", "problems"),
    [
        ("mcp/semantic:v3.0.0", "", 0),
        ("mcp/semantic:v3.0.0", "v3.0.0", 0),
        ("registry:5000/mcp/semantic:v3.0.0@sha256:12ab", "v3.0.0", 0),
        ("registry:5000/mcp/semantic", "v3.0.0", 1),
        ("mcp/semantic:v2.9.0", "v3.0.0", 1),
    ],
)
def test_images_have_the_tag_of_the_release(image: str, release: str, problems: int) -> None:
    dump = listed(pod("one", image=image), pod("two", image=image), pod("job", image="other:1", owner="Job"))

    assert len(cluster.mixed_images(dump, Cluster(release=release))) == problems


def test_two_versions_at_once_are_found() -> None:
    dump = listed(pod("one"), pod("two", image="mcp/semantic:v3.1.0"))

    assert cluster.mixed_images(dump, Cluster()) == ["semantic has mcp/semantic:v3.0.0, mcp/semantic:v3.1.0"]
    assert cluster.mixed_images(dump, Cluster(containers=("sidecar",))) == []


@pytest.mark.parametrize("status", [{"availableReplicas": 2}, {"updatedReplicas": 1}, {"replicas": 4}])
def test_a_rollout_that_is_not_complete_is_found(status: dict[str, int]) -> None:
    assert cluster.unfinished(listed(deployment())) == []
    assert len(cluster.unfinished(deployment(**status))) == 1


def test_a_change_that_nobody_looked_at_is_no_complete_rollout() -> None:
    assert "newest change" in cluster.unfinished(deployment(observedGeneration=1))[0]


@pytest.mark.parametrize(
    ("jobs", "problems"),
    [
        ([job("mcp-backup-1", "2026-01-18T01:00:00Z", done="Complete", ended="2026-01-18T01:05:00Z")], 0),
        ([job("mcp-backup-1", "2026-01-18T01:00:00Z", done="Failed")], 1),
        ([job("mcp-backup-1", "2026-01-17T00:00:00Z", done="Complete", ended="2026-01-17T00:05:00Z")], 1),
        ([job("mcp-backup-verification-1", "2026-01-18T01:00:00Z", done="Complete")], 1),
        ([], 1),
    ],
)
def test_the_newest_backup_job_is_judged(jobs: list[dict[str, Any]], problems: int) -> None:
    assert len(cluster.no_backup(listed(*jobs), SETTINGS, NOW)) == problems


def test_a_backup_that_still_runs_is_not_judged() -> None:
    done = job("mcp-backup-1", "2026-01-17T02:00:00Z", done="Complete", ended="2026-01-17T02:05:00Z")
    running = job("mcp-backup-2", "2026-01-18T01:30:00Z", done=None, active=1)

    assert cluster.no_backup(listed(done, running), SETTINGS, NOW) == []


def test_variables_agree_with_the_configuration_map() -> None:
    told = {"kind": "ConfigMap", "data": {"validation.cache.size": "10000"}}
    other = {"kind": "ConfigMap", "data": {"validation.cache.size": "20000"}}

    assert cluster.disagreeing(listed(told, deployment()), SETTINGS) == []
    assert len(cluster.disagreeing(listed(other, deployment()), SETTINGS)) == 1


def test_replicas_and_budgets_have_limits() -> None:
    scaler = {"kind": "HorizontalPodAutoscaler", "spec": {"minReplicas": 3, "maxReplicas": 10}, "status": {}}
    budget = {"kind": "PodDisruptionBudget", "spec": {"minAvailable": 2}}

    def problems(replicas: int, kept: Any) -> int:
        scaled = {**scaler, "status": {"currentReplicas": replicas}}
        return len(cluster.out_of_limits(listed(scaled, {**budget, "spec": {"minAvailable": kept}}), SETTINGS))

    assert [problems(3, 2), problems(10, "50%")] == [0, 0]
    assert [problems(2, 2), problems(11, 2), problems(5, 1)] == [1, 1, 1]


def test_a_hardened_namespace() -> None:
    policy = {"kind": "NetworkPolicy"}
    role = {"kind": "Role", "metadata": {"name": "reader"}, "rules": [{"verbs": ["get"], "resources": ["pods"]}]}
    wild = {**role, "rules": [{"verbs": ["*"], "resources": ["pods"]}]}
    rooted = deployment()
    rooted["spec"]["template"]["spec"] = {**template(), "securityContext": {"runAsUser": 0}}

    assert cluster.unhardened(listed(policy, role, deployment())) == []
    assert cluster.unhardened(listed(role, deployment())) == ["there is no network policy"]
    assert cluster.unhardened(listed(policy, wild)) == ["reader has * among its verbs"]
    assert cluster.unhardened(listed(policy, rooted)) == ["semantic may run as root"]


def test_error_lines_are_counted() -> None:
    assert cluster.error_lines(iter(["INFO ok", "ERROR one", "2026 FATAL two", "no errors"]), SETTINGS) == 2


@pytest.mark.parametrize(
    "report",
    [
        {"Results": [{"Vulnerabilities": [{"VulnerabilityID": "CVE-1", "PkgName": "zlib", "Severity": "CRITICAL"}]}]},
        {"matches": [{"vulnerability": {"id": "CVE-1", "severity": "Critical"}, "artifact": {"name": "zlib"}}]},
    ],
)
def test_critical_vulnerabilities_are_named(report: dict[str, Any]) -> None:
    assert image_scan.is_understood(report)
    assert image_scan.critical(report) == ["CVE-1 in zlib"]


def test_lesser_vulnerabilities_are_fine() -> None:
    found = [{"VulnerabilityID": "CVE-2", "PkgName": "zlib", "Severity": "HIGH"}]

    assert image_scan.critical({"Results": [{"Vulnerabilities": found}, {"Target": "app"}]}) == []
    assert not image_scan.is_understood({"runs": []})


NAMES = st.sampled_from(
    [
        "items", "kind", "metadata", "name", "spec", "status", "containers", "conditions", "template", "data", "env",
        "rules", "verbs", "securityContext", "replicas", "generation", "observedGeneration", "minAvailable",
    ]
)  # fmt: skip
KINDS = st.sampled_from(["Pod", "Job", "Deployment", "Role", "ConfigMap", "PodDisruptionBudget", "NetworkPolicy"])
DUMPS = st.recursive(
    KINDS | st.none() | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(NAMES, DUMPS, max_size=4), KINDS)
def test_any_dump_gets_an_answer(inner: dict[str, Any], kind: str) -> None:
    dump = listed({**inner, "kind": kind})
    cluster.not_ready(dump)
    cluster.restarted(dump, dump)
    cluster.unfinished(dump)
    cluster.out_of_limits(dump, SETTINGS)
    cluster.mixed_images(dump, SETTINGS)
    cluster.no_backup(dump, SETTINGS, NOW)
    cluster.disagreeing(dump, SETTINGS)
    cluster.unhardened(dump)
