"""Whatever stands in an artifact, every judge has an answer."""

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contracts.upgrade.building import (
    JUDGES,
    Documents,
    a_failed_preflight,
    a_preflight,
    a_rollback,
    a_run,
    changed,
    everything,
    read_lines,
    red,
    telemetry,
    upgrade_settings,
)  # fmt: skip

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 10**20) | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "ok", "failed", "2025-10-22T20:14:42Z", "rollback", "24.1", "x" * 600, 10**400, -1.5])
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["ok", "name", "a", "gate"]), inner),
    max_leaves=6,
)  # fmt: skip
HEALTHY = {**everything(), "telemetry": telemetry()[:3]}


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if not isinstance(document, dict | list):
        return [path]
    inner = document.items() if isinstance(document, dict) else enumerate(document)
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


PLACES = [place for place in places(HEALTHY) if place]


def planted(place: tuple[Any, ...], value: Any) -> Documents:
    documents: Any = copy.deepcopy(HEALTHY)
    inner = documents
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return dict(documents)


@given(st.sampled_from(PLACES), JSON)
@settings(max_examples=150, deadline=None)
def test_no_value_anywhere_ends_a_judge(place: tuple[Any, ...], value: Any) -> None:
    documents = planted(place, value)
    bodies = documents["telemetry"]
    documents["reading"] = read_lines(bodies if isinstance(bodies, list) else [])

    for rule, judge in JUDGES.items():
        assert all(isinstance(problem, str) for problem in judge(documents, upgrade_settings())), rule


@given(st.sampled_from(sorted(a_run())), JSON)
@settings(max_examples=50, deadline=None)
def test_no_document_ends_a_judge(name: str, value: Any) -> None:
    red({**HEALTHY, name: value})


def test_variants_of_older_writers_are_understood() -> None:
    stub = {"timestamp": "2025-10-17T17:03:30.000Z", "gates": list(upgrade_settings().gates), "all_passed": True}
    early = changed({"p": a_failed_preflight()}, "p.logs", lambda logs: logs[1:])["p"]
    decision = a_rollback()["decision"]
    flat = {**decision, "status": "executed"}
    in_report = {"rollback": {"reason": "RSS watchdog", "rss_mb": 700, "rolled_back_at": "2025-10-22T20:14:42Z"}}
    without_versions = {key: value for key, value in a_preflight().items() if key != "versions"}
    preflight_rules = {rule for rule in JUDGES if rule.startswith("upgrade-preflight")}

    assert preflight_rules & red({**everything(), "preflight": stub}).keys() == set()
    assert preflight_rules & red({**everything(), "preflight": early}).keys() == {"upgrade-preflight-passed"}
    assert preflight_rules & red({**everything(), "preflight": without_versions}).keys() == set()
    assert red({**everything(), "rollback": flat}) == {}
    assert red({**everything(), "rollback": in_report}) == {}
