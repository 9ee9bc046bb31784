"""Evidence of a release: proofs, a benchmark, dumps of a cluster, records (docs/contracts/release-evidence.md)."""

import time
from typing import Any

import pytest

from conformance.checks import not_applicable, not_testable, violation
from conformance.contracts import Evidence, Profile, rule
from conformance.contracts.release_evidence import (
    backup,
    benchmark,
    cluster,
    dashboard,
    image_scan,
    incidents,
    leaderboard,
    proofs,
)
from conformance.contracts.release_evidence.artifacts import document, documents, lines, present, text, texts
from conformance.contracts.release_evidence.records import record_of
from conformance.contracts.release_evidence.settings import Backup, Benchmark, Cluster, Incidents, ReleaseEvidence

SECTION = "release_evidence"
_TOLD = 6


@pytest.fixture
def settings(profile: Profile) -> ReleaseEvidence:
    assert profile.release_evidence is not None
    return profile.release_evidence


@pytest.fixture
def scoring(settings: ReleaseEvidence) -> Benchmark:
    return settings.benchmark or _not_promised("benchmark")


@pytest.fixture
def deployed(settings: ReleaseEvidence) -> Cluster:
    return settings.cluster or _not_promised("cluster")


@pytest.fixture
def saved(settings: ReleaseEvidence) -> Backup:
    return settings.backup or _not_promised("backup")


@pytest.fixture
def recorded(settings: ReleaseEvidence) -> Incidents:
    return settings.incidents or _not_promised("incidents")


def _not_promised(key: str) -> Any:
    not_applicable(f"the profile promises nothing about it (release_evidence.{key})")


def hold(problems: list[str], promise: str) -> None:
    """A judge has found nothing wrong."""
    if problems:
        more = f"; and {len(problems) - _TOLD} more" if len(problems) > _TOLD else ""
        violation(promise, "; ".join(problems[:_TOLD]) + more)


def need(dump: Any, *kinds: str) -> Any:
    """A dump that holds objects of a kind; *not testable* without them."""
    if not cluster.of_kind(dump, *kinds):
        not_testable(f"the dump holds no {' or '.join(kinds)}; dump them with kubectl get … -o json")
    return dump


@rule("release-clean-install")
def test_clean_installation_passed(evidence: Evidence, settings: ReleaseEvidence) -> None:
    """The log of a clean installation says that it has passed."""
    if not settings.install_marker:
        _not_promised("install_marker")
    hold(proofs.not_installed(text(evidence, "clean-install"), settings), "a clean installation that passed")


@rule("release-migrations")
def test_migrations_passed(evidence: Evidence, settings: ReleaseEvidence) -> None:
    """For each database a log says that the migrations passed."""
    if not settings.migration_drivers:
        _not_promised("migration_drivers")
    hold(proofs.not_migrated(texts(evidence, "migrations"), settings), "migrations that passed on each database")


@rule("release-settings-secure")
def test_settings_are_secure(evidence: Evidence, settings: ReleaseEvidence) -> None:
    """Each setting that the profile names has a value that is fine for a release."""
    told = document(evidence, "settings")
    hold(proofs.insecure(told, settings), "settings that are fine for a release")
    if missing := proofs.untold(told, settings):
        not_testable(f"the settings do not tell {', '.join(missing)}")


@rule("release-worker-registered")
def test_worker_is_registered(evidence: Evidence, settings: ReleaseEvidence) -> None:
    """The worker table has a row of the worker, as the profile says."""
    if not settings.worker:
        _not_promised("worker")
    hold(proofs.not_registered(documents(evidence, "workers"), settings), "a worker that is registered")


@rule("release-benchmark-artifacts")
def test_benchmark_was_run(evidence: Evidence, scoring: Benchmark) -> None:
    """There are a report and a leaderboard, and neither is empty."""
    report, board = document(evidence, "benchmark"), text(evidence, "leaderboard")
    found = [] if isinstance(report, dict) and report else ["the report is no JSON object, or empty"]
    hold(found + ([] if leaderboard.rows(board) else ["the leaderboard has no rows"]), "a report and a leaderboard")


