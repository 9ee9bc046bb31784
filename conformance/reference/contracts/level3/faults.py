"""Ways to break one promise of what surrounds the business API: health, metrics, alerts, service levels."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.reference.contracts.catalogue import contract_fault
from conformance.reference.contracts.level3.behaviour import Json, Level3Behaviour
from conformance.reference.contracts.level3.prometheus import alert

B = Level3Behaviour


@contract_fault("level3", breaks="health-live-answers")
def level3_live_late(b: B) -> B:
    """The liveness endpoint answers later than a probe waits."""
    return replace(b, live_delay_real_s=1)


@contract_fault("level3", breaks="health-ready-answers")
def level3_never_ready(b: B) -> B:
    """The process lives and is never ready."""
    return replace(b, ready_status=lambda number: 503)


@contract_fault("level3", breaks="health-startup-answers")
def level3_startup_fails(b: B) -> B:
    """The start-up endpoint fails although the start is over."""
    return replace(b, startup_status=500)


@contract_fault("level3", breaks="health-redirects-to-https")
def level3_served_over_plain_http(b: B) -> B:
    """Plain HTTP leads to plain HTTP."""
    return replace(b, redirect_to="http://mcp-semantic.example.com/")


def _rewriting(pattern: str, replacement: str) -> Callable[[str], str]:
    return lambda text: re.sub(pattern, replacement, text, flags=re.MULTILINE)


@contract_fault("level3", breaks="metrics-scrape-parses")
def level3_metrics_unreadable(b: B) -> B:
    """One line of the exposition lacks its closing quote."""
    return replace(b, exposition=_rewriting(r'type="schema"', 'type="schema'))


@contract_fault("level3", breaks="metrics-scrape-parses")
def level3_metrics_as_page(b: B) -> B:
    """The metrics are a page for browsers."""
    return replace(b, metrics_type="text/html; charset=utf-8")


@contract_fault("level3", breaks="metrics-families-present")
def level3_cache_metric_missing(b: B) -> B:
    """Nobody can tell how well the cache works."""
    return replace(b, exposition=_rewriting(r"^.*validation_cache_hit_rate.*\n", ""))


@contract_fault("level3", breaks="metrics-families-present")
def level3_uploads_renamed(b: B) -> B:
    """A counter lost its suffix."""
    return replace(b, exposition=_rewriting(r"artifact_uploads_total", "artifact_uploads"))


@contract_fault("level3", breaks="metrics-kinds-as-promised")
def level3_total_as_gauge(b: B) -> B:
    """A total is declared as a gauge."""
    return replace(
        b, exposition=_rewriting("TYPE promotion_success_total counter", "TYPE promotion_success_total gauge")
    )


@contract_fault("level3", breaks="metrics-histograms-consistent")
def level3_buckets_not_cumulative(b: B) -> B:
    """A bucket counts only what lies in it."""
    return replace(b, exposition=_rewriting(r'(promotion_duration_seconds_bucket\{le="1800"\}) \d+', r"\1 1"))


@contract_fault("level3", breaks="metrics-histograms-consistent")
def level3_count_beside_buckets(b: B) -> B:
    """The count of a histogram is not that of its last bucket."""
    return replace(b, exposition=_rewriting(r"(artifact_lookup_duration_seconds_count) \d+", r"\1 3"))


@contract_fault("level3", breaks="metrics-bounds-fit-limits")
def level3_coarse_buckets(b: B) -> B:
    """No bucket ends near the limit of lookups."""
    return replace(b, exposition=_rewriting(r'^artifact_lookup.*le="0\.[15]".*\n', ""))


@contract_fault("level3", breaks="metrics-values-in-range")
def level3_ratio_in_percent(b: B) -> B:
    """The hit rate is told in percent."""
    return replace(b, traffic=replace(b.traffic, cache_hits=85.0))


@contract_fault("level3", breaks="metrics-counters-never-fall")
def level3_counters_fall(b: B) -> B:
    """Counters are set, and go down."""
    return replace(b, counters_fall=True)


@contract_fault("level3", breaks="metrics-parts-within-totals")
def level3_more_errors_than_validations(b: B) -> B:
    """Errors are counted although nothing was validated."""
    return replace(b, exposition=_rewriting(r"^(validation_errors_total) (\d+)$", r"\1 9\g<2>00"))


@contract_fault("level3", breaks="metrics-capacity-told")
def level3_capacity_missing(b: B) -> B:
    """Nobody tells how large the storage is."""
    return replace(b, exposition=_rewriting(r"^.*artifact_storage_total_bytes.*\n", ""))


@contract_fault("level3", breaks="metrics-scrape-in-time")
def level3_slow_scrape(b: B) -> B:
    """A scrape takes longer than it may."""
    return replace(b, metrics_delay_real_s=1)


@contract_fault("level3", breaks="alerts-listed")
def level3_alerts_without_names(b: B) -> B:
    """An alert does not say what it is."""
    nameless = {**alert("x", "info"), "labels": {"severity": "info"}}
    return replace(b, alerts=(nameless,))


@contract_fault("level3", breaks="alerts-listed")
def level3_alerts_in_another_form(b: B) -> B:
    """Alerts come as a bare array."""
    return replace(b, alerts_answer=lambda answer: answer["data"]["alerts"])


@contract_fault("level3", breaks="alerts-severities-known")
def level3_severity_of_its_own(b: B) -> B:
    """An alert has a severity that nobody routes."""
    return replace(b, alerts=(alert("DiskOdd", "page", "pending"),))


@contract_fault("level3", breaks="alerts-none-critical")
def level3_critical_alert_fires(b: B) -> B:
    """A critical alert is firing."""
    return replace(b, alerts=(alert("RegistryStorageFull", "critical"),))


def _changing(name: str, **changes: object) -> Callable[[Json], Json | None]:
    return lambda rule: {**rule, **changes} if rule["name"] == name else rule


@contract_fault("level3", breaks="alerts-rules-match-thresholds")
def level3_rule_with_another_limit(b: B) -> B:
    """A rule waits for twice the share of the manual."""
    query = "sum(rate(promotion_failures_total[5m])) / sum(rate(promotion_total[5m])) > 0.2"
    return replace(b, rule=_changing("PromotionFailureRateVeryHigh", query=query))


@contract_fault("level3", breaks="alerts-rules-match-thresholds")
def level3_rule_that_waits_too_long(b: B) -> B:
    """A rule waits for an hour before it fires."""
    return replace(b, rule=_changing("ValidationErrorRateHigh", duration=3600))


@contract_fault("level3", breaks="alerts-essential-rules")
def level3_crash_loops_wake_nobody(b: B) -> B:
    """Pods that crash are only a warning."""
    return replace(b, rule=_changing("MCPSemanticPodCrashLooping", labels={"severity": "warning"}))


@contract_fault("level3", breaks="alerts-expressions-parse")
def level3_rule_cannot_be_evaluated(b: B) -> B:
    """Prometheus cannot evaluate a rule."""
    broken = {"health": "err", "lastError": "many-to-many matching not allowed"}
    return replace(b, rule=_changing("MCPSemanticPodNotReady", **broken))


@contract_fault("level3", breaks="alerts-metrics-exist")
def level3_rule_on_a_metric_of_nobody(b: B) -> B:
    """A rule looks at a metric that was renamed long ago."""
    return replace(
        b, rule=_changing("MCPSemanticPodNotReady", query="mcp_pods_unready > 0 or kube_pod_status_ready == 0")
    )


@contract_fault("level3", breaks="alerts-dashboards-served")
def level3_dashboards_gone(b: B) -> B:
    """The dashboards have other ids."""
    return replace(b, dashboards=())


def _busy(b: B, **changes: Any) -> B:
    return replace(b, traffic=replace(b.traffic, **changes))


@contract_fault("level3", breaks="level-metrics-critical")
def level3_storage_nearly_full(b: B) -> B:
    """The storage is 93 % full."""
    return _busy(b, storage_used=0.93)


@contract_fault("level3", breaks="level-latency")
def level3_slow_answers(b: B) -> B:
    """Every fifth call takes too long."""
    return replace(b, slow_every=5)


@contract_fault("level3", breaks="level-error-rate")
def level3_calls_fail(b: B) -> B:
    """Every tenth call fails."""
    return replace(b, failing=lambda number: number % 10 == 0)


@contract_fault("level3", breaks="level-error-budget")
def level3_burst_of_errors(b: B) -> B:
    """For a while, every other call fails."""
    return replace(b, failing=lambda number: number % 2 == 0)


@contract_fault("level3", breaks="level-failures-in-a-row")
def level3_short_outages(b: B) -> B:
    """Now and then, three calls in a row fail."""
    return replace(b, failing=lambda number: number % 30 > 26)


@contract_fault("level3", breaks="level-availability")
def level3_often_not_ready(b: B) -> B:
    """Every fourth probe finds it out of service."""
    return replace(b, ready_status=lambda number: 503 if number % 4 == 2 else 200)


@contract_fault("level3", breaks="level-metrics-critical")
def level3_many_validation_errors(b: B) -> B:
    """12 % of the validations end in errors."""
    return _busy(b, errors=0.12)


@contract_fault("level3", breaks="level-metrics-warning")
def level3_slow_validations(b: B) -> B:
    """The p95 of validations is far above its limit."""
    return _busy(b, slow=0.15)


@contract_fault("level3", breaks="level-metrics-warning")
def level3_promotions_roll_back(b: B) -> B:
    """Promotions are rolled back all the time."""
    return _busy(b, rollbacks=True)


@contract_fault("level3", breaks="level-queries-warning")
def level3_instances_down(b: B) -> B:
    """An instance has been down for minutes."""
    return replace(b, query_values=lambda query: ("0",) if query.startswith("min") else ("1",))


@contract_fault("level3", breaks="level-queries-critical")
def level3_all_instances_down(b: B) -> B:
    """All instances have been down for minutes."""
    return replace(b, query_values=lambda query: ("0",))


@contract_fault("level3", breaks="health-does-not-flap")
def level3_readiness_flaps(b: B) -> B:
    """Every third look finds it not ready."""
    return replace(b, ready_status=lambda number: 503 if number % 3 == 2 else 200)


@contract_fault("level3", breaks="health-ready-implies-live")
def level3_ready_while_dead(b: B) -> B:
    """After the first look it is dead, and says that it is ready."""
    return replace(b, live_status=lambda number: 200 if number == 1 else 503)


@contract_fault("level3", breaks="alerts-none-warning")
def level3_warning_fires(b: B) -> B:
    """A warning is firing."""
    return replace(b, alerts=(alert("ValidationSlow", "warning"),))


@contract_fault("level3", breaks="metrics-labels-bounded")
def level3_label_for_each_request(b: B) -> B:
    """A label holds the id of each request."""
    many = "".join(f'requests_total{{id="{number}"}} 1\n' for number in range(1200))
    return replace(b, exposition=lambda text: f"{text}# TYPE requests_total counter\n{many}")


@contract_fault("level3", breaks="metrics-labels-hold-no-secrets")
def level3_token_in_a_label(b: B) -> B:
    """A label holds the credential of a caller."""
    line = 'calls_total{caller="Bearer abcdefgh12345678"} 1\n'
    return replace(b, exposition=lambda text: f"{text}# TYPE calls_total counter\n{line}")
