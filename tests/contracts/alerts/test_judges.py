"""Which alerts stop a release, and which rules stand for the alerts of a manual."""

import pytest

from conformance.contracts.alerts.documents import Alert, AlertRule
from conformance.contracts.alerts.judges import expressions, firing, missing, severities, unknown_metrics
from conformance.contracts.alerts.promql import read_expression
from conformance.contracts.alerts.settings import Alerts, Threshold
from conformance.contracts.metrics.exposition import read_exposition
from conformance.contracts.metrics.settings import Family, Metrics

RATIO = "rate(validation_errors_total[5m]) / rate(validation_total[5m])"
WANTED = Threshold(
    title="validation errors", uses=("errors", "validation_total"), limit=0.05, for_s=300, severity="warning"
)
FAMILIES = Metrics(families={"errors": Family(names=("validation_errors_total",))})


def rule(expr: str, for_s: float = 300, severity: str | None = "warning", name: str = "Errors") -> AlertRule:
    return AlertRule(name, read_expression(expr), for_s, severity)


@pytest.mark.parametrize(
    "expr", [f"{RATIO} > 0.05", f"100 * {RATIO} > 5", f"0.05 < {RATIO}", f"{RATIO} >= 0.05", f"{RATIO} > 1 / 20"]
)
def test_a_rule_stands_for_an_alert_in_any_form(expr: str) -> None:
    assert not list(missing([WANTED], [rule(expr)], FAMILIES))


USED = Threshold(title="disk", uses=("used_bytes", "total_bytes"), limit=0.9)


@pytest.mark.parametrize(
    ("expr", "fits"),
    [
        ("used_bytes / total_bytes > 0.9", True),
        ("(total_bytes - used_bytes) / total_bytes < 0.1", True),
        ("100 * (total_bytes - used_bytes) / total_bytes < 10", True),
        ("1 - used_bytes / total_bytes < 0.1", True),
        ("(total_bytes - used_bytes) / total_bytes < 0.9", False),
        ("(total_bytes - used_bytes) / total_bytes > 0.1", False),
        ("used_bytes / total_bytes < 0.1", False),
    ],
)
def test_a_limit_may_be_told_by_what_is_left(expr: str, fits: bool) -> None:
    assert (not list(missing([USED], [rule(expr)], None))) is fits


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([], "validation errors > 0.05 (warning): no rule"),
        ([rule("rate(validation_errors_total[5m]) > 0.05")], "no rule"),
        ([rule(f"{RATIO} > 0.1")], "compares > 0.1"),
        ([rule(f"{RATIO} > 5")], "compares > 5"),
        ([rule(f"{RATIO} < 0.05")], "compares < 0.05"),
        ([rule(f"{RATIO} > 0.05", for_s=60)], "waits for 60 s"),
        ([rule(f"{RATIO} > 0.05", severity="info")], "severity info"),
    ],
)
def test_a_rule_that_differs_is_none(found: list[AlertRule], words: str) -> None:
    assert words in "; ".join(missing([WANTED], found, FAMILIES))


def test_an_essential_rule_is_known_by_its_name_and_wakes_somebody() -> None:
    wanted = [Threshold(title="pods crash", alerts=("CrashLooping",))]
    mild, severe = (rule("x > 0", severity=one, name="CrashLooping") for one in ("warning", "critical"))

    assert list(missing(wanted, [mild], None, ("critical",)))
    assert not list(missing(wanted, [severe], None, ("critical",)))


ALERTS = [Alert("A", "critical", "firing"), Alert("B", "critical", "pending"), Alert("C", "warning", "firing")]


def test_only_what_fires_and_is_not_accepted_stops_a_release() -> None:
    assert firing(ALERTS, ("critical",), Alerts()) == ["A"]
    assert firing(ALERTS, ("critical",), Alerts(accepted=("A",))) == []


def test_a_severity_of_its_own_is_routed_to_nobody() -> None:
    assert "'page'" in next(severities([Alert("A", "page", "firing")], Alerts()))


def test_a_rule_without_sense_never_fires() -> None:
    found = list(expressions([rule("a >"), rule("a > 1"), AlertRule("B", read_expression("a"), 0, None, "is broken")]))

    assert found == ["Errors: nothing follows >", "B: is broken"]


def test_a_rule_on_what_nobody_exports_never_fires() -> None:
    exposition = read_exposition(b"# TYPE a_total counter\na_total 1\n")
    rules = [rule("rate(a_total[5m]) / rate(b_total[5m]) > kube_pod_info + job:sum")]

    assert list(unknown_metrics(rules, exposition, Alerts())) == ["Errors uses b_total, which nothing exports"]
