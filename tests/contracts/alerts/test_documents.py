"""Answers of Prometheus and rule files of every form, and what is no such thing."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.contracts.alerts.documents import alerts_in, rules_in, rules_of_file

RULE = {"alert": "StorageFull", "expr": "used / total > 0.9", "for": "5m", "labels": {"severity": "critical"}}
GROUPS = {"groups": [{"name": "mcp", "rules": [RULE, {"record": "a:b", "expr": "sum(a)"}]}]}
API = {
    "status": "success",
    "data": {
        "groups": [
            {
                "name": "mcp",
                "rules": [
                    {
                        "type": "alerting", "name": "StorageFull", "query": "used / total > 0.9", "duration": 300,
                        "labels": {"severity": "critical"}, "health": "ok",
                    },
                    {"type": "recording", "name": "a:b", "query": "sum(a)"},
                ],
            }
        ]
    },
}  # fmt: skip


@pytest.mark.parametrize(
    "document",
    [
        GROUPS,
        {"kind": "PrometheusRule", "spec": GROUPS},
        {"kind": "ConfigMap", "data": {"alerts.yml": json.dumps(GROUPS)}},
        {"kind": "ConfigMap", "data": {"alerts.yml": "groups:\n- rules:\n  - " + json.dumps(RULE)}},
    ],
)
@pytest.mark.parametrize("before", ["", "---\nkind: Namespace\n---\n"], ids=["JSON", "YAML"])
def test_rules_are_found_wherever_they_stand(document: object, before: str) -> None:
    text = before + json.dumps(document)

    rules, problems = rules_of_file(text.encode())

    assert not problems
    assert [(rule.name, rule.for_s, rule.severity) for rule in rules] == [("StorageFull", 300, "critical")]
    assert rules[0].expression.comparisons == ((">", 0.9),)


def test_a_dump_of_the_api_is_a_rule_file_too() -> None:
    of_api, _ = rules_in(API)
    of_file, _ = rules_of_file(json.dumps(API).encode())

    assert of_api == of_file == rules_of_file(json.dumps(GROUPS).encode().replace(b'{"groups"', b'a:\n {"groups"'))[0]


def alert(**changes: object) -> dict[str, object]:
    return {"labels": {"alertname": "A", "severity": "info"}, "annotations": {}, "state": "firing", **changes}


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"status": "error", "data": {"alerts": []}}, "status is 'error'"),
        ({"status": "success", "data": {"alerts": {}}}, "no array"),
        ({"status": "success", "data": {"alerts": [alert(labels={"severity": "info"})]}}, "alertname"),
        ({"status": "success", "data": {"alerts": [alert(labels={"alertname": "A"})]}}, "severity"),
        ({"status": "success", "data": {"alerts": [alert(state="burning")]}}, "burning"),
        ("<html>", "status is missing"),
    ],
)
def test_alerts_that_do_not_say_what_they_are(body: object, problem: str) -> None:
    assert problem in "; ".join(alerts_in(body)[1])


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe",
        b"groups: [",
        b"[" * 5000,
        b"a: &a [x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]",
        b"&a [*a]",
        b"groups:\n- rules: [1, null, {alert: [], expr: {}, for: -1, labels: 3}]",
        b"no: rules",
        b"x" * 3_000_000,
    ],
)
def test_what_is_no_rule_file_ends_in_words(data: bytes) -> None:
    rules, problems = rules_of_file(data)

    assert problems or [rule.problem for rule in rules]


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=5) | st.integers(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["status", "data", "alerts", "groups", "rules", "labels", "type", "name", "duration"]),
                inner,
            )
        ),
    )
)
def test_reading_never_ends_in_an_error(body: object) -> None:
    alerts_in(body)
    rules_in(body)
