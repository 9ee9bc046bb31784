"""Verdicts and baselines that the tests are about."""

from datetime import date
from pathlib import Path
from typing import Any

from conformance.baseline.applying import Applied, target_names
from conformance.baseline.model import Baseline
from conformance.baseline.reading import parse_baseline
from conformance.report.explain import tested_by
from conformance.report.verdict import Verdict

MUST = "ping-respond-empty"
SEVERAL = "resources-subscribe-works"
"""A rule that several tests judge."""
SHOULD = "tools-name-case-sensitive"
CONTRADICTED = "tools-malformed-request-protocol-error"
"""A rule on which the specification contradicts itself."""
TRAFFIC = "jsonrpc-response-id-matches"
"""A rule that is judged on all traffic."""
URL = "https://staging.example.com/mcp"
TODAY = date(2026, 6, 15)
NOTHING_CHOSEN: dict[str, Any] = {"areas": [], "requirements": [], "revisions": [], "other": False}

ENTRY = """
[[baseline]]
requirement = "ping-respond-empty"
reason = "the answer is built by a proxy"
owner = "ann"
expires = 2026-12-31
"""


def baseline(text: str, name: str = "baseline.toml") -> Baseline:
    return parse_baseline(Path(name), text)


def here(text: str, url: str = URL, server: str = "alpha 1.2", today: date = TODAY) -> Applied:
    return Applied(baseline(text), target_names([url], server), today)


def places(id: str) -> list[str]:
    return [place for place in tested_by()[id] if place.startswith("suites/")]


def verdicts(id: str = MUST, status: Any = "fail", revision: str = "2025-06-18", **members: Any) -> list[Verdict]:
    """One of each test that judges the rule."""
    red = members.pop("red", status in ("fail", "error"))
    return [
        Verdict(
            id, revision, status, level="MUST", area="ping", rule="A rule.", nodeid=f"{place}[{revision}]", red=red,
            expected="this", received="that", **members,
        )
        for place in places(id)
    ]  # fmt: skip
