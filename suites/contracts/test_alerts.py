"""Alerts: what fires, and whether what ought to fire can (docs/contracts/alerts.md)."""

from collections.abc import Iterable

import pytest

from conformance.checks import expect, not_applicable, not_testable, violation
from conformance.contracts import Caller, Evidence, Profile, body_of, rule
from conformance.contracts.alerts import judges
from conformance.contracts.alerts.documents import Alert, AlertRule, alerts_in, rules_in, rules_of_file
from conformance.contracts.alerts.settings import Alerts
from conformance.contracts.aside import aside
from conformance.contracts.metrics.scraping import current
from conformance.wire.exchange import NotJson, parse_json

SECTION = "alerts"
LOGIN = (200, 301, 302, 303, 307, 308, 401)
_TOLD = 8


@pytest.fixture
def settings(profile: Profile) -> Alerts:
    assert profile.alerts is not None
    return profile.alerts


def ask(caller: Caller, settings: Alerts, route: str) -> object:
    """What Prometheus answers; *not testable* where it answers nothing."""
    exchange = aside(caller).send(route, method="GET", persona=settings.persona)
    if exchange.status != 200:
        not_testable(f"{route} answers with {exchange.status or exchange.failure}")
    return body_of(exchange)


@pytest.fixture
def alerts(caller: Caller, evidence: Evidence, settings: Alerts) -> list[Alert]:
    """The alerts of the dump that was given, else of the API."""
    body = dumped(evidence) if "alerts" in evidence else ask(caller, settings, settings.route)
    found, problems = alerts_in(body)
    return not_testable(f"no alerts can be read: {problems[0]}") if problems and not found else found


@pytest.fixture
def rules(caller: Caller, evidence: Evidence, settings: Alerts) -> list[AlertRule]:
    """The rules of the file that was given, else of the API."""
    if "rules" in evidence:
        found, problems = rules_of_file(evidence.read("rules"))
    else:
        found, problems = rules_in(ask(caller, settings, settings.rules_route))
    return not_testable(f"no rules can be read: {problems[0]}") if problems and not found else found


def dumped(evidence: Evidence) -> object:
    try:
        return parse_json(evidence.read("alerts"))
    except NotJson as error:
        violation("a dump of /api/v1/alerts as JSON", str(error))


def none_of(problems: Iterable[str], promise: str) -> None:
    found = list(problems)
    if found:
        violation(promise, "; ".join(found[:_TOLD]) + (f" and {len(found) - _TOLD} more" if len(found) > _TOLD else ""))


@rule("alerts-listed")
def test_alerts_are_listed(caller: Caller, evidence: Evidence, settings: Alerts) -> None:
    """Alerts can be asked for, and say what they are."""
    if "alerts" in evidence:
        none_of(alerts_in(dumped(evidence))[1], "alerts that say what they are")
        return
    exchange = aside(caller).send(settings.route, method="GET", persona=settings.persona)
    if exchange.ending == "unreachable":
        not_testable(f"{settings.route} cannot be reached from here: {exchange.failure}")
    expect(exchange).status(200)
    none_of(alerts_in(caller.json(exchange))[1], "alerts that say what they are")


@rule("alerts-severities-known")
def test_severities_are_known(alerts: list[Alert], settings: Alerts) -> None:
    """Each severity is routed to somebody."""
    none_of(judges.severities(alerts, settings), "the promised severities")


@rule("alerts-none-critical")
def test_nothing_critical_fires(alerts: list[Alert], settings: Alerts) -> None:
    """Nothing critical stands in the way of a release."""
    none_of(judges.firing(alerts, settings.critical, settings), "no critical alert firing")


@rule("alerts-none-warning")
def test_no_warning_fires(alerts: list[Alert], settings: Alerts) -> None:
    """No warning that nobody has looked at."""
    none_of(judges.firing(alerts, settings.warning, settings), "no warning firing")


@rule("alerts-rules-match-thresholds")
def test_rules_match_the_thresholds(profile: Profile, rules: list[AlertRule], settings: Alerts) -> None:
    """What the manual says is what is installed."""
    if not settings.thresholds:
        not_applicable("the profile has no table of thresholds in force")
    if settings.thresholds not in settings.sets:
        not_testable(f"the profile has no table {settings.thresholds}; choose one of {', '.join(settings.sets)}")
    wanted = settings.sets[settings.thresholds]
    none_of(judges.missing(wanted, rules, profile.metrics), f"a rule for each alert of the table {settings.thresholds}")


@rule("alerts-essential-rules")
def test_essential_rules_exist(profile: Profile, rules: list[AlertRule], settings: Alerts) -> None:
    """Somebody is called when it matters."""
    if not settings.essential:
        not_applicable("the profile names no essential alerts")
    none_of(judges.missing(settings.essential, rules, profile.metrics, settings.critical), "the essential alerts")


@rule("alerts-expressions-parse")
def test_expressions_parse(rules: list[AlertRule]) -> None:
    """Every rule can be evaluated."""
    none_of(judges.expressions(rules), "expressions that can be evaluated")


@rule("alerts-metrics-exist")
def test_metrics_of_rules_exist(
    profile: Profile, caller: Caller, evidence: Evidence, rules: list[AlertRule], settings: Alerts
) -> None:
    """No rule waits for a metric that nobody exports."""
    if profile.metrics is None:
        not_applicable("the profile has no metrics")
    exposition = current(caller, evidence, profile.metrics)
    none_of(judges.unknown_metrics(rules, exposition, settings), "metrics that are exported")


@rule("alerts-dashboards-served")
def test_dashboards_are_served(caller: Caller, settings: Alerts) -> None:
    """The dashboards are there."""
    if not settings.dashboards:
        not_testable("no dashboards are named; name their routes under [alerts] dashboards")
    for route in settings.dashboards:
        expect(aside(caller).send(route, method="GET", persona=settings.persona)).status(*LOGIN)
