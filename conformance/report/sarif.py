"""Findings as SARIF 2.1.0, for code-scanning pages: broken rules, each at the check that found it.

`error` is what fails the run, `warning` a broken SHOULD, `note` a rule on which the specification contradicts itself.
What could not be judged is no finding; an error of the harness is a notification of the invocation.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from conformance.report.identity import check_name, digest, target_identity
from conformance.report.markdown_text import unlinked
from conformance.report.run_facts import RunFacts, run_facts
from conformance.report.sarif_places import place
from conformance.report.sarif_rules import described, rule_id
from conformance.report.text import clipped, printable
from conformance.report.verdict import Verdict

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
HOME: Final = "https://modelcontextprotocol.io/specification"
MESSAGE_SHOWN: Final = 1_000
PROPERTY_SHOWN: Final = 4_000
_BRACKETS: Final = re.compile(r"([\[\]\\])")
_UTC: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def render(head: Mapping[str, Any], verdicts: Sequence[Verdict]) -> str:
    facts = run_facts(head)
    first = {one.requirement: one for one in reversed(verdicts)}
    places = {requirement: index for index, requirement in enumerate(first)}
    driver = {
        "name": "mcp-conformance",
        "informationUri": HOME,
        **({"version": facts.version} if facts.version else {}),
        "rules": [described(one) for one in first.values()],
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"mcp-conformance/{printable(target_identity(facts.url))}/"},
        "invocations": [_invocation(facts, verdicts)],
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, places[one.requirement], facts) for one in verdicts if is_finding(one)],
        "properties": {"target": facts.url, "server": facts.server, "revisions": list(facts.revisions)},
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def is_finding(verdict: Verdict) -> bool:
    return verdict.status in ("fail", "warn")


def level(verdict: Verdict) -> Literal["error", "warning", "note"]:
    if verdict.red:
        return "error"
    return "note" if verdict.status == "warn" and verdict.level.startswith("MUST") else "warning"


def _invocation(facts: RunFacts, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    errors = [one for one in verdicts if one.status == "error"]
    notifications = [
        {"level": "error", "message": {"text": _text(f"{one.requirement}: {one.reason}")}} for one in errors
    ]
    found: dict[str, Any] = {"executionSuccessful": facts.complete and not errors}
    if notifications:
        found["toolExecutionNotifications"] = notifications
    if _UTC.fullmatch(facts.started):
        found["startTimeUtc"] = facts.started
    return found


def _result(verdict: Verdict, index: int, facts: RunFacts) -> dict[str, Any]:
    path, line = place(verdict)
    finding: dict[str, Any] = {
        "ruleId": rule_id(verdict),
        "ruleIndex": index,
        "level": level(verdict),
        "message": {"text": _message(verdict)},
        "locations": [
            {"physicalLocation": {"artifactLocation": {"uri": path}, "region": {"startLine": line}}},
        ],
        "partialFingerprints": _fingerprints(verdict, facts),
        "properties": _properties(verdict),
    }
    if verdict.accepted is not None:
        finding["suppressions"] = [{"kind": "external", "justification": _text(verdict.accepted.reason)}]
    return finding


def _message(verdict: Verdict) -> str:
    about = f" ({verdict.subject})" if verdict.subject else ""
    scope = ", ".join(part for part in (verdict.level, verdict.scope) if part)
    return _text(f"{verdict.rule} ({scope}) Expected{about}: {verdict.expected}. Received: {verdict.received}.")


def _text(text: str) -> str:
    """Square brackets make links in a message of SARIF, so they are escaped."""
    return unlinked(_BRACKETS.sub(r"\\\1", clipped(printable(text), MESSAGE_SHOWN)))


def _fingerprints(verdict: Verdict, facts: RunFacts) -> dict[str, str]:
    """The same for the same check of the same target in each run; GitHub goes by the first name."""
    made = digest(target_identity(facts.url), verdict.requirement, verdict.scope, check_name(verdict.nodeid))
    return {"primaryLocationLineHash": f"{made[:16]}:1", "requirementAndTarget/v1": made}


def _properties(verdict: Verdict) -> dict[str, str]:
    values = {
        "verdict": verdict.status, "revision": verdict.revision, "profile": verdict.profile,
        "subject": verdict.subject, "check": verdict.nodeid, "replay": verdict.replay, "advice": verdict.advice,
        "specification": " ".join(verdict.links),
    }  # fmt: skip
    return {name: clipped(printable(value), PROPERTY_SHOWN) for name, value in values.items() if value}
