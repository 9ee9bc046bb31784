"""The groups in which Allure shows what is no pass, for its second and its third version."""

from typing import Any, Final

from conformance.report.verdict import Verdict

CATEGORIES: Final = (
    ("Specification violation", "fail", "failed"),
    ("Contract breach", "contract fail", "failed"),
    ("Harness error", "error", "broken"),
    ("Accepted by the baseline", "accepted", "skipped"),
    ("SHOULD broken", "warn", "skipped"),
    ("SHOULD broken, with --strict", "warn", "failed"),
    ("SHOULD of a contract broken", "contract warn", "skipped"),
    ("SHOULD of a contract broken, with --strict", "contract warn", "failed"),
    ("Blocked by another requirement", "blocked", "skipped"),
    ("Not testable in this run", "not testable", "skipped"),
    ("Not applicable to this target", "not applicable", "skipped"),
)
"""Name, the word that the message begins with, and the status in Allure."""


def word(verdict: Verdict) -> str:
    """What the message of a result begins with; the categories go by it."""
    if verdict.accepted is not None:
        return "accepted"
    if verdict.is_contract and verdict.status in ("fail", "warn"):
        return f"contract {verdict.status}"
    return verdict.status


def categories() -> list[dict[str, Any]]:
    """For `categories.json`, which Allure 2 and the classic page of Allure 3 read. Messages have one line."""
    return [
        {"name": name, "matchedStatuses": [status], "messageRegex": f"^{word}: .*"} for name, word, status in CATEGORIES
    ]


def configuration() -> dict[str, Any]:
    """For `allure generate --config`: the page of Allure 3 takes its categories from there only."""
    return {
        "name": "MCP conformance",
        "categories": categories(),
        "plugins": {"awesome": {"options": {"groupBy": ["epic", "feature", "story"]}}},
    }
