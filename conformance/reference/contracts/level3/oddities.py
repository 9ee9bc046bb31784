"""Unusual behaviour that keeps every promise."""

import re
from dataclasses import replace

from conformance.reference.contracts.catalogue import contract_oddity
from conformance.reference.contracts.level3.behaviour import Json, Level3Behaviour
from conformance.reference.contracts.level3.prometheus import alert

B = Level3Behaviour


@contract_oddity("level3", because="OpenMetrics 1.0: the type of a counter is declared without its suffix")
def level3_openmetrics(b: B) -> B:
    """Metrics come in the format of OpenMetrics."""

    def converted(text: str) -> str:
        return re.sub(r"^(# TYPE \w+)_total counter$", r"\1 counter", text, flags=re.MULTILINE) + "# EOF\n"

    media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8"
    return replace(b, exposition=converted, metrics_type=media_type)


@contract_oddity("level3", because="Prometheus text format: TYPE and HELP lines may be left out, timestamps may follow")
def level3_bare_metrics(b: B) -> B:
    """Gauges are not declared, counters have no value yet, and samples have timestamps."""

    def bare(text: str) -> str:
        text = re.sub(r"^# TYPE \w+ gauge\n", "", text, flags=re.MULTILINE)
        text = re.sub(r"^promotion_success_total .*\n", "", text, flags=re.MULTILINE)
        stamped = re.sub(r"^(validation_cache_hit_rate) .*$", r"\1 NaN 1700000000000", text, flags=re.MULTILINE)
        return f"# a comment\n\n{stamped}"

    return replace(b, exposition=bare)


@contract_oddity("level3", because="the manifests name another counter of rollbacks and other labels (A-L3-03)")
def level3_other_metric_names(b: B) -> B:
    """Metrics have their other names, and labels of their own."""

    def renamed(text: str) -> str:
        text = text.replace("promotion_rollbacks_total", "rollback_total")
        return re.sub(r"^(promotion_total) ", r'\1{to_stage="staging"} ', text, flags=re.MULTILINE)

    def rule(found: Json) -> Json:
        return {**found, "query": found["query"].replace("promotion_rollbacks_total", "rollback_total")}

    return replace(b, exposition=renamed, rule=rule)


@contract_oddity("level3", because="health bodies are not defined; the manifests make the start-up endpoint optional")
def level3_terse_health(b: B) -> B:
    """Health says nothing but its status, and has no start-up endpoint."""
    return replace(b, health_body=b"", startup_status=404, redirect_status=301)


@contract_oddity(
    "level3", because="an alert that is pending has not held long enough; info alerts gate nothing (A-L3-26)"
)
def level3_quiet_alerts(b: B) -> B:
    """A critical alert is pending, and an info alert fires."""
    quiet = (alert("RegistryStorageFull", "critical", "pending"), alert("LowThroughput", "info"))
    return replace(b, alerts=quiet)


@contract_oddity("level3", because="a ratio may be compared in percent, from either side")
def level3_rules_in_percent(b: B) -> B:
    """Rules of ratios compare percent."""

    def in_percent(found: Json) -> Json:
        ratio = re.fullmatch(r"(sum\(.*\) / sum\(.*\)) > (0\.\d+)", found["query"])
        return {**found, "query": f"{float(ratio[2]) * 100:g} < 100 * ({ratio[1]})"} if ratio else found

    return replace(b, rule=in_percent)


@contract_oddity("level3", because="a value has to hold for some time before it counts")
def level3_restart_of_an_instance(b: B) -> B:
    """An instance was down for a moment."""
    return replace(b, query_values=lambda query: ("1", "1", "1", "0", "1"))
