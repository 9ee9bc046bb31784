"""A rule as SARIF describes it: from the registry where it is known there, else from a verdict on it."""

from typing import Any, Final

from conformance.contracts import rules as contracts
from conformance.report.text import clipped, is_address, printable
from conformance.report.verdict import Verdict
from conformance.requirements import load

LONGEST: Final = 1_000


def described(verdict: Verdict) -> dict[str, Any]:
    """A `reportingDescriptor`."""
    id = verdict.requirement
    text, how, see = _registered(id)
    text = _plain(text or verdict.rule or id)
    help = " ".join(_plain(part) for part in (how and f"How it is judged: {how}", verdict.advice) if part)
    level = "error" if verdict.level.startswith("MUST") else "warning"
    rule: dict[str, Any] = {
        "id": rule_id(verdict),
        "shortDescription": {"text": text},
        "fullDescription": {"text": text},
        "help": {"text": help or text},
        "defaultConfiguration": {"level": level},
        "properties": {
            "tags": [_plain(tag) for tag in ("contract" if verdict.is_contract else "mcp", verdict.area) if tag],
            "problem.severity": level,
            "precision": "very-high",
        },
    }
    address = see or verdict.spec
    return {**rule, "helpUri": address} if is_address(address) else rule


def rule_id(verdict: Verdict) -> str:
    return _plain(verdict.requirement)


def _registered(id: str) -> tuple[str, str, str]:
    """Text, how it is judged, and the address in the newest revision."""
    if rule := load().get(id):
        return rule.text, rule.how, rule.links(rule.revisions[-1])[0]
    if promise := contracts.load().get(id):
        return promise.text, promise.how, promise.see or ""
    return "", "", ""


def _plain(text: str) -> str:
    return clipped(printable(text), LONGEST)
