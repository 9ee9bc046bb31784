"""Verdicts as Allure results: grouped by our ids, with a history that is stable over runs of the same target."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from allure_commons.logger import AllureFileLogger
from allure_commons.model2 import Attachment, Label, Link, Parameter, StatusDetails, TestResult
from allure_commons.model2 import Status as AllureStatus
from allure_commons.types import LabelType, LinkType, Severity

from conformance.report.text import printable
from conformance.report.verdict import Status, Verdict

EPIC = "MCP specification"
CONTRACTS = "Runbook contracts"

STATUSES: Mapping[Status, str] = {
    "pass": AllureStatus.PASSED,
    "fail": AllureStatus.FAILED,
    "error": AllureStatus.BROKEN,
    "warn": AllureStatus.SKIPPED,
    "blocked": AllureStatus.SKIPPED,
    "not testable": AllureStatus.SKIPPED,
    "not applicable": AllureStatus.SKIPPED,
}
"""Allure has no warning. As in its own mapping of expected failures it is shown as skipped, under a category."""

CATEGORIES = (
    ("MUST broken", "fail", AllureStatus.FAILED),
    ("SHOULD broken", "warn", AllureStatus.SKIPPED),
    ("SHOULD broken, with --strict", "warn", AllureStatus.FAILED),
    ("Blocked by another requirement", "blocked", AllureStatus.SKIPPED),
    ("Not testable in this run", "not testable", AllureStatus.SKIPPED),
    ("Not applicable to this target", "not applicable", AllureStatus.SKIPPED),
    ("Error of the harness", "error", AllureStatus.BROKEN),
)


class AllureResults:
    """Writes results into a directory. `target` is the URL without secrets."""

    def __init__(self, directory: Path, target: str) -> None:
        make_writer: Any = AllureFileLogger
        self._writer = make_writer(str(directory))
        self._directory = directory
        self._target = target

    def begin(self, facts: Mapping[str, str]) -> None:
        """What holds for the whole run: its environment, and names for groups of results."""
        lines = [f"{name.replace(' ', '_')}={printable(value)}\n" for name, value in facts.items()]
        (self._directory / "environment.properties").write_text("".join(lines), encoding="utf-8")
        categories = [
            {"name": name, "matchedStatuses": [status], "messageRegex": f"(?s)^{word}: .*"}
            for name, word, status in CATEGORIES
        ]
        (self._directory / "categories.json").write_text(json.dumps(categories, indent=1), encoding="utf-8")

    def add(self, verdict: Verdict, start: float, stop: float) -> None:
        """`start` and `stop` are seconds since the epoch."""
        result = described(verdict, self._target)
        result.start, result.stop = int(start * 1000), int(stop * 1000)
        result.attachments = self._attachments(verdict)
        self._writer.report_result(result)

    def _attachments(self, verdict: Verdict) -> list[Attachment]:
        attached = [self._attach("replay", verdict.replay)] if verdict.replay else []
        for number, entry in enumerate(verdict.transcript, start=1):
            request, response = entry["request"], entry["response"]
            answer = _message(f"HTTP {response['status']}", response) if response["status"] else entry["failure"]
            asked = _message(f"{request['method']} {request['url']}", request)
            attached.append(self._attach(f"{number} request", asked))
            attached.append(self._attach(f"{number} response", answer or "no answer"))
            attached.append(self._attach(f"{number} replay", entry["replay"]))
        return attached

    def _attach(self, name: str, text: str) -> Attachment:
        source = f"{uuid4()}-attachment.txt"
        self._writer.report_attached_data(text.encode("utf-8", "backslashreplace"), source)
        return Attachment(name=name, source=source, type="text/plain")


def described(verdict: Verdict, target: str) -> TestResult:
    """The result without times and attachments."""
    place, _, name = printable(verdict.nodeid).partition("::")
    function = name.partition("[")[0]
    status = AllureStatus.FAILED if verdict.red and verdict.status == "warn" else STATUSES[verdict.status]
    return TestResult(
        uuid=str(uuid4()),
        name=f"{verdict.requirement} [{scope(verdict)}]" if scope(verdict) else verdict.requirement,
        fullName=f"{place}::{function}",
        titlePath=[_epic(verdict), verdict.area, verdict.requirement],
        historyId=_digest(target, verdict.requirement, verdict.nodeid),
        testCaseId=_digest(verdict.requirement, place, function),
        description=verdict.rule,
        status=status,
        statusDetails=_details(verdict),
        labels=[Label(label, value) for label, value in _labels(verdict).items() if value],
        links=[Link(LinkType.LINK, link, "specification") for link in verdict.links],
        parameters=_parameters(verdict, target),
    )


def scope(verdict: Verdict) -> str:
    return printable(" ".join(part for part in (verdict.scope, verdict.subject) if part))


def _epic(verdict: Verdict) -> str:
    return CONTRACTS if verdict.is_contract else EPIC


def _labels(verdict: Verdict) -> dict[str, str]:
    severity = Severity.CRITICAL if verdict.level.startswith("MUST") else Severity.MINOR
    return {
        LabelType.EPIC: _epic(verdict),
        LabelType.FEATURE: verdict.area,
        LabelType.STORY: verdict.requirement,
        LabelType.SEVERITY: severity if verdict.level else Severity.BLOCKER,
        LabelType.TAG: verdict.status,
        LabelType.PARENT_SUITE: _epic(verdict),
        LabelType.SUITE: verdict.area,
        LabelType.SUB_SUITE: verdict.scope,
        LabelType.FRAMEWORK: "mcp-conformance",
    }


def _parameters(verdict: Verdict, target: str) -> list[Parameter]:
    values = {
        "revision": verdict.revision, "profile": verdict.profile, "clauses": " ".join(verdict.clauses),
        "subject": verdict.subject, "transport": "Streamable HTTP", "target": target, "level": verdict.level,
    }  # fmt: skip
    return [Parameter(name=name, value=printable(value)) for name, value in values.items() if value]


def _details(verdict: Verdict) -> StatusDetails | None:
    if verdict.status == "pass":
        return None
    said = verdict.reason or f"expected {verdict.expected}; received {verdict.received}"
    readings = "\n".join(map(printable, verdict.readings))
    trace = "\n".join(part for part in (verdict.rule, readings, *verdict.links) if part)
    return StatusDetails(message=printable(f"{verdict.status}: {said}"), trace=trace)


def _message(first_line: str, message: Mapping[str, Any]) -> str:
    headers = "\n".join(f"{name}: {value}" for name, value in message["headers"])
    return f"{first_line}\n{headers}\n\n{message['body']}"


def _digest(*parts: str) -> str:
    return hashlib.md5("\n".join(parts).encode("utf-8", "backslashreplace"), usedforsecurity=False).hexdigest()