@rule("release-benchmark-repeats")
def test_benchmark_can_be_repeated(evidence: Evidence, scoring: Benchmark) -> None:
    """Two reports on the same fixtures are equal but for the time stamp."""
    reports = document(evidence, "benchmark"), document(evidence, "benchmark-again")
    hold(benchmark.unequal(*reports), "two equal reports")


@rule("release-benchmark-report")
def test_report_has_its_shape(evidence: Evidence, scoring: Benchmark) -> None:
    """The report has all its members, of the right types."""
    hold(benchmark.misshapen(document(evidence, "benchmark"), scoring), "a report of the promised shape")


@rule("release-benchmark-scores")
def test_scores_follow_from_metrics(evidence: Evidence, scoring: Benchmark) -> None:
    """Each score is that of its metrics and the seed."""
    hold(benchmark.wrong_scores(document(evidence, "benchmark"), scoring), "scores that follow from the metrics")


@rule("release-benchmark-summaries")
def test_summaries_follow_from_episodes(evidence: Evidence, scoring: Benchmark) -> None:
    """Each summary is that of its episodes."""
    hold(benchmark.wrong_summaries(document(evidence, "benchmark"), scoring), "summaries of the episodes")


@rule("release-benchmark-ranking")
def test_ranking_follows_from_scores(evidence: Evidence, scoring: Benchmark) -> None:
    """The leaderboard ranks every strategy once, by its average score."""
    hold(benchmark.wrong_ranking(document(evidence, "benchmark")), "a ranking by average score")


@rule("release-benchmark-comparison")
def test_comparison_follows_from_averages(evidence: Evidence, scoring: Benchmark) -> None:
    """The comparison is the difference of both averages, and its verdict that of the threshold."""
    hold(benchmark.wrong_comparison(document(evidence, "benchmark"), scoring), "the difference of both averages")


@rule("release-benchmark-fixtures")
def test_fixtures_are_those_of_the_report(evidence: Evidence, scoring: Benchmark) -> None:
    """The report names the hash of the fixtures."""
    fixtures = present(evidence, "benchmark-fixtures").read_bytes()
    hold(benchmark.other_fixtures(document(evidence, "benchmark"), fixtures), "the hash of the fixtures")


@rule("release-leaderboard-table")
def test_leaderboard_shows_the_report(evidence: Evidence, scoring: Benchmark) -> None:
    """The published table has the rows of the report."""
    board, report = text(evidence, "leaderboard"), document(evidence, "benchmark")
    hold(leaderboard.unlike(board, report), "the rows of the report")


@rule("release-pods-ready")
def test_pods_are_ready(evidence: Evidence, deployed: Cluster) -> None:
    """All pods run and are ready; between two dumps no container was started again."""
    pods = need(document(evidence, "pods"), "Pod")
    problems = cluster.not_ready(pods)
    if "pods-before" in evidence:
        problems += cluster.restarted(document(evidence, "pods-before"), pods)
    hold(problems, "pods that run and are ready")


@rule("release-log-errors")
def test_log_has_few_errors(evidence: Evidence, deployed: Cluster) -> None:
    """The log has no more lines with errors than agreed."""
    if deployed.max_error_lines is None:
        not_testable("no limit is agreed; set release_evidence.cluster.max_error_lines in the profile")
    found = cluster.error_lines(lines(evidence, "service-log"), deployed)
    if found > deployed.max_error_lines:
        violation(f"at most {deployed.max_error_lines} lines with errors", str(found))


@rule("release-backup-job")
def test_backup_job_succeeded(evidence: Evidence, deployed: Cluster) -> None:
    """The newest backup job that has ended succeeded, and is fresh."""
    jobs = need(document(evidence, "jobs"), "Job")
    hold(cluster.no_backup(jobs, deployed, time.time()), "a fresh backup job that succeeded")


