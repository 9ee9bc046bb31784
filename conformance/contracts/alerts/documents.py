"""Reads alerts and alerting rules: answers of the Prometheus HTTP API, dumps of them, and rule files.

All of it comes from strangers. What cannot be read is told in words; the rest is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import yaml

from conformance.contracts.alerts.promql import Expression, read_expression, seconds_of
from conformance.contracts.paths import at_path
from conformance.wire.exchange import NotJson, parse_json

MAX_FILE: Final = 2 * 1024 * 1024
_DEPTH: Final = 12
_STATES: Final = ("pending", "firing", "inactive")


@dataclass(frozen=True, slots=True)
class Alert:
    name: str
    severity: str | None
    state: str


@dataclass(frozen=True, slots=True)
class AlertRule:
    """`for_s` is 0 when the rule fires at once; `problem` is what Prometheus says about its evaluation."""

    name: str
    expression: Expression
    for_s: float
    severity: str | None
    problem: str = ""


def alerts_in(body: Any) -> tuple[list[Alert], list[str]]:
    """The alerts of `/api/v1/alerts`, and what is wrong with its form."""
    problems = _envelope(body)
    listed = at_path(body, "data.alerts")
    if not isinstance(listed, list):
        return [], [*problems, "data.alerts is no array"]
    found = []
    for place, one in enumerate(listed):
        name, state = at_path(one, "labels.alertname"), at_path(one, "state")
        severity = at_path(one, "labels.severity")
        if not isinstance(name, str) or not name:
            problems.append(f"data.alerts[{place}] has no labels.alertname")
        if state not in _STATES:
            problems.append(f"data.alerts[{place}] has the state {_shown(state)}, expected pending or firing")
        if not isinstance(severity, str):
            problems.append(f"data.alerts[{place}] ({_shown(name)}) has no labels.severity")
        found.append(Alert(str(name), severity if isinstance(severity, str) else None, str(state)))
    return found, problems


def rules_in(body: Any) -> tuple[list[AlertRule], list[str]]:
    """The alerting rules of `/api/v1/rules`."""
    groups = at_path(body, "data.groups")
    if not isinstance(groups, list):
        return [], [*_envelope(body), "data.groups is no array"]
    rules = [one for group in groups for one in _list(group, "rules") if isinstance(one, dict)]
    return [_of_api(one) for one in rules if one.get("type") == "alerting"], _envelope(body)


def rules_of_file(data: bytes) -> tuple[list[AlertRule], list[str]]:
    """The alerting rules of a dump of the API, a rule file, a PrometheusRule, or a config map that holds one."""
    documents, problem = _documents(data)
    if documents and isinstance(at_path(documents[0], "data.groups"), list):
        return rules_in(documents[0])
    if problem:
        return [], [problem]
    rules = [_of_file(one) for group in _groups(documents, _DEPTH, set()) for one in _list(group, "rules")]
    return [one for one in rules if one is not None], [] if rules else ["no group of rules"]


def _documents(data: bytes) -> tuple[list[Any], str]:
    """One JSON document, or all of a YAML file; or why there are none."""
    try:
        return [parse_json(data)], ""
    except NotJson:
        pass
    if len(data) > MAX_FILE:
        return [], f"the file is larger than {MAX_FILE} bytes"
    try:
        return list(yaml.safe_load_all(data.decode("utf-8"))), ""
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return [], f"neither JSON nor YAML: {str(error)[:120]}"


def _envelope(body: Any) -> list[str]:
    status = at_path(body, "status")
    return [] if status == "success" else [f"status is {_shown(status)}, expected success"]


def _of_api(one: dict[str, Any]) -> AlertRule:
    bad = one.get("health") == "err"
    problem = f"Prometheus cannot evaluate it: {_text(one.get('lastError'))[:120]}" if bad else ""
    return AlertRule(
        _text(one.get("name")), read_expression(_text(one.get("query"))), seconds_of(one.get("duration")) or 0,
        _severity(one), problem,
    )  # fmt: skip


def _of_file(one: Any) -> AlertRule | None:
    if not isinstance(one, dict) or "alert" not in one:
        return None
    said = one.get("for", 0)
    lasting = seconds_of(said)
    problem = f"for is {_shown(said)}, which is no duration" if lasting is None else ""
    expression = read_expression(_text(one.get("expr")))
    return AlertRule(_text(one["alert"]), expression, lasting or 0, _severity(one), problem)


def _groups(value: Any, depth: int, seen: set[int]) -> Iterator[dict[str, Any]]:
    """Every object with an array of rules, at any place, also in a text that is YAML itself."""
    if id(value) in seen or depth == 0:
        return
    if isinstance(value, dict | list):
        seen.add(id(value))
    if isinstance(value, str) and "groups" in value:
        try:
            value = yaml.safe_load(value)
        except (yaml.YAMLError, ValueError, RecursionError):
            return
    if isinstance(value, dict) and isinstance(value.get("rules"), list):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _groups(inner, depth - 1, seen)


def _severity(one: dict[str, Any]) -> str | None:
    severity = at_path(one, "labels.severity")
    return severity if isinstance(severity, str) else None


def _list(value: Any, key: str) -> list[Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _shown(value: Any) -> str:
    return "missing" if value is None else repr(value)[:60]
