"""What is wrong with alerts and their rules, as sentences."""

from collections.abc import Iterable, Iterator

from conformance.contracts.alerts.documents import Alert, AlertRule
from conformance.contracts.alerts.settings import Alerts, Threshold
from conformance.contracts.metrics.exposition import Exposition
from conformance.contracts.metrics.settings import Metrics

_SUFFIXES = ("", "_bucket", "_sum", "_count")
_SAME = 1e-9
_OTHER_SIDE = {"<": ">", ">": "<"}


def severities(alerts: Iterable[Alert], settings: Alerts) -> Iterator[str]:
    for one in alerts:
        if one.severity is not None and one.severity not in settings.severities:
            yield f"{one.name} has the severity {one.severity!r}, expected {' or '.join(settings.severities)}"


def firing(alerts: Iterable[Alert], stopping: tuple[str, ...], settings: Alerts) -> list[str]:
    """The names of alerts of these severities that fire and that nobody acknowledged."""
    return sorted(
        {
            one.name
            for one in alerts
            if one.state == "firing" and one.severity in stopping and one.name not in settings.accepted
        }
    )


def missing(
    wanted: Iterable[Threshold], rules: Iterable[AlertRule], families: Metrics | None, severe: tuple[str, ...] = ()
) -> Iterator[str]:
    """Each promised alert that no rule stands for; `severe` are the severities that one without its own may have."""
    known = list(rules)
    for one in wanted:
        near = [rule for rule in known if _is_about(rule, one, families)]
        if not near:
            yield f"{_described(one)}: no rule"
            continue
        differences = [_differences(rule, one, severe) for rule in near]
        if all(differences):
            yield f"{_described(one)}: {min(differences, key=len)[0]}"


def _is_about(rule: AlertRule, wanted: Threshold, families: Metrics | None) -> bool:
    if rule.name in wanted.alerts:
        return True
    if not wanted.uses:
        return False
    return all(_uses(rule, key, families) for key in wanted.uses)


def _uses(rule: AlertRule, key: str, families: Metrics | None) -> bool:
    names = families.names_of(key) if families else (key,)
    return bool({f"{name}{suffix}" for name in names for suffix in _SUFFIXES} & rule.expression.metrics)


def _differences(rule: AlertRule, wanted: Threshold, severe: tuple[str, ...]) -> list[str]:
    """In what a rule is not the one that is wanted. A limit that is calculated cannot be read, and does not differ."""
    found = []
    if wanted.limit is not None and rule.expression.comparisons and not _compares(rule, wanted):
        shown = ", ".join(f"{op} {limit:g}" for op, limit in rule.expression.comparisons)
        found.append(f"{rule.name} compares {shown}")
    if wanted.for_s is not None and rule.for_s != wanted.for_s:
        found.append(f"{rule.name} waits for {rule.for_s:g} s, expected {wanted.for_s:g} s")
    expected = (wanted.severity,) if wanted.severity else severe
    if expected and rule.severity not in expected:
        found.append(f"{rule.name} has the severity {rule.severity}, expected {' or '.join(expected)}")
    return found


def _compares(rule: AlertRule, wanted: Threshold) -> bool:
    """As it is, or by what is left of the whole: less than a tenth is free where more than nine tenths are used."""
    assert wanted.limit is not None
    sides = [(wanted.op[0], wanted.limit)]
    if rule.expression.subtracts and 0 < wanted.limit < 1:
        sides.append((_OTHER_SIDE.get(wanted.op[0], ""), 1 - wanted.limit))
    units = (1, 100) if rule.expression.in_percent else (1,)
    return any(
        op[0] == side and abs(limit * unit - one) <= _SAME * max(1, abs(limit * unit))
        for side, limit in sides
        for unit in units
        for op, one in rule.expression.comparisons
    )


def _described(wanted: Threshold) -> str:
    limit = f" {wanted.op} {wanted.limit:g}" if wanted.limit is not None else ""
    return f"{wanted.title}{limit}{f' ({wanted.severity})' if wanted.severity else ''}"


def expressions(rules: Iterable[AlertRule]) -> Iterator[str]:
    for rule in rules:
        if problem := rule.expression.problem or rule.problem:
            yield f"{rule.name}: {problem}"


def unknown_metrics(rules: Iterable[AlertRule], exposition: Exposition, settings: Alerts) -> Iterator[str]:
    """Metrics of expressions that neither the scrape nor another exporter has; recording rules have a colon."""
    for rule in rules:
        for name in sorted(rule.expression.metrics):
            if ":" not in name and not name.startswith(settings.external) and not exposition.has(name):
                yield f"{rule.name} uses {name}, which nothing exports"