@rule("release-backup-record")
def test_backup_is_on_record(evidence: Evidence, saved: Backup) -> None:
    """The newest backup is named, complete and fresh."""
    latest, metadata = backup.of_evidence(evidence, saved)
    hold(backup.problems(latest, metadata, saved, time.time()), "the record of a fresh and complete backup")


@rule("release-images")
def test_images_are_those_of_the_release(evidence: Evidence, deployed: Cluster) -> None:
    """All pods run one version, that of the release."""
    pods = need(document(evidence, "pods"), "Pod")
    hold(cluster.mixed_images(pods, deployed), deployed.release or "one image for the containers of a name")


@rule("release-rollout-complete")
def test_rollout_is_complete(evidence: Evidence, deployed: Cluster) -> None:
    """As many replicas are updated and available as wanted."""
    deployments = need(document(evidence, "deployments"), "Deployment")
    hold(cluster.unfinished(deployments), "all replicas updated and available")


@rule("release-replica-limits")
def test_replicas_are_within_limits(evidence: Evidence, deployed: Cluster) -> None:
    """Autoscalers are within their bounds, and disruption budgets keep enough."""
    limits = need(document(evidence, "scaling"), "HorizontalPodAutoscaler", "PodDisruptionBudget")
    hold(cluster.out_of_limits(limits, deployed), "replicas within their limits")


@rule("release-configuration-agrees")
def test_environment_agrees_with_the_configuration(evidence: Evidence, deployed: Cluster) -> None:
    """Variables that are written out have the values of the configuration map."""
    dump = need(need(document(evidence, "configuration"), "ConfigMap"), "Deployment")
    hold(cluster.disagreeing(dump, deployed), "the values of the configuration map")


@rule("release-hardening")
def test_cluster_is_hardened(evidence: Evidence, deployed: Cluster) -> None:
    """There are network policies, and neither wildcards in roles nor containers that may run as root."""
    hold(cluster.unhardened(need(document(evidence, "hardening"), *cluster.HARDENED)), "a hardened namespace")


@rule("release-image-scan")
def test_images_have_no_critical_vulnerability(evidence: Evidence, deployed: Cluster) -> None:
    """The scan found nothing critical."""
    report = document(evidence, "image-scan")
    if not image_scan.is_understood(report):
        not_testable("image-scan is not understood; give the JSON report of Trivy or Grype")
    hold(image_scan.critical(report), "no critical vulnerability")


@rule("release-incident-record")
def test_incident_is_recorded(evidence: Evidence, recorded: Incidents) -> None:
    """The record has its id, class and status, and was kept up to date."""
    hold(incidents.record_problems(record_of(text(evidence, "incident")), recorded), "a record that is kept")


@rule("release-incident-review")
def test_incident_is_reviewed(evidence: Evidence, recorded: Incidents) -> None:
    """The review has all its parts, and came in time."""
    hold(incidents.review_problems(record_of(text(evidence, "incident-review")), recorded), "a whole review, in time")


@rule("release-dashboard-panels")
def test_dashboard_has_its_panels(evidence: Evidence, settings: ReleaseEvidence) -> None:
    """There is a panel for each thing that an operator looks at first."""
    shown = document(evidence, "dashboard")
    if not settings.panels:
        _not_promised("panels")
    if not dashboard.panels(shown):
        not_testable("the dashboard holds no panels; give the JSON of a Grafana dashboard")
    hold(dashboard.missing_panels(shown, settings.panels), "a panel for each thing that the profile names")


@rule("release-alerts-answered")
def test_alerts_are_answered(evidence: Evidence, recorded: Incidents) -> None:
    """Each alert was answered in the time of its severity."""
    alerts = documents(evidence, "alert-log")
    hold(incidents.unanswered(alerts, recorded, time.time()), "answers in the time of the severity")
